/** Which time the ticks of a batch stand for. */
import { longestUnitNs } from '../format/batch-grid.js';
import type { StoredBatch } from '../format/reader.js';
import type { Batch } from '../format/vocabulary.js';

/** By tick, in ns on the trace's time line; `weightNs` is how long that is. */
export interface TickTimes {
  readonly fromNs: Float64Array;
  readonly toNs: Float64Array;
  readonly weightNs: Float64Array;
}

/** The time since the tick before, or since time was lost: rollups have sums of it. */
export function timeBefore({ tickNs, weightNs }: Batch): TickTimes {
  return { fromNs: tickNs.map((ns, at) => ns - weightNs[at]!), toNs: tickNs, weightNs };
}

/**
 * The time that is nearer to a tick than to any other: half of that since the tick before, and half of that until the next.
 * Ticks come at random moments, one in each period, so the time before varies by chance from none to two periods, and a
 * share of quick functions is known by a sixth less with it (docs/diff.md). Behind the last tick, and the last one before
 * time was lost, it is taken to be as long as before it.
 * @param next the batch that is read after this one
 */
export function nearestTime({ batch, recording }: StoredBatch, next: StoredBatch | undefined): TickTimes {
  const { tickNs, weightNs } = batch;
  const following = next?.recording === recording ? next.batch : undefined;
  const after = tickNs.map((ns, at) => {
    const [then, place] = at + 1 < tickNs.length ? [batch, at + 1] : [following, 0];
    const [later = Number.POSITIVE_INFINITY, until = 0] = [then?.tickNs[place], then?.weightNs[place]];
    return (later - until - ns <= longestUnitNs ? until : weightNs[at]!) / 2;
  });
  return {
    fromNs: tickNs.map((ns, at) => ns - weightNs[at]! / 2),
    toNs: tickNs.map((ns, at) => ns + after[at]!),
    weightNs: weightNs.map((ns, at) => ns / 2 + after[at]!),
  };
}
