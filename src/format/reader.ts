/**
 * Reads a trace: its metadata at once, its samples by window. Finished files, files that a killed recorder left
 * and files that are being written are all read alike: as they were when they were opened.
 */
import { compareText } from '../compare-text.js';
import { PyspyError } from '../errors.js';
import { damagedBatch } from './batch-checks.js';
import {
  type BatchHead,
  BatchRows,
  type EndRange,
  readCounts,
  type StoredBatch,
  samplesOf,
} from './batch-rows.js';
import { ColumnReader, cappedText } from './column.js';
import { Dictionaries } from './dictionaries.js';
import { fileStat } from './file-stat.js';
import type { LateTicks } from './lateness.js';
import {
  ProcessReader,
  processSql,
  readFeatures,
  readRecordings,
  type StoredRecording,
} from './recordings.js';
import { RollupRows } from './rollup-rows.js';
import type { CodeFunction, StackForest } from './stack-forest.js';
import { type StoredThread, ThreadRows } from './thread-rows.js';
import { TraceDatabase } from './trace-database.js';
import { findTraceState, type TraceState } from './trace-state.js';
import {
  type BatchCounts,
  type Failure,
  type FrameRow,
  type Gap,
  maxBatchSpanNs,
  type ProcessRow,
  type StackRow,
} from './vocabulary.js';
import type { WeighedBatch, WeighOptions } from './weighed-batch.js';
import { weighBatches } from './weighed-batches.js';
import { type WindowPiece, windowPieces } from './window-pieces.js';

export interface StoredGap extends Gap {
  /** Of the recording that it belongs to. */
  readonly recording: number;
}

/** A named moment on the trace's time line. */
export interface StoredMark {
  readonly recording: number;
  readonly atNs: number;
  readonly name: string;
}

export class TraceReader {
  /** As the user gave it. */
  readonly path: string;
  readonly formatVersion: number;
  readonly recordings: readonly StoredRecording[];
  /** Features that this version does not know and may ignore: worth a word to the user. */
  readonly unknownFeatures: readonly string[];
  readonly #db: TraceDatabase;
  readonly #batches: BatchRows;
  readonly #rollups: RollupRows;
  readonly #dictionaries: Dictionaries;
  readonly #processes = new Map<number, ProcessRow>();
  readonly #threads: ThreadRows;
  readonly #unknownColumns = new Set<string>();
  /** Whether the number of samples was found to be possible. */
  #isBounded = false;

