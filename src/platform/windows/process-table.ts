/**
 * All processes and threads as the system last told them. One question brings all of them, and takes a millisecond or more where
 * many run; so what was told a moment ago counts as now, and a thread is never said to have slept because of an old answer.
 */
import { type ProcessEntry, parseProcesses, parseThreads, type ThreadEntry } from './process-information.js';

/** Who is asked, and who asks. */
export interface ProcessSource {
  /** Bytes as process-information.ts reads them, and their address; valid until the next question. */
  ask(): { readonly view: DataView; readonly base: number };
  nowMs(): number;
  readonly ownPid: number;
  ownThreadId(): number;
}

/** An answer counts so long, in ms, or so many times what it cost: then at most a fifth of a processor goes into asking. */
const freshMs = 1;
const freshCosts = 4;

/**
 * Whether a thread in a state (KTHREAD_STATE, wdm.h) has a processor or waits for one. Ready, running, standby, and deferred
 * ready; waiting, and waiting with its stack paged out (transition). The others tell nothing.
 */
const isRunning: Readonly<Record<number, boolean>> = {
  ...{ 1: true, 2: true, 3: true, 7: true },
  ...{ 5: false, 6: false },
};

/** What is known of a thread of another process. */
export interface ThreadSighting {
  /** Whether it has a processor or waits for one; null where that is not told. */
  readonly runs: boolean | null;
  /** How often it got a processor. */
  readonly switches: number;
  /** Whether this was told after the memory of its process was read last. */
  readonly isNew: boolean;
}

export class ProcessTable {
  readonly #source: ProcessSource;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #processes: ReadonlyMap<number, ProcessEntry> = new Map();
  /** By pid, of the last answer; made when they are asked for. */
  readonly #threads = new Map<number, ReadonlyMap<number, ThreadEntry>>();
  /** Whether the last answer has the states of threads; null where nobody has looked. */
  #tellsStates: boolean | null = null;
  #askedMs = Number.NEGATIVE_INFINITY;
  #costMs = 0;
  /** When memory was read, by pid. */
  readonly #readsMs = new Map<number, number>();

  constructor(source: ProcessSource) {
    this.#source = source;
  }

  /** Of this moment, more or less. */
  get processes(): ReadonlyMap<number, ProcessEntry> {
    if (this.#source.nowMs() > this.#askedMs + Math.max(freshMs, freshCosts * this.#costMs)) this.#ask();
    return this.#processes;
  }

  /** One that is not there may have just begun: then all are asked for anew. */
  find(pid: number): ProcessEntry | null {
    const found = this.processes.get(pid);
    if (found !== undefined) return found;
    if (this.#source.nowMs() > this.#askedMs + freshMs) this.#ask();
    return this.#processes.get(pid) ?? null;
  }

  /** Ids of a process's threads; none if it is gone. */
  threadIds(pid: number): number[] {
    return this.find(pid) === null ? [] : [...this.#threadsOf(pid).keys()];
  }

  /** To be called when memory of a process was read: what was told of its threads before says nothing of what they do since. */
  noteRead(pid: number): void {
    this.#readsMs.set(pid, this.#source.nowMs());
  }

  /** Asks anew if memory of its process was read since, and if that is not too soon. @returns null where it is not known */
  sight(pid: number, threadId: number): ThreadSighting | null {
    const readMs = this.#readsMs.get(pid) ?? Number.NEGATIVE_INFINITY;
    const isDue = this.#source.nowMs() >= this.#askedMs + freshCosts * this.#costMs;
    if (this.#askedMs <= readMs && isDue) this.#ask();
    const thread = this.#threadsOf(pid).get(threadId);
    if (thread === undefined) return null;
    const runs = this.#areStatesTold() ? (isRunning[thread.state] ?? null) : null;
    return { runs, switches: thread.switches, isNew: this.#askedMs > readMs };
  }

  /** The thread that asks has a processor: where its own state says otherwise, none means anything (Wine gives all the same). */
  #areStatesTold(): boolean {
    const { ownPid, ownThreadId } = this.#source;
    this.#tellsStates ??= isRunning[this.#threadsOf(ownPid).get(ownThreadId())?.state ?? 0] === true;
    return this.#tellsStates;
  }

  #threadsOf(pid: number): ReadonlyMap<number, ThreadEntry> {
    const process = this.#processes.get(pid);
    let threads = this.#threads.get(pid);
    if (threads === undefined) {
      threads = process === undefined ? new Map() : parseThreads(this.#view, process);
      this.#threads.set(pid, threads);
    }
    return threads;
  }

  #ask(): void {
    const startMs = this.#source.nowMs();
    const { view, base } = this.#source.ask();
    this.#view = view;
    this.#processes = parseProcesses(view, base);
    this.#threads.clear();
    this.#tellsStates = null;
    this.#askedMs = startMs;
    this.#costMs = this.#source.nowMs() - startMs;
  }
}
