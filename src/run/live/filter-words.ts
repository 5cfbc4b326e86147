/** The filters of a live view in few words: they share a line with its keys. */
import type { SampleFilter } from '../../replay/samples/sample-filter.js';

/**
 * @param first the filter that the view began with: what it says of processes does not go away
 * @param rows which rows are shown; null for all
 */
export function filterWords(filter: SampleFilter, first: SampleFilter, rows: RegExp | null): string[] {
  const { idle, gil, gilWait, waiting, collecting, torn, stacks, process } = filter;
  return [
    ...(rows === null ? [] : [`/${rows.source}/`]),
    ...(process === first.process ? [] : [`process ${process} (Esc: all)`]),
    ...(gil ? ['GIL held'] : []),
    ...(gilWait ? ['GIL wait'] : []),
    ...(waiting ? ['lock or GIL wait'] : []),
    ...(collecting ? ['GC'] : []),
    ...(torn === 'keep' ? [] : [torn === 'omit' ? 'no torn' : 'torn only']),
    ...(idle ? ['with idle'] : []),
    ...(stacks?.focus ? [`through /${stacks.focus.source}/`] : []),
    ...(stacks?.exclude ? [`not through /${stacks.exclude.source}/`] : []),
    ...(stacks?.hideImportlib ? ['no importlib'] : []),
    ...(stacks?.mine ? ['my code'] : []),
    ...(stacks?.collapseRecursion ? ['recursion collapsed'] : []),
  ];
}
