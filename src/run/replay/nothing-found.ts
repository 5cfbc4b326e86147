/** What was left out of a result that has nothing in it. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { Nothing } from '../../render/text/nothing.js';
import type { ChosenSamples } from './chosen-samples.js';

/** @param left samples of idle threads that were left out, and their time in s */
export function findNothing(
  reader: TraceReader,
  { filter, wordsButIdle }: ChosenSamples,
  { idle_samples, idle_s }: { readonly idle_samples: number; readonly idle_s: number },
): Nothing {
  return {
    filters: wordsButIdle,
    idle_samples,
    idle_s,
    threads: filter.thread === null ? null : namesInstead(reader, filter.thread),
  };
}

/** All names of threads; null if one of them matches. */
function namesInstead(reader: TraceReader, thread: RegExp): string[] | null {
  const names = [...new Set(reader.threads().flatMap((row) => row.names.map(({ name }) => name)))];
  return names.some((name) => thread.test(name)) ? null : names;
}
