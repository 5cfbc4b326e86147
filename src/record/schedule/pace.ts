/**
 * How much of the time between two ticks is known. Usually it is all of it. But after a stall of the recorder
 * it is unknown what the program did meanwhile: a usual distance before the tick is known, and the rest is lost.
 * A recorder that is too slow for its rate all the time settles on the distance that it achieves.
 */

/** A shorter stall does not count. */
const shortestStallNs = 5e6;

/** A distance of this many usual ones is a stall; the jitter alone explains two. */
const stall = 3;

/** Share of each distance in the moving average. */
const share = 1 / 8;

export class Pace {
  #usualNs: number;

  constructor(periodNs: number) {
    this.#usualNs = periodNs;
  }

  /**
   * @param distanceNs time since the tick before
   * @returns the part of it that is known, in ns; replay shares it out among the ticks at its ends
   */
  weigh(distanceNs: number): number {
    const limit = Math.max(shortestStallNs, stall * this.#usualNs);
    const weight = distanceNs > limit ? this.#usualNs : distanceNs;
    this.#usualNs += (Math.min(distanceNs, limit) - this.#usualNs) * share;
    return weight;
  }

  /** Ticks are to come so many times as far from each other as before. */
  stretch(factor: number): void {
    this.#usualNs *= factor;
  }
}
