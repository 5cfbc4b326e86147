/** The threads of one process: kept in step with the interpreter's lists, the operating system and their names. */
import type { ThreadNameRow, ThreadRow } from '../../format/vocabulary.js';
import type { Peek } from '../memory/peek.js';
import { pointerIn } from '../memory/pointers.js';
import type { Target } from '../target/target.js';
import { listThreadStates, startedThreads, type ThreadState } from '../target/thread-list.js';
import { CpuAccount, threadTimes } from './cpu-account.js';
import { findOsThreadIds } from './os-thread-ids.js';
import type { SamplerContext } from './sampler-context.js';
import { ThreadActivity } from './thread-activity.js';
import { ThreadNameReader } from './thread-names.js';
import { groupByOsThread } from './thread-status.js';
import { ThreadTrack } from './thread-track.js';

/** The lists are read anew at least this often, whatever the heads say; or less often, see `upkeepShare`. */
const listEveryNs = 1e9;

/** Of the time, what reading lists and names of all followed processes may take where there are many of them. */
const upkeepShare = 0.03;

/**
 * Names are read again this often, or less where reading them takes more than a 300th of that time; but not less
 * than once a second, and while a thread has none, reading may take a 30th.
 */
const namesEveryNs = 250e6;
const namesAtLeastEveryNs = 1e9;

export class ThreadTable {
  interpreters: readonly number[] = [];
  threads: ThreadTrack[] = [];
  /** Which of them have run. */
  readonly activity: ThreadActivity;
  /** Threads of the operating system with a state in several interpreters: those states, newest interpreter first. */
  shared: readonly (readonly ThreadTrack[])[] = [];
  readonly #process: SamplerContext;
  readonly #target: Target;
  readonly #peek: Peek;
  /** Heads of the lists as they were read: interpreters, then each interpreter's threads. */
  #heads: readonly number[] = [];
  #listDueNs = Number.NEGATIVE_INFINITY;
  #namesDueNs = Number.NEGATIVE_INFINITY;
  #left: number[] = [];
  readonly #account: CpuAccount;
  /** Threads without a sample as yet. */
  #newborn: ThreadTrack[] = [];
  readonly #nameReaders = new Map<number, ThreadNameReader>();
  #newThreads: ThreadRow[] = [];
  #newNames: ThreadNameRow[] = [];

  constructor(process: SamplerContext, peek: Peek) {
    this.#process = process;
    this.#target = process.target;
    this.#peek = peek;
    const { platform, target } = process;
    const processClock = platform.openProcessClock(target.pid);
    this.activity = new ThreadActivity(processClock);
    this.#account = new CpuAccount(threadTimes(platform, target.pid), processClock);
  }

  isDue(nowNs: number): boolean {
    return nowNs >= this.#listDueNs;
  }

