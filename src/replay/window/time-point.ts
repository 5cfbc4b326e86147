/** The forms in which people write a moment of a recording. */
import { PyspyError } from '../../errors.js';

export type TimePoint =
  /** Since the recording began. */
  | { readonly kind: 'offset'; readonly ns: number }
  /** Before its end. */
  | { readonly kind: 'from-end'; readonly ns: number }
  /** Share of its length, 0 to 1. */
  | { readonly kind: 'share'; readonly share: number }
  /** A moment on the calendar, in ms since 1970. */
  | { readonly kind: 'instant'; readonly utcMs: number }
  /** Time of day, in ms since midnight; `zoneMs` is east of UTC, null for the local zone. */
  | { readonly kind: 'time-of-day'; readonly ms: number; readonly zoneMs: number | null };

const unitNs: Readonly<Record<string, number>> = {
  h: 3_600e9,
  m: 60e9,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  µs: 1e3,
  ns: 1,
};
const unitOrder = ['h', 'm', 's', 'ms', 'us', 'µs', 'ns'];

const number = String.raw`\d+(?:\.\d*)?|\.\d+`;
const parts = new RegExp(`(${number})(h|ms|m|s|us|µs|ns)`, 'gy');
const bare = new RegExp(`^(?:${number})$`);
const share = new RegExp(`^(${number})%$`);
const clock = /^(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)$/;
const timeOfDay = /^T?(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const dateTime =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

export const timeHint =
  'Write 10s, 250ms, 1m30s, 00:01:30, -10s (from the end), 50%, or a time of day such as T14:03:22.';

/**
 * Reads a TIME: `10s`, `250ms`, `1.5m`, `1h`, `1m30s`, `00:01:30`, a bare number of seconds, `-10s` (from the end), `50%`,
 * or an ISO time of day (`T14:03:22`, `14:03:22Z`) or date and time, local where no zone is given.
 * @param option how the user calls it ("--from"), for the error
 * @throws PyspyError of kind "usage"
 */
export function parseTimePoint(text: string, option: string): TimePoint {
  const point = readTimePoint(text.trim());
  if (point === null)
    throw new PyspyError('usage', `${option} ${JSON.stringify(text)} is not a time`, { hint: timeHint });
  return point;
}

/** The same, without blanks around it; null if it is none. */
export function readTimePoint(text: string): TimePoint | null {
  const percent = share.exec(text);
  if (percent !== null) {
    const value = Number(percent[1]) / 100;
    return value <= 1 ? { kind: 'share', share: value } : null;
  }
  const fromEnd = text.startsWith('-');
  const ns = readSpan(fromEnd ? text.slice(1) : text);
  if (ns !== null) return fromEnd ? { kind: 'from-end', ns } : { kind: 'offset', ns };
  if (dateTime.test(text)) return readInstant(text);
  const day = timeOfDay.exec(text);
  return day === null ? null : readTimeOfDay(day);
}

/** A length of time in ns: with units, in clock form, or a bare number of seconds; null if it is none of these. */
function readSpan(text: string): number | null {
  if (bare.test(text)) return Math.round(Number(text) * 1e9);
  const byClock = clock.exec(text);
  if (byClock !== null) {
    const [, hours, minutes, seconds] = byClock;
    if (Number(seconds) >= 60 || (hours !== undefined && Number(minutes) >= 60)) return null;
    return Math.round((Number(hours ?? 0) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1e9);
  }
  let ns = 0;
  let at = 0;
  let unitAt = -1;
  for (const match of text.matchAll(parts)) {
    const [whole, amount, unit] = match;
    const order = unitOrder.indexOf(unit!);
    // 1m30s, never 30s1m or 1s1s.
    if (match.index !== at || order <= unitAt) return null;
    at += whole.length;
    unitAt = order;
    ns += Number(amount) * unitNs[unit!]!;
  }
  return at === text.length && at > 0 ? Math.round(ns) : null;
}

function readInstant(text: string): TimePoint | null {
  // JavaScript takes a date without a time for UTC, and wants colons in zones.
  const full = text.length === 10 ? `${text}T00:00` : text;
  const iso = full
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/([+-]\d{2})$/, '$1:00')
    .replace(/(T.*[+-]\d{2})(\d{2})$/, '$1:$2');
  const utcMs = Date.parse(iso);
  return Number.isNaN(utcMs) ? null : { kind: 'instant', utcMs };
}

function readTimeOfDay(match: RegExpExecArray): TimePoint | null {
  const [, hours, minutes, seconds, zone] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) >= 61) return null;
  const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1_000;
  return { kind: 'time-of-day', ms, zoneMs: zone === undefined ? null : zoneOffsetMs(zone) };
}

function zoneOffsetMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}
