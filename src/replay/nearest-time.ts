/** The time that is nearer to a sample than to any other: what a sample stands for where shares are compared. */
import type { Batch } from '../format/vocabulary.js';

/** By tick, in ns on the trace's time line, and how long it is. */
export interface TickTimes {
  readonly fromNs: Float64Array;
  readonly toNs: Float64Array;
  readonly weightNs: Float64Array;
}

/**
 * For each tick of a batch half of the time since the tick before and half of that until the next. Ticks come at random
 * moments, one in each period, so the time since the one before varies by chance from none to two periods, and a share of
 * quick functions is known by a sixth less with it (docs/diff.md). The last tick, whose next is in another batch, has all
 * of the time before it.
 */
export function nearestTime({ tickNs, weightNs }: Batch): TickTimes {
  const after = (at: number) => weightNs[at + 1] ?? weightNs[at]!;
  return {
    fromNs: tickNs.map((ns, at) => ns - weightNs[at]! / 2),
    toNs: tickNs.map((ns, at) => ns + after(at) / 2),
    weightNs: weightNs.map((ns, at) => (ns + after(at)) / 2),
  };
}