  /**
   * Whether the lists begin with the same elements as when they were read: new ones are put in front.
   * @param words with the heads in front: of the interpreters, then of each interpreter's threads
   */
  hasHeads(words: Uint32Array): boolean {
    for (let i = 0; i < this.#heads.length; i++) if (pointerIn(words, i * 2) !== this.#heads[i]) return false;
    return true;
  }

  /**
   * Reads the lists anew; threads that were known are kept.
   * @returns false if the lists could not be followed
   */
  list(nowNs: number): boolean {
    const startedMs = performance.now();
    const { layout, runtime } = this.#target;
    const states = listThreadStates(this.#peek, layout, runtime);
    if (states === null) return false;
    this.#heads = states.heads;
    this.interpreters = states.interpreters;
    for (const known of this.#nameReaders.keys())
      if (!this.interpreters.includes(known)) this.#nameReaders.delete(known);
    const started = startedThreads(states.threads);
    const isFirst = this.#listDueNs === Number.NEGATIVE_INFINITY;
    if (isFirst) this.#account.begin();
    const { ids: osIds, alive } = findOsThreadIds({
      target: this.#target,
      peek: this.#peek,
      platform: this.#process.platform,
      threads: started,
    });
    const before = new Map(this.threads.map((thread) => [thread.frames.threadState, thread]));
    const found = started.flatMap((state, i) => {
      const osId = osIds[i]!;
      // The thread state outlives its thread by a moment.
      if (osId === 0) return [];
      const known = before.get(state.address);
      const isSame = known?.pythonId === state.pythonId && known.osId === osId;
      if (isSame) before.delete(state.address);
      return [{ state, osId, known: isSame ? known : undefined }];
    });
    // First those that went: a thread that got another state goes on in its row.
    for (const thread of before.values()) this.#forget(thread);
    this.#process.leftThreads.keep(alive);
    this.threads = found.map(({ state, osId, known }) => known ?? this.#add(state, osId, nowNs, isFirst));
    this.activity.watch(this.threads);
    for (const thread of this.threads) thread.isLent = thread.isVacant = false;
    const hadShared = this.shared.length > 0;
    this.shared = states.interpreters.length > 1 ? groupByOsThread(this.threads) : [];
    // States without frames had no samples until now.
    if (hadShared && this.shared.length === 0)
      for (const thread of this.threads) this.activity.changed.add(thread);
    // Starting threads get their ids, and ending ones go, without a change of the list's head: read it again at once.
    const isMoving =
      this.threads.length < states.threads.length ||
      this.threads.some(({ osId, bornNs }) => osId === null && nowNs - bornNs < listEveryNs);
    const pause = Math.max(listEveryNs, this.#pauseAfter(startedMs));
    this.#listDueNs = isMoving ? nowNs : nowNs + pause;
    return true;
  }

  /**
   * Asks which threads have run, and drops those that are gone.
   * @param canWake as `ThreadActivity.update` has it
   * @returns false if one is gone
   */
  updateClocks(canWake: boolean): boolean {
    if (this.activity.update(canWake)) return true;
    for (const thread of this.threads) if (thread.clock?.alive === false) this.#forget(thread);
    this.threads = this.threads.filter((thread) => thread.clock?.alive !== false);
    this.activity.watch(this.threads);
    // The next thread often gets the memory of the one that went: the head of the list is then the same, and tells nothing.
    this.#listDueNs = 0;
    return false;
  }

  /** To be called when all threads were asked: brings in CPU time that lies before the first sample of a thread. */
  settleTimes(nowNs: number): void {
    for (const thread of this.#newborn) this.#account.bear(thread, nowNs);
    if (this.#newborn.length > 0) this.#newborn = [];
    this.#account.settle(this.threads, nowNs);
  }

  /** Looks up the names that Python knows, if it is time. */
  readNames(nowNs: number): void {
    if (nowNs < this.#namesDueNs) return;
    const started = performance.now();
    for (const interpreter of this.interpreters) {
      let reader = this.#nameReaders.get(interpreter);
      if (reader === undefined) {
        reader = new ThreadNameReader(this.#peek, this.#target.layout, interpreter);
        this.#nameReaders.set(interpreter, reader);
      }
      const names = reader.read();
      for (const thread of this.threads) {
        if (thread.frames.interpreter !== interpreter) continue;
        // Without `threading` only the main thread has a name: the one that `threading` gives it on import.
        const name =
          names?.get(thread.pythonId) ??
          (names === null && thread.osId === this.#target.pid ? 'MainThread' : null);
        if (name !== null && name !== thread.name) this.#rename(thread, name, nowNs);
      }
    }
    // A subinterpreter seldom has names of its own for the threads that it borrows.
    for (const states of this.shared) {
      const named = states.findLast((thread) => thread.name !== null);
      for (const thread of states)
        if (named && thread.name === null) this.#rename(thread, named.name!, nowNs);
    }
    const cost = (performance.now() - started) * 1e6;
    const pause = this.threads.some((thread) => thread.name === null) ? 30 * cost : 300 * cost;
    const usual = Math.max(namesEveryNs, Math.min(pause, namesAtLeastEveryNs));
    this.#namesDueNs = nowNs + Math.max(usual, this.#pauseAfter(started));
  }

  /** How long to wait after work that began at a time (`performance.now`), so that all processes together keep to their share. */
  #pauseAfter(startedMs: number): number {
    const others = this.#process.processes() - 1;
    return (others * (performance.now() - startedMs) * 1e6) / upkeepShare;
  }

  /** Ids of the threads that went since the last call. */
  takeLeft(): readonly number[] {
    const left = this.#left;
    if (left.length > 0) this.#left = [];
    return left;
  }

  takeRows(): { threads: ThreadRow[]; threadNames: ThreadNameRow[] } {
    const rows = { threads: this.#newThreads, threadNames: this.#newNames };
    this.#newThreads = [];
    this.#newNames = [];
    return rows;
  }

  close(): void {
    for (const thread of this.threads) {
      thread.close();
      this.#process.leftThreads.add(thread);
    }
    this.threads = [];
  }

  #forget(thread: ThreadTrack): void {
    this.#account.forget(thread);
    thread.close();
    this.#left.push(thread.id);
    if (thread.clock?.alive !== false) this.#process.leftThreads.add(thread);
  }

  #add(state: ThreadState, osId: number | null, nowNs: number, isFirst: boolean): ThreadTrack {
    const left = this.#process.leftThreads.take(osId, state.pythonId);
    const thread = new ThreadTrack({
      id: left?.id ?? this.#process.nextThreadId(),
      name: left?.name ?? null,
      threadState: state.address,
      interpreter: state.interpreter,
      pythonId: state.pythonId,
      nativeId: state.nativeId,
      osId,
      clock: osId === null ? null : this.#process.platform.openThreadClock(this.#target.pid, osId),
      firstNs: nowNs,
      ...(isFirst ? {} : { bornNs: nowNs }),
    });
    if (!isFirst) this.#newborn.push(thread);
    if (left === undefined)
      this.#newThreads.push({
        id: thread.id,
        process: this.#process.processId,
        pythonId: state.pythonId,
        osId,
        firstNs: nowNs,
      });
    else if (this.#left.includes(left.id)) this.#left = this.#left.filter((id) => id !== left.id);
    this.#namesDueNs = Number.NEGATIVE_INFINITY;
    return thread;
  }

  #rename(thread: ThreadTrack, name: string, nowNs: number): void {
    const sinceNs = thread.name === null ? thread.firstNs : nowNs;
    thread.name = name;
    this.#newNames.push({ thread: thread.id, sinceNs, name: this.#process.interner.string(name) });
  }
}
