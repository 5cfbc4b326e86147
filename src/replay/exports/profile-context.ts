/** What profiles of sums have in common, whatever the format. */
import type { FrameDetail } from '../names/frame-text.js';
import type { Fold } from '../sums/fold.js';

/** What the sums of a profile do not say. */
export interface ProfileContext {
  readonly detail: FrameDetail;
  /** Of the beginning of the window, since 1970, and how long it is; 0 where not known. */
  readonly timeNs: bigint;
  readonly durationNs: number;
  /** Mean time between ticks; 0 where not known. */
  readonly periodNs: number;
}

/** Whether the CPU time of a fold's cells is known beside its wall time; of what was imported, it may not be. */
export function hasCpuToo({ metric, counts, cells }: Fold): boolean {
  return metric !== 'cpu' && (counts.stateUnknown < counts.samples || cells.some(({ cpuNs }) => cpuNs > 0));
}
