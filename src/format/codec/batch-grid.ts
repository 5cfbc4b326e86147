/** In which steps time is kept: fine enough that nothing shown changes, coarse enough that a tick takes a byte. */

export interface BatchGrid {
  /** Nanoseconds in a unit of time. */
  readonly unitNs: number;
  /** Units in a period of the schedule. */
  readonly period: number;
  /** Units in a step of CPU time: a tenth of a period. */
  readonly cpuUnit: number;
}

/** Period where there is no schedule (rate 0, as fast as possible): about what a tick of a small program takes, in ns. */
export const flatOutPeriodNs = 10_000;

/** @param rateHz ticks a second; 0 for as many as possible */
export function periodOf(rateHz: number): number {
  return rateHz === 0 ? flatOutPeriodNs : 1e9 / rateHz;
}

/** No unit is longer, however low the rate: times are shown in milliseconds. Ticks are rounded up by less than this. */
export const longestUnitNs = 100_000;

/** Units are 1, 2 or 5 times a power of ten, and at least a hundred to a period where that is possible. */
export function chooseGrid(periodNs: number): BatchGrid {
  if (!(periodNs > 0 && periodNs < 1e12)) throw new RangeError(`a period of ${periodNs} ns`);
  const most = Math.max(1, Math.min(longestUnitNs, periodNs / 100));
  const power = 10 ** Math.floor(Math.log10(most * (1 + 1e-9)));
  const unitNs = [5, 2, 1].map((step) => step * power).find((unit) => unit <= most * (1 + 1e-9)) ?? 1;
  const period = Math.max(1, Math.round(periodNs / unitNs));
  return { unitNs, period, cpuUnit: Math.max(1, Math.floor(period / 10)) };
}
