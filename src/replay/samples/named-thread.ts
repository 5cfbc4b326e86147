/** Threads under their names: what filters of threads and processes are about. */
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { threadLabel, threadNameAt } from '../names/code-name.js';
import { type SampleFilter, wantsProcess } from './sample-filter.js';

/** A thread under one of its names. */
export interface NamedThread {
  readonly index: number;
  readonly thread: StoredThread;
  readonly name: string | null;
  /** Its name, or its number where it has none. */
  readonly label: string;
  /** Whether the filter lets this thread through under this name. */
  readonly isWanted: boolean;
}

/** Gives a thread under each of its names an index and a label. */
export class NamedThreads {
  readonly #byThread = new Map<number, Map<string | null, NamedThread>>();
  readonly #filter: SampleFilter;
  #count = 0;

  constructor(filter: SampleFilter) {
    this.#filter = filter;
  }

  get(thread: StoredThread, ns: number): NamedThread {
    let byName = this.#byThread.get(thread.id);
    if (byName === undefined) {
      byName = new Map();
      this.#byThread.set(thread.id, byName);
    }
    const name = threadNameAt(thread, ns);
    let named = byName.get(name);
    if (named === undefined) {
      const label = threadLabel(thread, name);
      const isWanted =
        (this.#filter.thread?.test(label) ?? true) && wantsProcess(this.#filter, thread.process);
      named = { index: this.#count++, thread, name, label, isWanted };
      byName.set(name, named);
    }
    return named;
  }
}
