/** Which threads of a process have run since the tick before, and so have to be read; most threads mostly sleep. */

import type { ProcessClock } from '../../platform/clocks.js';
import { ChangedThreads } from './changed-threads.js';
import type { ThreadTrack } from './thread-track.js';

/** With more sleeping threads than this, they are not asked one by one. */
const fewSleepers = 8;

export class ThreadActivity {
  /** The threads that ran since they were last asked, or may have. */
  awake: ThreadTrack[] = [];
  /** Those that were awake at any time in this tick: what is known of them may be new. Cleared by the caller. */
  readonly changed = new ChangedThreads();
  /** All others; the last to fall asleep, which are the likeliest to wake, at the end. */
  #asleep: ThreadTrack[] = [];
  readonly #processClock: ProcessClock;
  readonly #byState = new Map<number, ThreadTrack>();
  /**
   * CPU time of the process that its known threads account for since they are watched, and all other, in ns. (Not 0,
   * which V8 takes for an integer until there are more than 2^31 ns.)
   */
  #accountedNs = -0;
  #otherNs = -0;
  /** How often a sleeper was found awake. */
  #woken = 0;

  constructor(processClock: ProcessClock) {
    this.#processClock = processClock;
  }

  /** Takes these threads, and no others, for the threads of the process. */
  watch(threads: readonly ThreadTrack[]): void {
    const known = new Set(threads);
    this.#asleep = this.#asleep.filter((thread) => known.has(thread));
    this.awake = threads.filter((thread) => thread.isAwake);
    this.changed.keep(known);
    this.#byState.clear();
    for (const thread of threads) this.#byState.set(thread.frames.threadState, thread);
  }

  /**
   * Asks the operating system which threads have run; these are then `awake`.
   * @param canWake whether the caller will name (to `wake`) the threads that run Python code: with a GIL, its holder
   * @returns false if one is gone
   */
  update(canWake: boolean): boolean {
    let allThere = true;
    let isMoved = false;
    for (const thread of this.awake) {
      if (!this.#ask(thread)) allThere = false;
      else if (!thread.isAwake) isMoved = true;
    }
    const woken = this.#woken;
    if (!this.#askSleepers(canWake)) allThere = false;
    if (this.#woken !== woken) isMoved = true;
    if (isMoved) this.#sort();
    for (const thread of this.awake) this.changed.add(thread);
    return allThere;
  }

  /**
   * Asks a thread that is taken for asleep although memory says that it runs.
   * @returns whether it turned out to be awake
   */
  wake(threadState: number): boolean {
    const thread = this.#byState.get(threadState);
    if (thread === undefined || thread.isAwake || !this.#ask(thread) || !thread.isAwake) return false;
    this.#sort();
    this.changed.add(thread);
    return true;
  }

  /** Takes no thread for asleep, and no stack for known, any more: each is read at the next tick. */
  wakeAll(): void {
    this.awake.push(...this.#asleep);
    this.#asleep = [];
    for (const thread of this.awake) {
      thread.isAwake = true;
      thread.settled = false;
    }
  }

  /**
   * Many sleepers are not asked one by one. The CPU time of the process is the sum of its threads'. Once the threads that were
   * asked account for all of it, no other has run and gone back to sleep. A thread that is running may be missing from the sum
   * until the scheduler's next tick: it holds the GIL and is found by that, or it is found one tick later.
   * @returns false if one is gone
   */
  #askSleepers(canWake: boolean): boolean {
    const sleepers = this.#asleep;
    const total = canWake && sleepers.length > fewSleepers ? this.#processClock.totalNs() : null;
    let missing = total === null ? Number.POSITIVE_INFINITY : total - this.#otherNs - this.#accountedNs;
    let allThere = true;
    for (let i = sleepers.length - 1; i >= 0 && missing > 0; i--) {
      const before = this.#accountedNs;
      const thread = sleepers[i]!;
      if (!this.#ask(thread)) allThere = false;
      else if (thread.isAwake) this.#woken++;
      missing -= this.#accountedNs - before;
    }
    if (total !== null && missing > 0) {
      // The rest is time of threads that Python does not know, or that have ended. Awake threads are asked again first: their
      // time since then would be counted as such, and hide as much time of sleepers later.
      for (const thread of this.awake) if (!this.#ask(thread)) allThere = false;
      this.#otherNs = total - this.#accountedNs;
    }
    return allThere;
  }

  /** @returns false if the thread is gone */
  #ask(thread: ThreadTrack): boolean {
    const { clock } = thread;
    if (clock === null) return true;
    if (!clock.update()) return false;
    this.#accountedNs += clock.cpuNs;
    thread.cpuNs += clock.cpuNs;
    // Asked twice in a tick, a thread counts as changed if it was so once.
    thread.isAwake = !clock.unchanged || !thread.settled;
    if (!clock.unchanged) thread.settled = false;
    return true;
  }

  /** Puts threads that fell asleep, or woke, where they belong. */
  #sort(): void {
    const fell = this.awake.filter((thread) => !thread.isAwake);
    const woke = this.#asleep.filter((thread) => thread.isAwake);
    if (woke.length > 0) this.#asleep = this.#asleep.filter((thread) => !thread.isAwake);
    this.#asleep.push(...fell);
    this.awake = [...this.awake.filter((thread) => thread.isAwake), ...woke];
  }
}
