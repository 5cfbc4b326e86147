/** Threads under their names: what filters of threads and processes are about. */
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { threadLabel, threadNameAt } from '../names/code-name.js';
import { type SampleFilter, wantsProcess } from './filter.js';

/** A thread under one of its names. */
export interface Lane {
  readonly index: number;
  readonly thread: StoredThread;
  readonly name: string | null;
  /** Its name, or its number where it has none. */
  readonly label: string;
  /** Whether the filter lets this thread through under this name. */
  readonly isWanted: boolean;
}

/** Gives each thread a lane for each of its names. */
export class Lanes {
  readonly #lanes = new Map<number, Map<string | null, Lane>>();
  readonly #filter: SampleFilter;
  #count = 0;

  constructor(filter: SampleFilter) {
    this.#filter = filter;
  }

  get(thread: StoredThread, ns: number): Lane {
    let byName = this.#lanes.get(thread.id);
    if (byName === undefined) {
      byName = new Map();
      this.#lanes.set(thread.id, byName);
    }
    const name = threadNameAt(thread, ns);
    let lane = byName.get(name);
    if (lane === undefined) {
      const label = threadLabel(thread, name);
      const isWanted =
        (this.#filter.thread?.test(label) ?? true) && wantsProcess(this.#filter, thread.process);
      lane = { index: this.#count++, thread, name, label, isWanted };
      byName.set(name, lane);
    }
    return lane;
  }
}
