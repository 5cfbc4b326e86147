/** Lanes of a timeline: a thread each, or threads whose names differ in nothing but numbers where there are many. */
import type { StoredThread } from '../../format/reading/thread-rows.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import { programOf, threadLabel } from '../names/code-name.js';
import { mostSingleThreads, threadKind, threadPattern } from '../names/thread-pattern.js';

export interface Lane {
  readonly label: string;
  /** Null where the threads may be of several. */
  readonly process: ProcessRow | null;
  /** All that the threads are of. */
  readonly processes: ReadonlySet<ProcessRow>;
  /** Threads that it has. */
  readonly threads: ReadonlySet<number>;
}

/** Up to so many lanes are told apart by process. */
const mostLanes = 120;

/** What the lanes of further threads are called, which have no place of their own. */
const otherThreads = 'other threads';

export class Lanes {
  readonly list: (Lane & { readonly threads: Set<number>; readonly processes: Set<ProcessRow> })[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #keyOf: (thread: StoredThread, label: string) => [key: string, label: string, isMixed: boolean];

  /** @param threads all of the trace */
  constructor(threads: readonly StoredThread[]) {
    const names = threads.flatMap((thread) => namesOf(thread).map((label) => ({ thread, label })));
    const count = (keyOf: (thread: StoredThread, label: string) => string) =>
      new Set(names.map(({ thread, label }) => keyOf(thread, label))).size;
    const inProcess = (thread: StoredThread, label: string) => threadKind(thread.process.id, label);
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
      const process = isMixed ? null : thread.process;
      this.list.push({ label: name, process, processes: new Set(), threads: new Set() });
    }
    this.list[lane]!.threads.add(thread.id);
    this.list[lane]!.processes.add(thread.process);
    return lane;
  }
}

/** What the processes of lanes are called, those that have lanes together by one name; and by lane the index of its name. */
export function nameProcesses(lanes: readonly Lane[]): {
  readonly names: readonly string[];
  readonly at: readonly number[];
} {
  const names: string[] = [];
  const known = new Map<string, number>();
  const at = lanes.map(({ processes }) => {
    const ids = [...processes].map(({ id }) => id).sort((a, b) => a - b);
    const key = ids.join(' ');
    let index = known.get(key);
    if (index === undefined) {
      index = names.push(nameTogether([...processes])) - 1;
      known.set(key, index);
    }
    return index;
  });
  return { names, at };
}

/** First what tells them apart: commands are long, and of forks the same. */
function nameTogether(processes: readonly ProcessRow[]): string {
  const [first, ...others] = processes;
  const count = others.length === 0 ? `pid ${first!.pid}` : `${processes.length} processes`;
  const programs = new Set(processes.map(programOf));
  return programs.size === 1 ? `${count} · ${programOf(first!)}` : count;
}

function namesOf(thread: StoredThread): string[] {
  return thread.names.length === 0
    ? [threadLabel(thread, null)]
    : [...new Set(thread.names.map(({ name }) => name))];
}
