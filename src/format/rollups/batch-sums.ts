/** Prefix sums over the rows of batches: the totals of any consecutive batches are a difference of two of them. */

import type { TraceDatabase } from '../database/trace-database.js';
import type { BatchTotals } from './rollup.js';

export const batchColumns = ['ticks', 'samples', 'missed', 'bytes'] as const;

export class BatchSums {
  /** Rising. */
  readonly #lastNs: Float64Array;
  /** Of each column, the sum over the rows before. */
  readonly #before: readonly Float64Array[];

  private constructor(lastNs: Float64Array, before: readonly Float64Array[]) {
    this.#lastNs = lastNs;
    this.#before = before;
  }

  /** Reads all rows, without their samples. @throws PyspyError of kind "trace" */
  static read(db: TraceDatabase): BatchSums {
    const rows = db
      .query(
        'SELECT last_ns, ticks, samples, missed, octet_length(data) AS bytes FROM batch ORDER BY last_ns, first_ns',
      )
      .all();
    const before = batchColumns.map((column) => {
      const sums = new Float64Array(rows.length + 1);
      rows.forEach((row, at) => {
        sums[at + 1] = sums[at]! + Number(row[column]);
      });
      return sums;
    });
    return new BatchSums(
      Float64Array.from(rows, (row) => Number(row.last_ns)),
      before,
    );
  }

  /** Of the batches with sinceNs <= last_ns <= untilNs. */
  between(sinceNs: number, untilNs: number): BatchTotals {
    const low = firstAtLeast(this.#lastNs, sinceNs);
    const high = Math.max(low, firstAtLeast(this.#lastNs, untilNs + 1));
    const [ticks, samples, missed, bytes] = this.#before.map((sums) => sums[high]! - sums[low]!) as [
      number,
      number,
      number,
      number,
    ];
    return { batches: high - low, ticks, samples, missed, bytes };
  }
}

/** Index of the first value that is not below `value`, in a rising list. */
function firstAtLeast(list: Float64Array, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
