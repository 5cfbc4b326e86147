/**
 * How many threads are in the wait for a GIL, asleep or not: the condition variable that they wait on counts them itself.
 * Who waits for a GIL wakes every 5 ms (sys.getswitchinterval()), and then queues for a processor, as if it ran.
 *
 * The count's place depends on the version of the target's C library: each is tried, and one is believed once its counts have
 * fitted often enough with the threads that sleep there.
 */

import type { WaiterPlace } from '../../platform/thread-library.js';

/** A place is believed once it was right so often more than wrong, each wrong one counting as several. */
const believedFrom = 12;
const most = 30;
const wrongCounts = 3;

export class WaiterCount {
  readonly #places: readonly WaiterPlace[];
  readonly #scores: number[];

  /** @param places where the count may be, of a condition variable or a semaphore (ThreadLibrary) */
  constructor(places: readonly WaiterPlace[]) {
    this.#places = places;
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
