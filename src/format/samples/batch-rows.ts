/** The rows of table `batch`: found by time without their samples, which are then loaded one at a time. */
import { decodeBatch, decodeLate } from '../codec/batch-decoder.js';
import { maxBatchBytes } from '../codec/batch-packing.js';
import type { TickSums } from '../codec/lateness.js';
import { ColumnReader, damagedTrace, type Row } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import { fileStat } from '../files/file-stat.js';
import { type Batch, type BatchCounts, maxBatchSpanNs } from '../vocabulary.js';

/** Rows found by one query. */
const headsAtOnce = 256;

/** More samples than these are in no file that has fewer bytes: a byte stands for a hundred at most, of sleeping threads. */
const samplesPerByte = 1_000;
const freeSamples = 40_000_000;

/** What a batch's row says of it. */
export interface BatchHead extends BatchCounts {
  readonly id: number;
  /** Of the recording that it belongs to. */
  readonly recording: number;
  readonly firstNs: number;
  readonly lastNs: number;
  /** One of `batchEncoding`, or what the future brings. */
  readonly encoding: number;
}

export interface StoredBatch extends BatchHead {
  readonly batch: Batch;
  /** Of its data as it is stored. */
  readonly bytes: number;
}

/** sinceNs <= last_ns < beforeNs */
export interface EndRange {
  readonly sinceNs: number;
  readonly beforeNs: number;
}

export class BatchRows {
  readonly #db: TraceDatabase;
  readonly #read: ColumnReader;
  readonly #columns: string;

  constructor(db: TraceDatabase) {
    this.#db = db;
    this.#read = new ColumnReader(db.path, 'batch');
    this.#columns = `batch_id, recording_id, first_ns, last_ns, ticks, samples, missed, torn, failed, truncated,
      ${db.has('batch', 'spared') ? 'spared' : 'NULL AS spared'}, ${db.version < 2 ? '0 AS encoding' : 'encoding'}`;
  }

  /** So many samples are in the file at most; reading more would take minutes. */
  mostSamples(): number {
    return freeSamples + samplesPerByte * (fileStat(this.#db.file)?.size ?? 0);
  }

  /** Refuses a file that says of itself that it has more samples than it can have. @throws PyspyError of kind "trace" */
  refuseBomb(): void {
    const sums = this.#db
      .query('SELECT total(samples) AS samples, total(octet_length(data)) AS bytes FROM batch')
      .get();
    // Rows may share the pages that hold what has no room in them.
    if (Number(sums?.bytes) > this.#db.bytes)
      throw damagedTrace(this.#db.path, 'its batches have more bytes than the file');
    const samples = Number(sums?.samples);
    if (samples > this.mostSamples())
      throw damagedTrace(this.#db.path, `it has not the bytes for the ${samples} samples that it announces`);
  }

  /**
   * Batches that may have ticks in from <= t < to, by time.
   * @param ends only those that end within
   * @throws PyspyError of kind "trace" at a row that makes no sense
   */
  *between(fromNs: number, toNs: number, ends?: EndRange): Generator<BatchHead, void> {
    // A batch is at most maxBatchSpanNs long, which bounds last_ns from above as well.
    const query = this.#db.query(
      `SELECT ${this.#columns} FROM batch
       WHERE (last_ns, first_ns, batch_id) > (?, ?, ?) AND last_ns >= ? AND last_ns < ? AND first_ns < ?
       ORDER BY last_ns, first_ns, batch_id LIMIT ${headsAtOnce}`,
    );
    const from = Math.max(Math.ceil(Math.max(fromNs, 0)), ends?.sinceNs ?? 0);
    const to = Math.ceil(Math.min(toNs, Number.MAX_SAFE_INTEGER - maxBatchSpanNs));
    const before = Math.min(to + maxBatchSpanNs, ends?.beforeNs ?? Infinity);
    let after: readonly [number, number, number] = [-1, -1, -1];
    for (;;) {
      const rows = query.all(...after, from, before, to);
      for (const row of rows) {
        const head = this.#head(row);
        after = [head.lastNs, head.firstNs, head.id];
        yield head;
      }
      if (rows.length < headsAtOnce) return;
    }
  }

  /** Sums over all batches. @throws PyspyError of kind "trace" */
  counts(): BatchCounts {
    const names = ['ticks', 'samples', 'missed', 'torn', 'failed', 'truncated'] as const;
    const sums = names.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join();
    const spared = this.#db.has('batch', 'spared') ? 'sum(spared) AS spared' : 'NULL AS spared';
    return readCounts(this.#read, this.#db.query(`SELECT ${sums}, ${spared} FROM batch`).get() ?? {});
  }

  /** When the last tick was, in ns since time zero; null where there is none. @throws PyspyError of kind "trace" */
  lastNs(): number | null {
    const row = this.#db.query('SELECT last_ns FROM batch ORDER BY last_ns DESC LIMIT 1').get();
    return row === undefined ? null : this.#read.integer(row, 'last_ns');
  }

  /**
   * Where to look for the last tick at or before `atNs`: no later than `atNs`, and at most a batch's span after it. The
   * time of the first tick where all are later; null where there is none at all.
   */
  nearestTick(atNs: number): number | null {
    const before = this.#db
      .query(
        'SELECT last_ns FROM batch WHERE last_ns < ? AND first_ns <= ? ORDER BY last_ns DESC, first_ns DESC LIMIT 1',
      )
      .get(atNs + maxBatchSpanNs, atNs);
    if (before !== undefined) return Math.min(atNs, this.#read.integer(before, 'last_ns'));
    const first = this.#db.query('SELECT min(first_ns) AS first_ns FROM batch').get();
    return first === undefined || first.first_ns === null ? null : this.#read.integer(first, 'first_ns');
  }

  /**
   * What is counted of ticks beside their number, of batches that end in from <= last_ns <= until.
   * @throws PyspyError of kind "trace"
   */
  tickSums(fromNs: number, untilNs: number): TickSums {
    const late = this.#db.has('batch', 'late')
      ? 'sum(late) AS late, sum(CASE WHEN late IS NOT NULL THEN ticks END) AS known'
      : 'sum(NULL) AS late, sum(NULL) AS known';
    const spared = this.#db.has('batch', 'spared') ? 'sum(spared) AS spared' : 'sum(NULL) AS spared';
    const row = this.#db
      .query(`SELECT ${late}, ${spared} FROM batch WHERE last_ns BETWEEN ? AND ?`)
      .get(fromNs, Math.min(untilNs, Number.MAX_SAFE_INTEGER));
    const read = (column: string): number => this.#read.optionalInteger(row ?? {}, column) ?? 0;
    return { late: read('late'), known: read('known'), spared: read('spared') };
  }

  /**
   * How late the ticks of batches came that know it, in ns, by batch; without their samples.
   * @param most batches: evenly spread where there are more
   * @throws PyspyError of kind "trace" where one cannot be decoded
   */
  *lateness(most: number): Generator<Float64Array, void> {
    if (!this.#db.has('batch', 'late')) return;
    const ids = this.#db.query('SELECT batch_id FROM batch WHERE late IS NOT NULL ORDER BY batch_id').all();
    const step = Math.max(1, ids.length / most);
    for (let at = 0; at < ids.length; at += step) {
      const id = this.#read.integer(ids[Math.floor(at)]!, 'batch_id');
      const row = this.#db
        .query(
          `SELECT encoding, iif(octet_length(data) > ${maxBatchBytes}, NULL, data) AS data FROM batch WHERE batch_id = ?`,
        )
        .get(id);
      if (row === undefined) continue;
      const lateNs = decodeLate(
        this.#read.bytes(row, 'data'),
        this.#read.integer(row, 'encoding'),
        `batch ${id} of ${this.#db.path}`,
      );
      if (lateNs !== undefined) yield lateNs;
    }
  }

