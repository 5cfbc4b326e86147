/** Batches, unpacked one at a time, and compared with what their rows say. */
import { PyspyError } from '../../errors.js';
import { damagedBatch } from '../codec/batch-checks.js';
import { type BatchHead, type BatchRows, type EndRange, type StoredBatch, samplesOf } from './batch-rows.js';

export class BatchLoader {
  readonly #path: string;
  readonly #rows: BatchRows;
  readonly #unknownColumns = new Set<string>();
  /** Whether the number of samples was found to be possible. */
  #isBounded = false;

  /** @param path of the trace, for errors */
  constructor(path: string, rows: BatchRows) {
    this.#path = path;
    this.#rows = rows;
  }

  /**
   * Batches with ticks in from <= t < to, by time, one at a time.
   * @param isWanted whether a batch must be there; others are left out where they cannot be decoded
   * @throws PyspyError of kind "trace" at a batch that cannot be decoded
   */
  *between(
    fromNs: number,
    toNs: number,
    ends?: EndRange,
    isWanted: (head: BatchHead) => boolean = () => true,
  ): Generator<StoredBatch, void> {
    if (!this.#isBounded) this.#rows.refuseBomb();
    this.#isBounded = true;
    for (const head of this.#rows.between(fromNs, toNs, ends)) {
      const loaded = this.#load(head, isWanted(head));
      if (loaded !== null) yield loaded;
    }
  }

  /** Sample columns that this version does not know and ignored, in the batches loaded so far. */
  unknownColumns(): string[] {
    return [...this.#unknownColumns].sort();
  }

  /** @returns null for one that cannot be decoded and need not be */
  #load(head: BatchHead, isNeeded: boolean): StoredBatch | null {
    try {
      const { batch, unknown, bytes } = this.#rows.load(head);
      const samples = samplesOf(batch);
      if (samples !== head.samples)
        throw damagedBatch(
          `batch ${head.id} of ${this.#path}`,
          `its row says ${head.samples} samples, and its data has ${samples}`,
        );
      if (isNeeded) for (const column of unknown) this.#unknownColumns.add(column);
      return { ...head, batch, bytes };
    } catch (error) {
      if (isNeeded || !(error instanceof PyspyError)) throw error;
      return null;
    }
  }
}
