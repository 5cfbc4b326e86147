/** What the options of a recording mean. */
import { InvalidArgumentError, type Option } from 'commander';
import { PyspyError } from '../errors.js';
import { optionWithDefault } from './options.js';

const smallestSize = 1e6;

/** --no-realtime */
export function realtimeOption(): Option {
  return optionWithDefault('--no-realtime', 'do not ask for a real-time priority for the sampling thread');
}

/** @returns ticks a second; 0 for as many as it can */
export function parseRate(text: string): number {
  if (text === 'max') return 0;
  const digits = text.replace(/hz$/i, '');
  const rate = Number(digits);
  if (!/^\d+(\.\d*)?$/.test(digits) || rate < 1 || rate > 100_000)
    throw new InvalidArgumentError('It must be a number from 1 to 100000, or max.');
  return rate;
}

/** A size in bytes, with decimal units as disks have them. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d*)?)\s*([kmg])?b?$/i.exec(text);
  const unit = { k: 1e3, m: 1e6, g: 1e9 }[(match?.[2] ?? '').toLowerCase()] ?? 1;
  const bytes = Number(match?.[1]) * unit;
  if (match === null || bytes < smallestSize)
    throw new InvalidArgumentError('It must be a size of at least 1MB, such as 50MB or 1.5GB.');
  return bytes;
}

/** @returns ns; null where it was not given */
export async function parseLength(
  option: string,
  text: string | undefined,
  leastNs = 1,
): Promise<number | null> {
  if (text === undefined) return null;
  const { parseTimePoint } = await import('../replay/time-point.js');
  const point = parseTimePoint(text, option);
  if (point.kind !== 'offset' || point.ns < leastNs)
    throw new PyspyError(
      'usage',
      `${option} ${JSON.stringify(text)} is not a length of time${leastNs > 1 ? ` of at least ${leastNs / 1e9}s` : ''}`,
      { hint: 'Write 30s, 5m, 1h30m or a number of seconds.' },
    );
  return point.ns;
}
