/** Puts batches of one recording together to long ones, deflated, and stores them with why their samples failed. */
import { encodeBatch } from '../codec/batch-encoder.js';
import { longestUnitNs, periodOf } from '../codec/batch-grid.js';
import { mergeBatches } from '../codec/batch-sequence.js';
import type { prepareInserts } from '../database/row-inserts.js';
import { type Batch, type Failure, maxBatchSpanNs, maxMergedSamples } from '../vocabulary.js';
import { countSamples } from './batch-slice.js';

/** Ticks that keep to this many ns are not rounded. */
export const exactPeriodNs = 100;
/** Below a rate that no recorder has, time is kept as if it were this, in ns. */
const longestPeriodNs = 1e11;

interface Part {
  readonly batch: Batch;
  readonly samples: number;
  readonly missed: number;
  /** 0 for none. */
  readonly spared: number;
  readonly failures: readonly Failure[];
}

export class BatchJoiner {
  readonly #insert: ReturnType<typeof prepareInserts>;
  readonly #periodNs: number;
  #parts: Part[] = [];
  #samples = 0;

  constructor(insert: ReturnType<typeof prepareInserts>, rateHz: number) {
    this.#insert = insert;
    this.#periodNs = Math.min(periodOf(rateHz), longestPeriodNs);
  }

  /** Takes the next one by time. */
  add(batch: Batch, { missed, spared, failures }: Omit<Part, 'batch' | 'samples'>): void {
    const { samples } = countSamples(batch);
    if (this.#parts.length > 0 && !this.#hasRoom(batch, samples)) this.flush();
    this.#parts.push({ batch, samples, missed, spared, failures });
    this.#samples += samples;
  }

  /** Stores what it holds. */
  flush(): void {
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    this.#samples = 0;
    const batch = parts.length === 1 ? parts[0]!.batch : mergeBatches(parts.map((part) => part.batch));
    const spared = parts.reduce((sum, part) => sum + part.spared, 0);
    const id = this.#insert.batch(null, {
      ...encodeBatch(batch, batch.spanNs === undefined ? this.#periodNs : exactPeriodNs, { deflate: true }),
      ...countSamples(batch),
      missed: parts.reduce((sum, { missed }) => sum + missed, 0),
      ...(spared > 0 && { spared }),
    });
    const reasons = new Map<string, number>();
    for (const { failures } of parts)
      for (const { reason, count } of failures) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    for (const [reason, count] of reasons) if (count > 0) this.#insert.failure(id, { reason, count });
  }

  /** Whether the next one fits: in length, and so that its first tick stands for no more time than went by. */
  #hasRoom({ tickNs, weightNs, lateNs, spanNs }: Batch, samples: number): boolean {
    const first = this.#parts[0]!.batch.tickNs[0]!;
    const last = this.#parts.at(-1)!.batch.tickNs.at(-1)!;
    return (
      // Lateness that is known stays known.
      (lateNs === undefined) === (this.#parts[0]!.batch.lateNs === undefined) &&
      (spanNs === undefined) === (this.#parts[0]!.batch.spanNs === undefined) &&
      tickNs[0]! > last &&
      weightNs[0]! <= tickNs[0]! - last + longestUnitNs &&
      tickNs.at(-1)! - first + longestUnitNs <= maxBatchSpanNs &&
      this.#samples + samples <= maxMergedSamples
    );
  }
}
