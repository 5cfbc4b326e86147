/** Which threads of a process have run since the tick before, and so have to be read; most threads mostly sleep. */
import type { ProcessClock } from './platform/platform.js';
import type { ThreadTrack } from './thread-track.js';

/** With more sleeping threads than this it is cheaper to ask first whether any of them has run. */
const fewSleepers = 8;

export class ThreadActivity {
  /** The threads that ran since the last look, or may have. */
  awake: ThreadTrack[] = [];
  /** Those that were awake at any look in this tick: what is known of them may be new. Cleared by the caller. */
  readonly changed = new Set<ThreadTrack>();
  /** All others; the last to fall asleep, which are the likeliest to wake, at the end. */
  #asleep: ThreadTrack[] = [];
  readonly #processClock: ProcessClock;
  /** CPU time of the process that its known threads account for since they are watched, and all other, in ns. */
  #accountedNs = 0;
  #otherNs = 0;
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
    for (const thread of this.changed) if (!known.has(thread)) this.changed.delete(thread);
  }

  /**
   * Asks the operating system which threads have run; these are then `awake`.
   * @returns false if one is gone
   */
  update(): boolean {
    let allThere = true;
    let isMoved = false;
    for (const thread of this.awake) {
      if (!this.#ask(thread)) allThere = false;
      else if (!thread.isAwake) isMoved = true;
    }
    const woken = this.#woken;
    if (!this.#askSleepers()) allThere = false;
    if (this.#woken !== woken) isMoved = true;
    if (isMoved) this.#sort();
    for (const thread of this.awake) this.changed.add(thread);
    return allThere;
  }

  /** Takes no thread for asleep any more: each is read at the next tick. */
  wakeAll(): void {
    for (const thread of this.#asleep) thread.isAwake = true;
    this.awake.push(...this.#asleep);
    this.#asleep = [];
  }

  /**
   * Sleepers are not asked one by one. What the process has used is the sum of what its threads have; so once those
   * that were asked account for all of it, no other has run. It is read after them, so that it is never too little.
   * @returns false if one is gone
   */
  #askSleepers(): boolean {
    const sleepers = this.#asleep;
    const total = sleepers.length > fewSleepers ? this.#processClock.totalNs() : null;
    let missing = total === null ? Number.POSITIVE_INFINITY : total - this.#otherNs - this.#accountedNs;
    let allThere = true;
    for (let i = sleepers.length - 1; i >= 0 && missing > 0; i--) {
      const before = this.#accountedNs;
      const thread = sleepers[i]!;
      if (!this.#ask(thread)) allThere = false;
      else if (thread.isAwake) this.#woken++;
      missing -= this.#accountedNs - before;
    }
    // Time of threads that Python does not know, or of ones that have ended.
    if (total !== null && missing > 0) this.#otherNs = total - this.#accountedNs;
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
