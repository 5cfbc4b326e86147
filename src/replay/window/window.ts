/** From two TIMEs to a stretch of a recording: half open, from <= t < to. */
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { isoTime, seconds } from './figure.js';
import { findMark } from './named-mark.js';
import { readTimePoint, type TimePoint } from './time-point.js';

/** In ns on the trace's time line; whatever touches the recording is cut to it. */
export interface Window {
  readonly fromNs: number;
  readonly toNs: number;
  /** Length of the whole recording so far. */
  readonly extentNs: number;
}

/** How results show a window. */
export interface WindowFigures {
  from_s: number;
  to_s: number;
}

const dayMs = 86_400_000;

/**
 * Resolves --from and --to; either may be missing.
 * @param options what the user calls them
 * @throws PyspyError of kind "usage": no time, reversed, empty, outside the recording
 */
export function resolveWindow(
  reader: TraceReader,
  from: string | undefined,
  to: string | undefined,
  options: { readonly from: string; readonly to: string } = { from: '--from', to: '--to' },
): Window {
  const extentNs = reader.extentNs();
  const keptFromNs = reader.keptFromNs();
  const fromNs = from === undefined ? keptFromNs : resolveTime(reader, from, options.from, extentNs);
  const toNs = to === undefined ? extentNs : resolveTime(reader, to, options.to, extentNs);
  if (from === undefined && to === undefined) return { fromNs, toNs, extentNs };
  if (fromNs > toNs && to !== undefined)
    throw new PyspyError(
      'usage',
      `the window is reversed: ${options.from} is ${show(fromNs)} and ${options.to} is ${show(toNs)}`,
      {
        hint: 'Swap the two.',
      },
    );
  if (fromNs === toNs && to !== undefined)
    throw new PyspyError('usage', `the window is empty: it begins and ends at ${show(fromNs)}`, {
      hint: `Give a ${options.to} that is later than ${options.from}; the window ends just before it.`,
    });
  if (fromNs >= extentNs || toNs <= keptFromNs)
    throw outside(reader, `the window from ${show(fromNs)} to ${show(toNs)}`, extentNs);
  return { fromNs: Math.max(keptFromNs, fromNs), toNs: Math.min(toNs, extentNs), extentNs };
}

/**
 * Resolves one TIME to ns on the time line.
 * @throws PyspyError of kind "usage": no time, outside the recording
 */
export function resolveMoment(reader: TraceReader, text: string, option: string): number {
  const extentNs = reader.extentNs();
  const ns = resolveTime(reader, text, option, extentNs);
  if (ns < reader.keptFromNs() || ns > extentNs) throw outside(reader, `${option} ${show(ns)}`, extentNs);
  return ns;
}

export function windowFigures(window: Window): WindowFigures {
  return { from_s: seconds(window.fromNs), to_s: seconds(window.toNs) };
}

/** Now, on the time line of a trace that is being recorded; as --at with the time of day would have it. */
export function resolveNow(reader: TraceReader): number {
  return Math.max(reader.keptFromNs(), (Date.now() - originUtcMs(reader)) * 1e6);
}

/** A TIME, or the name of a mark. */
function resolveTime(reader: TraceReader, text: string, option: string, extentNs: number): number {
  if (!reader.hasTimes())
    throw new PyspyError(
      'usage',
      `${option} has no meaning: ${reader.path} was imported, without times of samples`,
      {
        hint: 'Ask about all of it.',
      },
    );
  const point = readTimePoint(text.trim());
  if ((point?.kind === 'instant' || point?.kind === 'time-of-day') && !isDated(reader))
    throw new PyspyError(
      'usage',
      `${option} is a time of day, and ${reader.path} was imported without a date`,
      { hint: 'Count from its beginning or its end: 10s, -10s, 50%.' },
    );
  return point === null ? findMark(reader, text, option).atNs : resolvePoint(reader, point, extentNs);
}

function resolvePoint(reader: TraceReader, point: TimePoint, extentNs: number): number {
  switch (point.kind) {
    case 'offset':
      return point.ns;
    case 'from-end':
      return extentNs - point.ns;
    case 'share': {
      const keptFromNs = reader.keptFromNs();
      return Math.round(keptFromNs + (extentNs - keptFromNs) * point.share);
    }
    case 'instant':
      return point.utcMs * 1e6 - originUtcMs(reader) * 1e6;
    case 'time-of-day': {
      const originMs = originUtcMs(reader);
      const zoneMs = point.zoneMs ?? -new Date(originMs).getTimezoneOffset() * 60_000;
      const midnightMs = Math.floor((originMs + zoneMs) / dayMs) * dayMs - zoneMs;
      let ns = Math.round((midnightMs + point.ms - originMs) * 1e6);
      // A recording that runs past midnight reaches this time on the next day.
      if (ns < 0 && ns + dayMs * 1e6 < extentNs) ns += dayMs * 1e6;
      return ns;
    }
  }
}

/** Whether it is known when it was: of what was imported, it may not be. */
export function isDated({ recordings }: TraceReader): boolean {
  return (recordings[0]?.startedUtcNs ?? 0n) !== 0n;
}

/** A moment of the time line, in ms since 1970; of a trace without a date, since its beginning. */
export function instantOf(reader: TraceReader, ns: number): number {
  return originUtcMs(reader) + ns / 1e6;
}

/** Time zero of the time line in ms since 1970. */
function originUtcMs(reader: TraceReader): number {
  const first = reader.recordings[0]!;
  return (Number(first.startedUtcNs / 1_000n) - first.offsetNs / 1_000) / 1_000;
}

function outside(reader: TraceReader, what: string, extentNs: number): PyspyError {
  const began = isDated(reader)
    ? ` and began at ${isoTime(BigInt(Math.round(originUtcMs(reader))) * 1_000_000n)}; a time of day is written T14:03:22`
    : '';
  const fromNs = reader.keptFromNs();
  const length = fromNs === 0 ? `is ${show(extentNs)} long` : `keeps what was from ${show(fromNs)} on`;
  return new PyspyError('usage', `${what} is outside the recording, which ${length}`, {
    hint: `${reader.path} covers ${show(fromNs)} to ${show(extentNs)}${began}.`,
  });
}

function show(ns: number): string {
  return `${seconds(ns)}s`;
}
