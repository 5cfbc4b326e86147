/**
 * How much time each tick stands for. Usually it is the time since the tick before. But after a stall of the
 * recorder nobody knows what the program did meanwhile: the tick then stands for a usual distance, and the rest
 * is lost. A recorder that is too slow for its rate all the time settles on the distance that it achieves.
 */

/** A stall shorter than this matters to nobody. */
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
   * @returns the part of it that this tick stands for
   */
  weigh(distanceNs: number): number {
    const limit = Math.max(shortestStallNs, stall * this.#usualNs);
    const weight = distanceNs > limit ? this.#usualNs : distanceNs;
    this.#usualNs += (Math.min(distanceNs, limit) - this.#usualNs) * share;
    return weight;
  }
}
