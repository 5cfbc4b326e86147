/**
 * Reads a trace: its metadata at once, its samples by window. Finished files, files that a killed recorder left
 * and files that are being written are all read alike: as they were when they were opened.
 */

import type { TickSums } from '../codec/lateness.js';
import {
  hasTimes,
  isImported,
  ProcessReader,
  processSql,
  readFeatures,
  readRecordings,
  type StoredRecording,
} from '../database/recordings.js';
import { TraceDatabase } from '../database/trace-database.js';
import { fileStat } from '../files/file-stat.js';
import { RollupRows } from '../rollups/rollup-rows.js';
import { BatchLoader } from '../samples/batch-loader.js';
import { type BatchHead, BatchRows, type EndRange, type StoredBatch } from '../samples/batch-rows.js';
import type { WeighedBatch, WeighOptions } from '../samples/weighed-batch.js';
import { weighBatches } from '../samples/weighed-batches.js';
import type { BatchCounts, Failure, FrameRow, ProcessRow, StackRow } from '../vocabulary.js';
import { type BinaryFunctions, Dictionaries } from './dictionaries.js';
import { EventRows, type StoredGap, type StoredMark } from './event-rows.js';
import type { CodeFunction, StackForest } from './stack-forest.js';
import { type StoredThread, ThreadRows } from './thread-rows.js';
import { findTraceState, type TraceState } from './trace-state.js';
import { type WindowPiece, windowPieces } from './window-pieces.js';

export class TraceReader {
  /** As the user gave it. */
  readonly path: string;
  readonly formatVersion: number;
  readonly recordings: readonly StoredRecording[];
  /** Features that this version does not know and may ignore: worth a word to the user. */
  readonly unknownFeatures: readonly string[];
  readonly #db: TraceDatabase;
  readonly #batches: BatchRows;
  readonly #loader: BatchLoader;
  readonly #rollups: RollupRows;
  readonly #dictionaries: Dictionaries;
  readonly #processes = new Map<number, ProcessRow>();
  readonly #threads: ThreadRows;
  readonly #events: EventRows;

  private constructor(db: TraceDatabase) {
    this.path = db.path;
    this.formatVersion = db.version;
    this.#db = db;
    this.#batches = new BatchRows(db);
    this.#loader = new BatchLoader(db.path, this.#batches);
    this.#rollups = new RollupRows(db);
    this.#dictionaries = new Dictionaries(db);
    this.unknownFeatures = readFeatures(db);
    this.recordings = readRecordings(db);
    const processes = new ProcessReader(db.path);
    for (const row of db.query(processSql).iterate()) {
      const process = processes.read(row);
      this.#processes.set(process.id, process);
    }
    this.#threads = new ThreadRows(db, this.#dictionaries, this.#processes);
    this.#events = new EventRows(db);
  }