  private constructor(db: TraceDatabase) {
    this.path = db.path;
    this.formatVersion = db.version;
    this.#db = db;
    this.#batches = new BatchRows(db);
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

  /** Size of the file and of the log beside it, in bytes. */
  fileBytes(): number {
    const size = (file: string) => fileStat(file)?.size ?? 0;
    return size(this.#db.file) + size(`${this.#db.file}-wal`);
  }

  /** Length of the time line in ns: to the end of the recording, or a microsecond past the last tick so far. */
  extentNs(): number {
    const row = this.#db.query('SELECT last_ns FROM batch ORDER BY last_ns DESC LIMIT 1').get();
    const last = row === undefined ? 0 : new ColumnReader(this.path, 'batch').integer(row, 'last_ns') + 1_000;
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
    const read = new ColumnReader(this.path, 'batch');
    const before = this.#db
      .query(
        'SELECT last_ns FROM batch WHERE last_ns < ? AND first_ns <= ? ORDER BY last_ns DESC, first_ns DESC LIMIT 1',
      )
      .get(atNs + maxBatchSpanNs, atNs);
    if (before !== undefined) return Math.min(atNs, read.integer(before, 'last_ns'));
    const first = this.#db.query('SELECT min(first_ns) AS first_ns FROM batch').get();
    return first === undefined || first.first_ns === null ? null : read.integer(first, 'first_ns');
  }

  /** Sums over all batches. */
  counts(): BatchCounts {
    const names = ['ticks', 'samples', 'missed', 'torn', 'failed', 'truncated'] as const;
    const sums = names.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join();
    const row = this.#db.query(`SELECT ${sums} FROM batch`).get() ?? {};
    return readCounts(new ColumnReader(this.path, 'batch'), row);
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
    const read = new ColumnReader(this.path, 'gap');
    return this.#db
      .query(
        `SELECT recording_id, from_ns, to_ns, ${cappedText('reason')} FROM gap WHERE to_ns > ? AND from_ns < ? ORDER BY from_ns, gap_id`,
      )
      .all(fromNs, toNs)
      .map((row) => ({
        recording: read.integer(row, 'recording_id'),
        fromNs: read.integer(row, 'from_ns'),
        toNs: read.integer(row, 'to_ns'),
        reason: read.text(row, 'reason'),
      }));
  }

  /** Named moments, by time. */
  marks(): StoredMark[] {
    const read = new ColumnReader(this.path, 'mark');
    return this.#db
      .query(`SELECT recording_id, at_ns, ${cappedText('name')} FROM mark ORDER BY at_ns, mark_id`)
      .all()
      .map((row) => ({
        recording: read.integer(row, 'recording_id'),
        atNs: read.integer(row, 'at_ns'),
        name: read.text(row, 'name'),
      }));
  }

  /** Why samples of one batch failed. */
  failuresOf(batchId: number): Failure[] {
    const read = new ColumnReader(this.path, 'failure');
    return this.#db
      .query(`SELECT ${cappedText('reason')}, count FROM failure WHERE batch_id = ?`)
      .all(batchId)
      .map((row) => ({ reason: read.text(row, 'reason'), count: read.integer(row, 'count') }));
  }

  /** Why samples failed, summed over the trace, the most frequent reason first. */
  failures(): Failure[] {
    const read = new ColumnReader(this.path, 'failure');
    const counts = new Map<string, number>();
    // Grouped here: SQLite would load whole texts to do it.
    for (const row of this.#db.query(`SELECT ${cappedText('reason')}, count FROM failure`).iterate()) {
      const reason = read.text(row, 'reason');
      counts.set(reason, (counts.get(reason) ?? 0) + read.integer(row, 'count'));
    }
    return [...counts]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || compareText(a.reason, b.reason));
  }

  /**
   * Batches with ticks in from <= t < to, by time, one at a time.
   * @param isWanted whether a batch must be there; others are left out where they cannot be decoded
   * @throws PyspyError of kind "trace" at a batch that cannot be decoded
   */
  *batches(
    fromNs: number,
    toNs: number,
    ends?: EndRange,
    isWanted: (head: BatchHead) => boolean = () => true,
  ): Generator<StoredBatch, void> {
    if (!this.#isBounded) this.#batches.refuseBomb();
    this.#isBounded = true;
    for (const head of this.#batches.between(fromNs, toNs, ends)) {
      const loaded = this.#load(head, isWanted(head));
      if (loaded !== null) yield loaded;
    }
  }

  /** How many ticks came late, of batches that end in from <= last_ns <= until; of a part of them alone it may be known. */
  lateTicks(fromNs: number, untilNs: number): LateTicks {
    return this.#batches.lateTicks(fromNs, untilNs);
  }

  /**
   * How late ticks came, in ns, batch by batch, where it is known.
   * @param mostBatches that are looked at: evenly spread where there are more
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

  /** @returns null for one that cannot be decoded and need not be */
  #load(head: BatchHead, isNeeded: boolean): StoredBatch | null {
    try {
      const { batch, unknown, bytes } = this.#batches.load(head);
      const samples = samplesOf(batch);
      if (samples !== head.samples)
        throw damagedBatch(
          `batch ${head.id} of ${this.path}`,
          `its row says ${head.samples} samples, and its data has ${samples}`,
        );
      if (isNeeded) for (const column of unknown) this.#unknownColumns.add(column);
      return { ...head, batch, bytes };
    } catch (error) {
      if (isNeeded || !(error instanceof PyspyError)) throw error;
      return null;
    }
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
    return [...this.#unknownColumns].sort();
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
