/**
 * Writes an imported profile as a recording. A trace keeps ticks, and a tick stands for what is nearer to it than to its
 * neighbours; so each sample gets a tick of its own, after a little time that is lost, and stands for exactly its weight
 * (samples/tick-cells.ts: what has lost time on both sides).
 */
import { PyspyError } from '../../errors.js';
import { encodeBatch } from '../codec/batch-encoder.js';
import { longestUnitNs } from '../codec/batch-grid.js';
import { prepareInserts } from '../database/row-inserts.js';
import {
  functionKind,
  importedReason,
  maxBatchSpanNs,
  maxMergedSamples,
  status,
  type ThreadSamples,
} from '../vocabulary.js';
import { insertRecording } from '../writing/new-trace.js';
import { countSamples } from './batch-slice.js';
import {
  type ImportedFrame,
  type ImportedProfile,
  type ImportedSample,
  type ImportedThread,
  maxImportedSamples,
} from './imported-profile.js';
import type { Destination } from './part.js';

/** Lost between two ticks: more than what counts as nothing, also when times are rounded to the longest unit. */
const lostNs = 5 * longestUnitNs;
/** Ticks keep to this many ns, so that nothing is rounded. */
const periodNs = 100;
/** Longer time lines than this are refused. */
const longestNs = 50 * 86_400e9;
/** Frames of all stacks together, however often one occurs: a small file can claim any depth. */
const maxDepths = 200_000_000;
/** Neither when threads ran nor who held the GIL is known. */
const nothingKnown = status.stateUnknown | status.gilUnknown;
/** Stands for frames that a format does not have. */
const missing: ImportedFrame = { name: '<callers not known>', file: '', firstLine: 0, line: 0 };

/** Who imports, and from what. */
export interface ImportOrigin {
  readonly recorder: string;
  readonly command: readonly string[];
  /** What it is called in errors. */
  readonly path: string;
}

/** Of one sample, what runs are made of. */
interface Seen {
  readonly thread: number;
  readonly stack: number;
  readonly bits: number;
}

export class ImportedPart {
  readonly #to: Destination;
  readonly #origin: ImportOrigin;
  readonly #insert: ReturnType<typeof prepareInserts>;
  readonly #recording: number;
  readonly #frames = new Map<ImportedFrame, number>();
  readonly #tasks = new Map<string, number>();
  readonly #threads = new Map<ImportedThread, number>();
  readonly #processes = new Map<string, number>();
  #tickNs: number[] = [];
  #weightNs: number[] = [];
  #entries: { thread: number; firstTick: number; stacks: number[]; bits: number[]; cpuNs: number[] }[] = [];
  /** Of the last tick: its time and its weight. */
  #nowNs = 0;
  #lastNs = 0;
  #depths = 0;
  #samples = 0;

