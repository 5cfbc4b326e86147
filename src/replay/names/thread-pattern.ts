/** Threads of one kind, by their names: where there are hundreds, which one it was says nothing. */

/** More threads than these are shown by kind. */
export const mostSingleThreads = 40;

/** "Thread-12 (worker)" is one of "Thread-N (worker)". */
export function threadPattern(label: string): string {
  return label.replace(/\d+/g, 'N');
}

/** What tells apart kinds of threads, each of one process. @param process its row */
export function threadKind(process: number, label: string): string {
  return `${process} ${threadPattern(label)}`;
}
