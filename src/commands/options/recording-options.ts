/** What the options of a recording mean. */
import { InvalidArgumentError, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import type { SamplerChoice } from '../../format/recording-info.js';
import { findMarkNameFault } from '../../format/writing/mark-name.js';
import { parseTimePoint } from '../../replay/window/time-point.js';
import { optionWithDefault } from './common.js';
import type { NativeOption } from './filter.js';

const smallestSize = 1e6;

/** --no-realtime */
export function realtimeOption(): Option {
  return optionWithDefault('--no-realtime', 'do not ask for a real-time priority for the sampling thread');
}

/** --native */
export function nativeOption(): Option {
  return new Option(
    '-n, --native',
    'native frames too: of running threads where --sampler kernel is allowed, of those that wait (--idle shows them) everywhere',
  );
}

/** --sampler; what it is where it is not given says `chooseSampler`. */
export function samplerOption(): Option {
  return optionWithDefault(
    '--sampler <how>',
    'how stacks of running threads are taken: memory reads, kernel copies them in an interrupt (needs root or CAP_BPF and CAP_PERFMON), auto as allowed (default: memory, with --native auto)',
  ).choices(['memory', 'kernel', 'auto']);
}

/** What --sampler is where it is not given: native frames of running threads are those that the kernel copies. */
export function chooseSampler(options: {
  readonly sampler?: SamplerChoice;
  readonly native?: NativeOption | undefined;
}): SamplerChoice {
  return options.sampler ?? (options.native === true ? 'auto' : 'memory');
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

/** --budget. @returns percent of one CPU */
export function parseBudget(text: string): number {
  const digits = text.replace(/\s*%$/, '');
  const pct = Number(digits);
  if (!/^\d+(\.\d*)?$/.test(digits) || pct < 0.1 || pct > 100)
    throw new InvalidArgumentError('It must be a part of one CPU from 0.1% to 100%.');
  return pct;
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
export function parseLength(option: string, text: string | undefined, leastNs = 1): number | null {
  if (text === undefined) return null;
  const point = parseTimePoint(text, option);
  if (point.kind !== 'offset' || point.ns < leastNs)
    throw new PyspyError(
      'usage',
      `${option} ${JSON.stringify(text)} is not a length of time${leastNs > 1 ? ` of at least ${leastNs / 1e9}s` : ''}`,
      { hint: 'Write 30s, 5m, 1h30m or a number of seconds.' },
    );
  return point.ns;
}

/** @throws PyspyError of kind "usage" where --stop would end a process that pyspy did not start */
export function checkStop(
  command: string,
  { stop, pid, all }: { readonly stop?: boolean; readonly pid?: number; readonly all?: string },
): void {
  if (stop && (pid !== undefined || all !== undefined))
    throw new PyspyError(
      'usage',
      '--stop goes with a command: a process that was there before is left alone',
      { hint: `pyspy ${command} --stop --duration 10s -- python program.py` },
    );
}

/**
 * Names of --mark-names, in order; empty where it was not given.
 * @throws PyspyError of kind "usage"
 */
export function parseMarkNames(text: string | undefined): string[] {
  if (text === undefined) return [];
  const names = text.split(',').map((name) => name.trim());
  for (const [at, name] of names.entries()) {
    const fault = names.indexOf(name) < at ? 'it is there twice' : findMarkNameFault(name);
    if (fault !== null)
      throw new PyspyError('usage', `--mark-names: ${JSON.stringify(name)} is no name for a mark: ${fault}`, {
        hint: 'Write names with commas between them: --mark-names warm,load,done.',
      });
  }
  return names;
}