  /**
   * The samples of a batch, and the names of columns that this version does not know.
   * @throws PyspyError of kind "trace" where they cannot be decoded, or do not lie where the row says
   */
  load({ id, firstNs, lastNs, encoding }: BatchHead): {
    batch: Batch;
    unknown: readonly string[];
    bytes: number;
  } {
    if (lastNs < firstNs || lastNs - firstNs > maxBatchSpanNs)
      throw damagedTrace(this.#db.path, `batch ${id} is from ${firstNs} to ${lastNs} ns`);
    const found = this.#db
      .query(
        `SELECT iif(octet_length(data) > ${maxBatchBytes}, NULL, data) AS data FROM batch WHERE batch_id = ?`,
      )
      .get(id);
    if (found === undefined)
      throw damagedTrace(this.#db.path, `batch ${id} is in its index and nowhere else`);
    const data = this.#read.bytes(found, 'data');
    const decoded = decodeBatch(
      { data, encoding, firstNs, formatVersion: this.#db.version },
      `batch ${id} of ${this.#db.path}`,
    );
    const { tickNs } = decoded.batch;
    if (tickNs[tickNs.length - 1]! - lastNs > 1_000_000)
      throw damagedTrace(this.#db.path, `batch ${id} has ticks after its end`);
    return { ...decoded, bytes: data.length };
  }

  #head(row: Row): BatchHead {
    const read = this.#read;
    return {
      id: read.integer(row, 'batch_id'),
      recording: read.integer(row, 'recording_id'),
      firstNs: read.integer(row, 'first_ns'),
      lastNs: read.integer(row, 'last_ns'),
      encoding: read.integer(row, 'encoding'),
      ...readCounts(read, row),
    };
  }
}

/** How many samples there are, whatever the row says. */
export function samplesOf({ threads }: Batch): number {
  return threads.reduce((sum, { cpuNs }) => sum + cpuNs.length, 0);
}

function readCounts(read: ColumnReader, row: Row): BatchCounts {
  const spared = read.optionalInteger(row, 'spared');
  return {
    ticks: read.integer(row, 'ticks'),
    samples: read.integer(row, 'samples'),
    missed: read.integer(row, 'missed'),
    ...(spared !== null && { spared }),
    torn: read.integer(row, 'torn'),
    failed: read.integer(row, 'failed'),
    truncated: read.integer(row, 'truncated'),
  };
}
