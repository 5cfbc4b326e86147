/** Why a result has nothing in it, in words. */
import { counted, secondsText } from '../words/text-numbers.js';

/** Names of threads that are listed where none matches. */
const listedNames = 8;

/** What was left out of a result that has nothing in it. */
export interface Nothing {
  /** Filters in force that leave samples out, in words. */
  readonly filters: readonly string[];
  /** Samples of idle threads that were left out, and their time in s. */
  readonly idle_samples: number;
  readonly idle_s: number;
  /** All names of threads, where a filter of threads matches none of them; else null. */
  readonly threads: readonly string[] | null;
}

/** @returns one or two sentences, not escaped */
export function whyNothing({ filters, idle_samples, idle_s, threads }: Nothing): string {
  const idle =
    idle_samples > 0
      ? `${counted(idle_samples, 'sample')}, ${secondsText(idle_s)}, ${idle_samples === 1 ? 'was of a thread' : 'were of threads'} that slept or waited: --idle shows ${idle_samples === 1 ? 'it' : 'them'}.`
      : '';
  if (filters.length === 0) return idle === '' ? 'No samples here.' : `All threads were idle. ${idle}`;
  const filtered = `No samples passed the filters: ${filters.join(', ')}.`;
  return [filtered, idle, threads === null ? '' : listThreads(threads)]
    .filter((part) => part !== '')
    .join(' ');
}

function listThreads(names: readonly string[]): string {
  if (names.length === 0) return 'No thread has a name that Python knows.';
  const more = names.length - listedNames;
  return `Threads: ${names.slice(0, listedNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
