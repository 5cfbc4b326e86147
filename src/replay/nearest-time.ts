/**
 * The time that is nearer to a sample than to any other: what a sample stands for where shares are compared. Ticks come at
 * random moments, one in each period, so the time since the tick before varies by chance from none to two periods, and a
 * share of quick functions is known by a sixth less with it (docs/diff.md).
 */
import type { StoredBatch } from '../format/reader.js';

/** By tick of a batch, in ns on the trace's time line; `weightNs` is how long that is. */
export interface TickTimes {
  readonly fromNs: Float64Array;
  readonly toNs: Float64Array;
  readonly weightNs: Float64Array;
}

/** Ticks are kept in units of up to this length. */
const roundingNs = 100_000;

/**
 * Half of the time since the tick before, and half of that until the next. Behind the last tick, and the last one before
 * time was lost, that is not known: it is taken to be as long as before it.
 * @param next the batch that is read after this one
 */
export function nearestTime({ batch, recording }: StoredBatch, next: StoredBatch | undefined): TickTimes {
  const { tickNs, weightNs } = batch;
  const following = next?.recording === recording ? next.batch : undefined;
  const after = tickNs.map((ns, at) => {
    const later = at + 1 < tickNs.length ? tickNs[at + 1] : following?.tickNs[0];
    const until = at + 1 < tickNs.length ? weightNs[at + 1] : following?.weightNs[0];
    const isNext = later !== undefined && until !== undefined && Math.abs(later - until - ns) <= roundingNs;
    return (isNext ? until : weightNs[at]!) / 2;
  });
  return {
    fromNs: tickNs.map((ns, at) => ns - weightNs[at]! / 2),
    toNs: tickNs.map((ns, at) => ns + after[at]!),
    weightNs: weightNs.map((ns, at) => ns / 2 + after[at]!),
  };
}
