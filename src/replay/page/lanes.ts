/** Lanes of a timeline: a thread each, or threads whose names differ in nothing but numbers where there are many. */
import type { StoredThread } from '../../format/reading/thread-rows.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import { threadLabel } from '../names/code-name.js';
import { mostSingleThreads, threadPattern } from '../names/thread-pattern.js';

export interface Lane {
  readonly label: string;
  /** Null where the threads are of several. */
  readonly process: ProcessRow | null;
  /** Threads that it has. */
  readonly threads: ReadonlySet<number>;
}

/** Up to so many lanes are told apart by process. */
const mostLanes = 120;

/** What the lanes of further threads are called, which have no place of their own. */
const otherThreads = 'other threads';

export class Lanes {
  readonly list: (Lane & { readonly threads: Set<number> })[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #keyOf: (thread: StoredThread, label: string) => [key: string, label: string, isMixed: boolean];

  /** @param threads all of the trace */
  constructor(threads: readonly StoredThread[]) {
    const names = threads.flatMap((thread) => namesOf(thread).map((label) => ({ thread, label })));
    const count = (keyOf: (thread: StoredThread, label: string) => string) =>
      new Set(names.map(({ thread, label }) => keyOf(thread, label))).size;
    const inProcess = (thread: StoredThread, label: string) => `${thread.process.id} ${threadPattern(label)}`;
    if (names.length <= mostSingleThreads)
      this.#keyOf = (thread, label) => [`${thread.id} ${label}`, label, false];
    else if (count(inProcess) <= mostLanes)
      this.#keyOf = (thread, label) => [inProcess(thread, label), threadPattern(label), false];
    else this.#keyOf = (_, label) => [threadPattern(label), threadPattern(label), true];
  }

  /** Index of the lane of a thread under a name. */
  laneOf(thread: StoredThread, label: string): number {
    let [key, name, isMixed] = this.#keyOf(thread, label);
    if (!this.#byKey.has(key) && this.list.length >= mostLanes) {
      [key, name, isMixed] = ['', otherThreads, true];
    }
    let lane = this.#byKey.get(key);
    if (lane === undefined) {
      lane = this.list.length;
      this.#byKey.set(key, lane);
      this.list.push({ label: name, process: isMixed ? null : thread.process, threads: new Set() });
    }
    this.list[lane]!.threads.add(thread.id);
    return lane;
  }
}

function namesOf(thread: StoredThread): string[] {
  return thread.names.length === 0
    ? [threadLabel(thread, null)]
    : [...new Set(thread.names.map(({ name }) => name))];
}
