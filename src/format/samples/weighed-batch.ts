/** A batch with the time that its samples stand for. */
import type { EndRange, StoredBatch } from './batch-rows.js';
import type { TickCells } from './tick-cells.js';

export interface WeighedBatch extends StoredBatch {
  /** The wall time that each tick stands for. */
  readonly cells: TickCells;
  /** By thread entry and sample, CPU time in whole ns; nothing in it unless it was asked for. */
  readonly cpuNs: readonly Float64Array[];
}

export interface WeighOptions {
  /** Only batches that end within. */
  readonly ends?: EndRange;
  /** Whether CPU time is needed. */
  readonly cpu?: boolean;
}
