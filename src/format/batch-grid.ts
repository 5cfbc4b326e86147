/** In which steps time is kept: fine enough that nothing shown changes, coarse enough that a tick takes a byte. */

export interface BatchGrid {
  /** Nanoseconds in a unit of time. */
  readonly unitNs: number;
  /** Units in a period of the schedule. */
  readonly period: number;
  /** Units in a step of CPU time: a tenth of a period. */
  readonly cpuUnit: number;
}

/** No unit is longer, however low the rate: times are shown in milliseconds. */
const longestUnitNs = 100_000;

/** Units are 1, 2 or 5 times a power of ten, and at least a hundred to a period where that is possible. */
export function chooseGrid(periodNs: number): BatchGrid {
  const most = Math.max(1, Math.min(longestUnitNs, periodNs / 100));
  const power = 10 ** Math.floor(Math.log10(most * (1 + 1e-9)));
  const unitNs = [5, 2, 1].map((step) => step * power).find((unit) => unit <= most * (1 + 1e-9)) ?? 1;
  const period = Math.max(1, Math.round(periodNs / unitNs));
  return { unitNs, period, cpuUnit: Math.max(1, Math.floor(period / 10)) };
}