  constructor(to: Destination, origin: ImportOrigin, { startedUtcNs }: ImportedProfile) {
    this.#to = to;
    this.#origin = origin;
    const unknown = { name: '', system: '', release: '', machine: '', cpuModel: '', cpus: 0, bootId: '' };
    this.#recording = insertRecording(to.db, to.hostOf(unknown), {
      recorder: origin.recorder,
      ...{ recorderPid: 0, recorderStartTicks: 0, recorderCommand: origin.command },
      ...{ rateHz: 0, jitter: 'unknown', scheduling: null },
      ...{ startedMonotonicNs: 0n, startedUtcNs: startedUtcNs ?? 0n, offsetNs: 0, keptFromNs: 0 },
      end: { endedNs: 0, reason: importedReason },
    });
    this.#insert = prepareInserts(to.db, this.#recording);
  }

  /**
   * Adds samples.
   * @throws PyspyError of kind "trace" where they are too many, or last too long
   */
  add(sample: ImportedSample): void {
    const { thread, frames, samples, wallNs, cpuNs, isCut = false } = sample;
    this.#samples += samples;
    this.#depths += frames.length;
    const excess =
      this.#samples > maxImportedSamples
        ? `over ${maxImportedSamples} samples`
        : this.#nowNs + 2 * wallNs > longestNs
          ? 'over 50 days'
          : this.#depths > maxDepths
            ? 'stacks too deep'
            : null;
    if (excess !== null)
      throw new PyspyError('trace', `${this.#origin.path} has more than can be imported: ${excess}`, {
        hint: 'Import a part of it.',
      });
    const id = this.#threadId(thread);
    const stack = this.#stackId(sample);
    const bits = (sample.status ?? nothingKnown) | (isCut ? status.truncated : 0);
    let [wall, cpu] = [0, 0];
    for (let count = 1; count <= samples; count++) {
      const untilWall = Math.round((wallNs / samples) * count);
      const untilCpu = Math.round(((cpuNs ?? 0) / samples) * count);
      this.#tick({ thread: id, stack, bits }, untilWall - wall, untilCpu - cpu);
      [wall, cpu] = [untilWall, untilCpu];
    }
  }

  /** Writes what is left. @returns how many samples there are */
  finish(): number {
    this.#flush();
    this.#to.db
      .prepare('UPDATE recording SET ended_ns = ? WHERE recording_id = ?')
      .run(this.#nowNs + this.#lastNs + lostNs, this.#recording);
    return this.#samples;
  }

  #tick({ thread, stack, bits }: Seen, weightNs: number, cpuNs: number): void {
    // Half of a tick's weight lies before it, half behind.
    const atNs = this.#nowNs + Math.max(weightNs, Math.ceil((this.#lastNs + weightNs) / 2)) + lostNs;
    const first = this.#tickNs[0];
    if (first !== undefined && (atNs - first >= maxBatchSpanNs || this.#tickNs.length >= maxMergedSamples))
      this.#flush();
    const tick = this.#tickNs.length;
    this.#tickNs.push(atNs);
    this.#weightNs.push(weightNs);
    this.#nowNs = atNs;
    this.#lastNs = weightNs;
    let entry = this.#entries.at(-1);
    if (entry?.thread !== thread) {
      entry = { thread, firstTick: tick, stacks: [], bits: [], cpuNs: [] };
      this.#entries.push(entry);
    }
    entry.stacks.push(stack);
    entry.bits.push(bits);
    entry.cpuNs.push(cpuNs);
  }

  #flush(): void {
    if (this.#tickNs.length === 0) return;
    const batch = {
      tickNs: Float64Array.from(this.#tickNs),
      weightNs: Float64Array.from(this.#weightNs),
      threads: this.#entries.map(({ thread, firstTick, stacks, bits, cpuNs }): ThreadSamples => {
        const starts = stacks.flatMap((stack, at) =>
          at === 0 || stacks[at - 1] !== stack || bits[at - 1] !== bits[at] ? [at] : [],
        );
        return {
          thread,
          firstTick,
          runLength: Uint32Array.from(starts, (at, run) => (starts[run + 1] ?? stacks.length) - at),
          runStack: Uint32Array.from(starts, (at) => stacks[at]!),
          runStatus: Uint32Array.from(starts, (at) => bits[at]!),
          cpuNs: Float64Array.from(cpuNs),
        };
      }),
    };
    this.#insert.batch(null, {
      ...encodeBatch(batch, periodNs, { deflate: true }),
      ...countSamples(batch),
      missed: 0,
    });
    this.#tickNs = [];
    this.#weightNs = [];
    this.#entries = [];
  }

  #stackId({ frames, task, isCut = false }: ImportedSample): number {
    let stack = task === null ? 0 : this.#to.dictionaries.stack(0, this.#taskId(task));
    if (isCut) stack = this.#to.dictionaries.stack(stack, this.#missingId());
    for (const frame of frames) {
      let id = this.#frames.get(frame);
      if (id === undefined) {
        id = this.#frameId(functionKind.python, frame);
        this.#frames.set(frame, id);
      }
      stack = this.#to.dictionaries.stack(stack, id);
    }
    return stack;
  }

  #missingId(): number {
    let id = this.#frames.get(missing);
    if (id === undefined) {
      id = this.#frameId(functionKind.marker, missing);
      this.#frames.set(missing, id);
    }
    return id;
  }

  #taskId(name: string): number {
    let id = this.#tasks.get(name);
    if (id === undefined) {
      id = this.#frameId(functionKind.task, { name, file: '', firstLine: 0, line: 0 });
      this.#tasks.set(name, id);
    }
    return id;
  }

  #frameId(kind: number, { name, file, firstLine, line }: ImportedFrame): number {
    const code = { id: 0, kind, name, qualname: null, file, firstLine };
    return this.#to.dictionaries.frame({ id: 0, function: code, line });
  }

  #threadId(thread: ImportedThread): number {
    const known = this.#threads.get(thread);
    if (known !== undefined) return known;
    const process = this.#processId(thread);
    const id = this.#to.nextThread();
    this.#threads.set(thread, id);
    const pythonId = BigInt(this.#threads.size);
    this.#insert.thread({ id, process, pythonId, osId: thread.osId, firstNs: this.#nowNs });
    if (thread.name !== null)
      this.#insert.threadName({
        thread: id,
        sinceNs: this.#nowNs,
        name: this.#to.dictionaries.string(thread.name),
      });
    return id;
  }

  #processId({ pid, command, pythonVersion }: ImportedThread): number {
    const key = JSON.stringify([pid, command, pythonVersion]);
    const known = this.#processes.get(key);
    if (known !== undefined) return known;
    const id = this.#to.nextProcess();
    this.#processes.set(key, id);
    this.#insert.process({
      ...{ id, recording: this.#recording, parent: null, pid: pid ?? 0, startTicks: 0 },
      ...{ command, executable: '', cwd: '', pythonVersion, pythonBuild: '', firstNs: this.#nowNs },
    });
    return id;
  }
}
