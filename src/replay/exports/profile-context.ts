/** What profiles of sums have in common, whatever the format. */
import type { FrameDetail } from '../names/frame-text.js';
import type { Cell } from '../samples/cell.js';
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

/** The fold by CPU time, where that is known; of what was imported, it may not be. */
export function usableCpu({ counts }: Fold, cpu: Fold | null): Fold | null {
  return cpu !== null && (counts.stateUnknown < counts.samples || cpu.ns > 0) ? cpu : null;
}

/**
 * CPU time of a cell of another fold of the same window and filter: both have met the same samples in the same order.
 * @param at its place among the cells
 */
export function cellCpuNs(cpu: Fold, at: number, { node, samples }: Cell): number {
  const cell = cpu.cells[at];
  if (cell?.node !== node || cell.samples !== samples)
    throw new Error('wall and CPU time are of other samples');
  return cell.ns;
}
