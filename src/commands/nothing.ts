/** Why a result has nothing in it, in words. */
import type { TraceReader } from '../format/reader.js';
import { secondsText } from '../render/words/phrases.js';
import { createFilter, type FilterOptions } from '../replay/filter.js';
import { describeFilter } from './options.js';

/** Names of threads that are listed where none matches. */
const listedNames = 8;

/**
 * @param left samples of idle threads that were left out, and their time in s
 * @returns one or two sentences, not escaped
 */
export function whyNothing(
  reader: TraceReader,
  options: FilterOptions,
  left: { readonly idle_samples: number; readonly idle_s: number },
): string {
  const filters = describeFilter({ ...options, idle: undefined });
  const idle =
    left.idle_samples > 0
      ? `${left.idle_samples} samples, ${secondsText(left.idle_s)}, were of threads that slept or waited: --idle shows them.`
      : '';
  if (filters.length === 0) return idle === '' ? 'No samples here.' : `All threads were idle. ${idle}`;
  const names = options.thread === undefined ? '' : namesInstead(reader, options);
  const filtered = `No samples passed the filters: ${filters.join(', ')}.`;
  return [filtered, idle, names].filter((part) => part !== '').join(' ');
}

/** The names that there are, where a filter of threads matches none of them. */
function namesInstead(reader: TraceReader, { thread }: FilterOptions): string {
  const names = [...new Set(reader.threads().flatMap((row) => row.names.map(({ name }) => name)))];
  const expression = createFilter({ thread }).thread!;
  if (names.some((name) => expression.test(name))) return '';
  if (names.length === 0) return 'No thread has a name that Python knows.';
  const shown = names.slice(0, listedNames);
  return `Threads: ${shown.join(', ')}${names.length > listedNames ? ` and ${names.length - listedNames} more` : ''}.`;
}
