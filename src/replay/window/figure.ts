/** Numbers as results carry them: rounded to what they mean, so that text and JSON agree and repeat. */

/** Seconds to the microsecond. */
export function seconds(ns: number): number {
  return Math.round(ns / 1_000) / 1_000_000;
}

/** `part` of `whole` in percent, to four decimals; 0 of nothing. */
export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1_000_000) / 10_000 : 0;
}

/** When a recording began, as isoTime has it; null where that is not known, as of an import without a date. */
export function startTime(utcNs: bigint): string | null {
  return utcNs === 0n ? null : isoTime(utcNs);
}

/** ISO 8601 of nanoseconds since 1970, to the millisecond; the number itself where no calendar has it. */
export function isoTime(utcNs: bigint): string {
  const date = new Date(Number(utcNs / 1_000_000n));
  return Number.isNaN(date.getTime()) ? String(utcNs) : date.toISOString();
}
