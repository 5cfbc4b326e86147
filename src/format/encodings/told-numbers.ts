/** Numbers that files of other programs have, as traces have them. */

/** Of moments, in ns, so that they stay exact. */
export const latestNs = 2 ** 52;

/** Nanoseconds in what formats name as units of time. */
export const unitsNs: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  microseconds: 1e3,
  milliseconds: 1e6,
  seconds: 1e9,
};

/** Lines, pids and threads' numbers are below. */
const end = 2 ** 31;

/** A line, from 1 on; 0 where it is none. */
export function lineOf(value: unknown): number {
  const line = typeof value === 'bigint' ? Number(value) : value;
  return isBelowEnd(line) ? line : 0;
}

/** A pid or the number of a thread, also as decimal digits; null where it is none. */
export function idOf(value: unknown): number | null {
  const isDigits = typeof value === 'string' && /^\d{1,10}$/.test(value);
  const id = isDigits || typeof value === 'bigint' ? Number(value) : value;
  return isBelowEnd(id) ? id : null;
}

function isBelowEnd(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < end;
}
