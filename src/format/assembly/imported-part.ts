/** Writes an imported profile as a recording. */
import { prepareInserts, requireSpans } from '../database/row-inserts.js';
import { importedReason, importedTimesReason, unknownJitter } from '../recording-info.js';
import { functionKind, maxBatchSpanNs, status } from '../vocabulary.js';
import { insertRecording } from '../writing/new-trace.js';
import { maxDepths, noNumber, tooMuch } from './import-limits.js';
import { ImportedBatches } from './imported-batches.js';
import {
  type ImportedFrame,
  type ImportedProfile,
  type ImportedSample,
  type ImportedThread,
  longestNs,
  maxImportedSamples,
} from './imported-profile.js';
import { OrderAlone, type TimeLine, TrueTimes } from './imported-times.js';
import type { Destination } from './part.js';

/** Neither when threads ran nor who held the GIL is known. */
const nothingKnown = status.stateUnknown | status.gilUnknown;
/** Stands for frames that a format does not have. */
const missing: ImportedFrame = { name: '<callers not known>', file: '', firstLine: 0, line: 0 };

/** A sample that stands for more is told as several: windows and pictures would not see what is within it. */
const longPieceNs = 100e6;
const mostPieces = 1_000;

/** None is longer than a batch. */
function piecesOf(wallNs: number): number {
  return Math.max(Math.min(mostPieces, Math.ceil(wallNs / longPieceNs)), Math.ceil(wallNs / maxBatchSpanNs));
}

/** Of a sum each of so many pieces has `ns`, and those behind the first `less` have one more. */
function shareOf(sum: number, pieces: number): { readonly ns: number; readonly less: number } {
  const ns = Math.floor(sum / pieces);
  return { ns, less: pieces - (sum - ns * pieces) };
}

/** Who imports, and from what. */
export interface ImportOrigin {
  readonly recorder: string;
  readonly command: readonly string[];
  /** What it is called in errors. */
  readonly path: string;
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
  readonly #line: TimeLine;
  readonly #startedUtcNs: bigint | null;
  #depths = 0;
  #samples = 0;

  constructor(to: Destination, origin: ImportOrigin, { startedUtcNs, hasTimes }: ImportedProfile) {
    this.#to = to;
    this.#origin = origin;
    const unknown = { name: '', system: '', release: '', machine: '', cpuModel: '', cpus: 0, bootId: '' };
    this.#recording = insertRecording(to.db, to.hostOf(unknown), {
      recorder: origin.recorder,
      ...{ recorderPid: 0, recorderStartTicks: 0, recorderCommand: origin.command },
      ...{ rateHz: 0, jitter: unknownJitter, scheduling: null, sampler: null, budgetPct: null },
      ...{ startedMonotonicNs: 0n, startedUtcNs: startedUtcNs ?? 0n, offsetNs: 0, keptFromNs: 0 },
      end: { endedNs: 0, reason: hasTimes ? importedTimesReason : importedReason },
    });
    this.#insert = prepareInserts(to.db, this.#recording);
    this.#startedUtcNs = startedUtcNs;
    const batches = new ImportedBatches(this.#insert);
    if (hasTimes) requireSpans(to.db);
    this.#line = hasTimes
      ? new TrueTimes(batches, origin.path, (thread, firstNs) => this.#began(thread, firstNs))
      : new OrderAlone(batches);
  }

  /**
   * Adds samples.
   * @throws PyspyError of kind "trace" where they are too many, or last too long, or where a number of one is none
   */
  add(sample: ImportedSample): void {
    const { thread, frames, samples, wallNs, cpuNs, isCut = false } = sample;
    const fromNs = sample.fromNs ?? null;
    const pieces = fromNs === null ? samples : Math.max(samples, piecesOf(wallNs));
    this.#samples += pieces;
    this.#depths += frames.length;
    const excess =
      this.#samples > maxImportedSamples
        ? `over ${maxImportedSamples} samples`
        : this.#line.lengthNs + 2 * wallNs > longestNs || (cpuNs ?? 0) > longestNs
          ? 'over 50 days'
          : this.#depths > maxDepths
            ? 'stacks too deep'
            : null;
    if (excess !== null) throw tooMuch(this.#origin.path, excess);
    // Readers look at numbers themselves; one that is none would also make all sums so that nothing is more than they may be.
    const isWhole = [samples, wallNs, cpuNs ?? 0, fromNs ?? 0].every(Number.isSafeInteger);
    if (!isWhole || samples < 1 || wallNs < 0 || (cpuNs ?? 0) < 0) throw noNumber(this.#origin.path);
    const id = this.#threadId(thread);
    const stack = this.#stackId(sample);
    const bits = (sample.status ?? nothingKnown) | (isCut ? status.truncated : 0);
    const seen = { thread: id, stack, bits };
    // Whole ns: the last pieces have one more, as many as it takes.
    const [wall, cpu] = [shareOf(wallNs, pieces), shareOf(cpuNs ?? 0, pieces)];
    let from = fromNs;
    for (let done = 0; done < pieces; ) {
      const [ownWall, ownCpu] = [
        done < wall.less ? wall.ns : wall.ns + 1,
        done < cpu.less ? cpu.ns : cpu.ns + 1,
      ];
      const until = Math.min(...[wall.less, cpu.less, pieces].filter((end) => end > done));
      this.#line.add(seen, { fromNs: from, wallNs: ownWall, cpuNs: ownCpu }, until - done);
      if (from !== null) from += ownWall * (until - done);
      done = until;
    }
  }

  /**
   * Writes what is left.
   * @returns how many samples there are
   * @throws PyspyError of kind "trace" where those of one thread last too long, one behind the other
   */
  finish(): number {
    const { endNs, originNs } = this.#line.finish();
    const { db } = this.#to;
    db.prepare('UPDATE recording SET ended_ns = ? WHERE recording_id = ?').run(endNs, this.#recording);
    if (this.#startedUtcNs !== null && originNs !== 0)
      db.prepare('UPDATE recording SET started_utc_ns = ? WHERE recording_id = ?').run(
        this.#startedUtcNs + BigInt(originNs),
        this.#recording,
      );
    db.prepare(
      `UPDATE process SET first_ns = (SELECT min(first_ns) FROM thread WHERE thread.process_id = process.process_id)
       WHERE recording_id = ?`,
    ).run(this.#recording);
    return this.#samples;
  }

  /** A thread is told of when it is met in the profile, and when it began only at the end. */
  #began(thread: number, firstNs: number): void {
    this.#to.db.prepare('UPDATE thread SET first_ns = ? WHERE thread_id = ?').run(firstNs, thread);
    this.#to.db.prepare('UPDATE thread_name SET since_ns = ? WHERE thread_id = ?').run(firstNs, thread);
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
    const firstNs = this.#line.lengthNs;
    this.#insert.thread({ id, process, pythonId, osId: thread.osId, firstNs });
    if (thread.name !== null)
      this.#insert.threadName({
        thread: id,
        sinceNs: firstNs,
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
      ...{ command, executable: '', cwd: '', pythonVersion, pythonBuild: '', firstNs: 0 },
    });
    return id;
  }
}