  /**
   * Opens a trace for reading; the caller closes it.
   * @throws PyspyError of kind "trace": no such file, not a trace, truncated, altered, newer than this version
   */
  static open(path: string): TraceReader {
    const db = TraceDatabase.open(path);
    try {
      return new TraceReader(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Whether the recording has ended, still runs, or was cut off; as of now. */
  state(): TraceState {
    return findTraceState(this.#db.file, this.recordings);
  }

  /** Whether samples lie where they were taken; false where some were imported from what has no times. */
  hasTimes(): boolean {
    return this.recordings.every(hasTimes);
  }

  /** Whether it has what no recorder chose the moments of. */
  isImported(): boolean {
    return this.recordings.some(isImported);
  }

  /** Size of the file and of the log beside it, in bytes. */
  fileBytes(): number {
    const size = (file: string) => fileStat(file)?.size ?? 0;
    return size(this.#db.file) + size(`${this.#db.file}-wal`);
  }

  /** Length of the time line in ns: to the end of the recording, or a microsecond past the last tick so far. */
  extentNs(): number {
    const lastNs = this.#batches.lastNs();
    const last = lastNs === null ? 0 : lastNs + 1_000;
    return this.recordings.reduce((end, recording) => Math.max(end, recording.end?.endedNs ?? 0), last);
  }

  /** Where the time line begins to have samples, in ns: what was before is deleted from a recording that keeps a window. */
  keptFromNs(): number {
    return this.recordings.reduce((from, recording) => Math.min(from, recording.keptFromNs), Infinity);
  }

  /**
   * Where to look for the last tick at or before `atNs`: no later than `atNs`, and at most a batch's span after it. The
   * time of the first tick where all are later; null where there is none at all.
   */
  nearestTick(atNs: number): number | null {
    return this.#batches.nearestTick(atNs);
  }

  /** Sums over all batches. */
  counts(): BatchCounts {
    return this.#batches.counts();
  }

  processes(): readonly ProcessRow[] {
    return [...this.#processes.values()];
  }

  /** All threads by id, with their names. */
  threads(): StoredThread[] {
    return this.#threads.all();
  }

  /** One thread. @throws PyspyError of kind "trace" where there is none of that id */
  thread(id: number): StoredThread {
    return this.#threads.get(id);
  }

  /** Gaps that touch from <= t < to, by time. */
  gaps(fromNs: number, toNs: number): StoredGap[] {
    return this.#events.gaps(fromNs, toNs);
  }

  /** Named moments, by time. */
  marks(): StoredMark[] {
    return this.#events.marks();
  }

  /** Why samples of one batch failed. */
  failuresOf(batchId: number): Failure[] {
    return this.#events.failuresOf(batchId);
  }

  /** Why samples failed, summed over the trace, the most frequent reason first. */
  failures(): Failure[] {
    return this.#events.failures();
  }

  /**
   * Batches with ticks in from <= t < to, by time, one at a time.
   * @param isWanted whether a batch must be there; others are left out where they cannot be decoded
   * @throws PyspyError of kind "trace" at a batch that cannot be decoded
   */
  batches(
    fromNs: number,
    toNs: number,
    ends?: EndRange,
    isWanted?: (head: BatchHead) => boolean,
  ): Generator<StoredBatch, void> {
    return this.#loader.between(fromNs, toNs, ends, isWanted);
  }

  /** Of batches that end in from <= last_ns <= until; of a part of them alone it may be known which came late. */
  tickSums(fromNs: number, untilNs: number): TickSums {
    return this.#batches.tickSums(fromNs, untilNs);
  }

  /**
   * How late ticks came, in ns, batch by batch, where it is known.
   * @param mostBatches that are read: evenly spread if there are more
   * @throws PyspyError of kind "trace" at a batch that cannot be decoded
   */
  lateness(mostBatches: number): Generator<Float64Array, void> {
    return this.#batches.lateness(mostBatches);
  }

  /**
   * The same, with the time that ticks stand for.
   * @throws PyspyError of kind "trace" at a batch that cannot be decoded
   */
  *weighed(fromNs: number, toNs: number, options: WeighOptions = {}): Generator<WeighedBatch, void> {
    // What surrounds nothing is not read.
    if (!this.#batches.between(fromNs, toNs, options.ends).next().done)
      yield* weighBatches(this, fromNs, toNs, options);
  }

  /**
   * The same as batches, and sums in the place of stretches of them that lie within the window, where the trace has such.
   * @throws PyspyError of kind "trace" at what cannot be decoded
   */
  pieces(fromNs: number, toNs: number, cpu: boolean): Generator<WindowPiece, void> {
    return windowPieces(this, this.#rollups, { fromNs, toNs, cpu });
  }

  /** How many samples of a window must be read one by one, as no rollup has them; about. */
  unsummedSamples(fromNs: number, toNs: number): number {
    const row = this.#db
      .query('SELECT total(samples) AS samples FROM batch WHERE last_ns >= ? AND last_ns < ?')
      .get(fromNs, toNs);
    return this.#rollups
      .within(fromNs, toNs)
      .reduce((left, { samples }) => left - samples, Number(row?.samples));
  }

  /** Sample columns that this version does not know and ignored, in the batches read so far. */
  unknownColumns(): string[] {
    return this.#loader.unknownColumns();
  }

  binaries(): BinaryFunctions[] {
    return this.#dictionaries.binaries();
  }

  /** All functions, frames and stacks, by id. @throws PyspyError of kind "trace" at one that is damaged */
  functions(): Generator<CodeFunction, void> {
    return this.#dictionaries.functions();
  }

  frames(): Generator<FrameRow, void> {
    return this.#dictionaries.frames();
  }

  stacks(): Generator<StackRow, void> {
    return this.#dictionaries.stacks();
  }

  /**
   * The stacks with these ids and all their callers; id 0, the empty stack, is left out.
   * @throws PyspyError of kind "trace" where the trace does not have one
   */
  forest(stackIds: Iterable<number>): StackForest {
    return this.#dictionaries.forest(stackIds);
  }
}
