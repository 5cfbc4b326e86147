/** The rows of table `rollup`, where a trace has one: found by time, and believed only where they agree with the batches. */
import { PyspyError } from '../../errors.js';
import { maxBatchBytes } from '../codec/batch-packing.js';
import { ColumnReader, damagedTrace, type Row } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import { BatchSums, batchColumns } from './batch-sums.js';
import { type BatchTotals, type RollupEntry, type RollupHead, rollupLayout, unpackRollup } from './rollup.js';

/** More rows than these are not read: a trace of a billion samples has some 3,000. */
const maxRollups = 100_000;

export interface StoredRollup extends RollupHead {
  readonly id: number;
}

export class RollupRows {
  readonly #db: TraceDatabase;
  readonly #read: ColumnReader;
  /** Read once: a file may have a hundred thousand rollups, and each is held against its batches. */
  #sums: BatchSums | null = null;
  /** The last answer of `within`: a reader sees one state of the file, and is asked twice for each window. */
  #last: { readonly fromNs: number; readonly toNs: number; readonly found: StoredRollup[] } | null = null;

  constructor(db: TraceDatabase) {
    this.#db = db;
    this.#read = new ColumnReader(db.path, 'rollup');
  }

  /** All that this version can read, the earliest first and the longest first among those. @throws PyspyError of kind "trace" */
  heads(): StoredRollup[] {
    return this.#db
      .query(
        `SELECT rollup_id, first_ns, last_ns, since_ns, until_ns, batches, ticks, samples, missed, bytes FROM rollup
         WHERE layout = ${rollupLayout} ORDER BY since_ns, until_ns DESC LIMIT ${maxRollups}`,
      )
      .all()
      .map((row) => this.#head(row));
  }

  /**
   * Rollups of stretches that lie in from <= t < to and agree with their batches, by time; none overlaps another.
   * Where one cannot be read there is none.
   */
  within(fromNs: number, toNs: number): readonly StoredRollup[] {
    if (this.#last?.fromNs !== fromNs || this.#last.toNs !== toNs)
      this.#last = { fromNs, toNs, found: this.#find(fromNs, toNs) };
    return this.#last.found;
  }

  #find(fromNs: number, toNs: number): StoredRollup[] {
    const found: StoredRollup[] = [];
    try {
      if (!this.#db.hasRollups) return [];
      let untilNs = -1;
      for (const head of this.heads()) {
        if (head.sinceNs <= untilNs || head.firstNs < fromNs || head.lastNs >= toNs) continue;
        if (!this.isCurrent(head)) continue;
        found.push(head);
        untilNs = head.untilNs;
      }
      return found;
    } catch (error) {
      if (error instanceof PyspyError && error.kind === 'trace') return [];
      throw error;
    }
  }

  /** Whether the batches of a stretch are those that were summed up, by their number, counts and sizes. */
  isCurrent(head: StoredRollup): boolean {
    this.#sums ??= BatchSums.read(this.#db);
    const figures = this.#sums.between(head.sinceNs, head.untilNs);
    return figureNames.every((name) => figures[name] === head[name]);
  }

  /** @throws PyspyError of kind "trace" at one that is damaged */
  load({ id, samples }: StoredRollup): RollupEntry[] {
    const row = this.#db
      .query(
        `SELECT iif(octet_length(data) > ${maxBatchBytes}, NULL, data) AS data FROM rollup WHERE rollup_id = ?`,
      )
      .get(id);
    if (row === undefined) throw damagedTrace(this.#db.path, `rollup ${id} is not there`);
    const entries = unpackRollup(this.#read.bytes(row, 'data'), `rollup ${id} of ${this.#db.path}`);
    const sum = entries.reduce((all, entry) => entry.samples.reduce((total, count) => total + count, all), 0);
    if (sum !== samples)
      throw damagedTrace(this.#db.path, `rollup ${id} sums up ${sum} samples, not ${samples}`);
    return entries;
  }

  #head(row: Row): StoredRollup {
    const read = (column: string) => this.#read.integer(row, column);
    return {
      id: read('rollup_id'),
      firstNs: read('first_ns'),
      lastNs: read('last_ns'),
      sinceNs: read('since_ns'),
      untilNs: read('until_ns'),
      batches: read('batches'),
      ticks: read('ticks'),
      samples: read('samples'),
      missed: read('missed'),
      bytes: read('bytes'),
    };
  }
}

const figureNames: readonly (keyof BatchTotals)[] = ['batches', ...batchColumns];
