/** How late ticks come: after the moment that was drawn for them, in which steps that is kept, and from where on it counts. */

/** A tick's lateness is kept in steps of this, rounded down: what a kernel takes to wake a thread is less, mostly. In ns. */
export const lateStepNs = 100_000;

/**
 * From here on a tick counts as late. No wake-up takes as long where a processor is free, so the recorder waited for one;
 * and who waits for a processor gets it when a program gives it up: what is seen then is no longer left to chance. In ns.
 */
export const lateFromNs = 500_000;

/** How many ticks came late, of those of which it is known. */
export interface LateTicks {
  readonly late: number;
  readonly known: number;
}

/** Ticks of a stretch that came late, of those of which it is known; and ticks that were left out on purpose. */
export interface TickSums extends LateTicks {
  readonly spared: number;
}

/** @param lateNs by tick, in ns; undefined where it is not known */
export function countLate(lateNs: Float64Array | undefined, from = 0, to = lateNs?.length ?? 0): LateTicks {
  let late = 0;
  if (lateNs === undefined) return { late, known: 0 };
  for (let at = from; at < to; at++) if (lateNs[at]! >= lateFromNs) late++;
  return { late, known: to - from };
}

/** Steps by tick; zeros at the end are left out. */
export function packLate(lateNs: Float64Array): number[] {
  const steps = Array.from(lateNs, (ns) => Math.floor(ns / lateStepNs));
  return steps.slice(0, steps.findLastIndex((step) => step !== 0) + 1);
}
