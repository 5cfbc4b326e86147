/** How far a trace was sent, in a small file beside it: what is not sent yet waits in the trace itself. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { unfinishedName } from '../../format/files/leftovers.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { readSmallText } from '../../platform/regular-file.js';

export interface PushState {
  /** What was sent, on the trace's time line. */
  readonly untilNs: number;
}

interface StateFile {
  readonly version: 1;
  /** The recording that the trace begins with: another one of the same name begins anew. */
  readonly recording: string;
  /** By destination. */
  readonly sent: Readonly<Record<string, PushState>>;
}

const mostDestinations = 100;
const mostBytes = 2 ** 20;

/** The state of one trace and one destination. */
export class PushStateFile {
  readonly #path: string;
  readonly #destination: string;

  /** @param destination as it is shown, with the format */
  constructor(trace: string, destination: string) {
    this.#path = `${trace}.pushed`;
    this.#destination = destination;
  }

  /**
   * Null where nothing of this recording was sent there.
   * @throws PyspyError of kind "usage" where the file is something else
   */
  read(reader: TraceReader): PushState | null {
    const file = this.#readFile();
    return file?.recording === identityOf(reader) ? (file.sent[this.#destination] ?? null) : null;
  }

  /** @throws PyspyError of kind "output" where it cannot be written; then it is as it was */
  write(reader: TraceReader, state: PushState): void {
    const before = this.#readFile();
    const recording = identityOf(reader);
    const others = before?.recording === recording ? Object.entries(before.sent) : [];
    const sent = [
      [this.#destination, state] as const,
      ...others.filter(([destination]) => destination !== this.#destination),
    ];
    const file: StateFile = {
      ...{ version: 1, recording },
      sent: Object.fromEntries(sent.slice(0, mostDestinations)),
    };
    const temporary = unfinishedName(this.#path);
    try {
      writeFileSync(temporary, `${JSON.stringify(file)}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, this.#path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new PyspyError('output', `cannot write ${this.#path}: ${systemErrorCode(error) ?? error}`, {
        hint: 'It says how far the trace was sent; give its folder room and permission.',
        cause: error,
      });
    }
  }

  #readFile(): StateFile | null {
    let text: string | null;
    try {
      text = readSmallText(this.#path, mostBytes);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw this.#notOurs(String(systemErrorCode(error)));
    }
    try {
      const file = JSON.parse(text ?? '') as StateFile;
      const isWhole =
        file.version === 1 &&
        typeof file.recording === 'string' &&
        Object.values(file.sent).every(({ untilNs }) => Number.isFinite(untilNs) && untilNs >= 0);
      if (isWhole) return file;
    } catch {
      // Neither JSON nor an object.
    }
    throw this.#notOurs('it is no such file');
  }

  #notOurs(reason: string): PyspyError {
    return new PyspyError('usage', `cannot read how far the trace was sent from ${this.#path}: ${reason}`, {
      hint: 'Delete it to begin anew.',
    });
  }
}

/** Tells a recording from another one of the same name. */
export function identityOf({ recordings }: TraceReader): string {
  const first = recordings[0];
  return first === undefined ? '' : `${first.startedUtcNs} ${first.host.bootId} ${first.recorderPid}`;
}
