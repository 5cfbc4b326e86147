/**
 * Makes one trace out of others, or of parts of them: samples, the rows that those need, and nothing that this version
 * does not understand. It is there when it is whole, or not at all.
 */
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../reading/reader.js';
import type { HostInfo } from '../recording-info.js';
import { verifyTrace } from '../verify/verify.js';
import type { OnProgress } from '../work.js';
import { insertHost, NewTrace } from '../writing/new-trace.js';
import { unfinishedError } from '../writing/output-path.js';
import { DictionaryWriter } from './dictionary-writer.js';
import { ImportedPart, type ImportOrigin } from './imported-part.js';
import type { ImportedProfile } from './imported-profile.js';
import { type Destination, Part, type PartOptions } from './part.js';

/** Progress is told after so many stacks of an import. */
const restsAfter = 10_000;

export class Assembly {
  readonly #path: string;
  readonly #trace: NewTrace;
  readonly #dictionaries: DictionaryWriter;
  readonly #hosts = new Map<string, number>();
  #processCount = 0;
  #threadCount = 0;

  private constructor(path: string, trace: NewTrace) {
    this.#path = path;
    this.#trace = trace;
    this.#dictionaries = new DictionaryWriter(trace.db);
  }

  /**
   * Makes the trace at `path`.
   * @param fill calls `add` for each trace that goes into it
   * @param force whether a file that has the name already may be replaced
   * @param hooks.onProgress of the check of what was written
   * @param hooks.beforeReplacing called when all is well, right before it gets its name
   * @throws PyspyError of kind "output" or "usage" where it cannot be written, "trace" where what was to go into it breaks
   * the rules of the format, and whatever `fill` throws
   */
  static async make(
    path: string,
    force: boolean,
    fill: (assembly: Assembly) => Promise<void>,
    hooks: { readonly onProgress?: OnProgress; readonly beforeReplacing?: () => void } = {},
  ): Promise<void> {
    let trace: NewTrace | undefined;
    try {
      trace = new NewTrace(path);
      const { db } = trace;
      // No other program sees the file before it is whole, so nothing has to be undone in it.
      db.pragma('journal_mode = OFF');
      db.pragma('foreign_keys = OFF');
      db.exec('BEGIN');
      await fill(new Assembly(path, trace));
      db.exec('COMMIT');
      db.pragma('journal_mode = DELETE');
      db.close();
      await refuseBroken(path, trace.unfinished, hooks.onProgress ?? (() => {}));
      hooks.beforeReplacing?.();
      trace.finish(force);
    } catch (error) {
      throw unfinishedError(path, error);
    } finally {
      trace?.discard();
    }
  }

  /**
   * Adds a trace, or a part of it.
   * @returns how many samples that were
   * @throws PyspyError of kind "trace" where it is damaged, "usage" where its times find no room
   */
  async add(reader: TraceReader, options: PartOptions, onProgress: OnProgress): Promise<number> {
    const { shiftNs } = options;
    if (reader.extentNs() + shiftNs > Number.MAX_SAFE_INTEGER / 2)
      throw new PyspyError('usage', `${reader.path} is too far from the others in time for ${this.#path}`, {
        hint: 'A trace covers at most 52 days; lay them over each other with --align zero.',
      });
    return new Part(this.#destination(), reader, options).copy(onProgress);
  }

  /**
   * Adds a profile of another program.
   * @returns how many samples that were
   * @throws PyspyError of kind "trace" where it has more than can be imported, and whatever its reader throws
   */
  async import(profile: ImportedProfile, origin: ImportOrigin, onProgress: OnProgress): Promise<number> {
    const part = new ImportedPart(this.#destination(), origin, profile);
    let added = 0;
    for (const sample of profile.samples) {
      part.add(sample);
      if (++added % restsAfter === 0) await onProgress(0);
    }
    return part.finish();
  }

  #destination(): Destination {
    return {
      db: this.#trace.db,
      dictionaries: this.#dictionaries,
      hostOf: (host) => this.#host(host),
      nextProcess: () => ++this.#processCount,
      nextThread: () => ++this.#threadCount,
    };
  }

  #host(host: HostInfo): number {
    const key = JSON.stringify(host);
    let id = this.#hosts.get(key);
    if (id === undefined) {
      id = insertHost(this.#trace.db, host);
      this.#hosts.set(key, id);
    }
    return id;
  }
}

/** What a reader would call damaged is not written: the traces that it was made of are. */
async function refuseBroken(path: string, unfinished: string, onProgress: OnProgress): Promise<void> {
  const { problems, problems_total: total } = await verifyTrace(unfinished, onProgress);
  const [first] = problems;
  if (first === undefined) return;
  const where = first.row === null ? first.table : `${first.table} ${first.row}`;
  throw new PyspyError(
    'trace',
    `${path} is not written: what was read is damaged (${where}: ${first.what}${total > 1 ? `, and ${total - 1} more` : ''})`,
    {
      hint: '"pyspy verify" says what is wrong with a trace; "pyspy cut" can save the windows that are right.',
    },
  );
}
