/**
 * How many threads are in the wait for a GIL, asleep or not: the condition variable that they wait on counts them itself.
 * Who waits for a GIL wakes every 5 ms (sys.getswitchinterval()), and then queues for a processor, as if it ran.
 *
 * The count's place depends on the C library of the target (nptl/pthread_cond_wait.c, `__wrefs`; sysdeps/nptl/bits/
 * thread-shared-types.h): each is tried until one has said nothing but what fits with the threads that sleep there.
 */

/** Where the count of waiters may be. */
interface Place {
  /** Byte offset in pthread_cond_t or sem_t, and how far the count is shifted: flags are below. */
  readonly at: number;
  readonly shift: number;
}

/** Of a condition variable: glibc 2.25 to 2.40, and from 2.41 on. */
const conditionPlaces: readonly Place[] = [
  { at: 36, shift: 3 },
  { at: 28, shift: 3 },
];
/** Of a semaphore, by which Python 2.7 makes its lock: `nwaiters` of struct new_sem, from glibc 2.21 on. */
const semaphorePlaces: readonly Place[] = [{ at: 4, shift: 0 }];

/** A place is believed once it was right so often more than wrong, each wrong one counting as several. */
const believedFrom = 12;
const most = 30;
const wrongCounts = 3;

export class WaiterCount {
  readonly #places: readonly Place[];
  readonly #scores: number[];

  constructor(isSemaphore: boolean) {
    this.#places = isSemaphore ? semaphorePlaces : conditionPlaces;
    this.#scores = this.#places.map(() => 0);
  }

  /**
   * @param words that hold the condition variables, one behind the other at `offsets` (in bytes), read at one moment
   * @param asleep how many threads were seen asleep in that wait, and `ready` how many may have woken in it
   * @returns how many are in it; null where that cannot be told
   */
  read(words: Uint32Array, offsets: readonly number[], asleep: number, ready: number): number | null {
    let found: number | null = null;
    for (let i = 0; i < this.#places.length; i++) {
      const { at, shift } = this.#places[i]!;
      let count = 0;
      for (const offset of offsets) count += words[(offset + at) >>> 2]! >>> shift;
      const fits = count >= asleep && count <= asleep + ready;
      if (found === null && fits && this.#scores[i]! >= believedFrom) found = count;
      // Where nobody sleeps, a word that is always zero fits, too.
      if (asleep > 0)
        this.#scores[i] = fits
          ? Math.min(most, this.#scores[i]! + 1)
          : Math.max(0, this.#scores[i]! - wrongCounts);
    }
    return found;
  }
}
