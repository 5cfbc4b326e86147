/**
 * How often to sample so that the recorder keeps to a share of a CPU. What it takes is looked at over stretches that hold
 * what it does from time to time, too; above the budget the rate goes down in steps, and up again only where the next
 * step has room, so that it does not swing.
 */

/** From one step to the next the rate is multiplied by this. */
const step = Math.SQRT1_2;
/** Batches are merged each ten seconds, which takes a moment: a stretch has two of these. */
const stretchNs = 20e9;
/** What is far above the budget is not waited for that long. */
const shortestNs = 3e9;
const farAbove = 2;
/** Where the rate goes down, it is to such a part of the budget: what is left is for chance. */
const goal = 0.9;
/** It goes up where that would take such a part of it, at most … */
const roomy = 0.85;
/** … in so many stretches in a row, and twice as many each time that it was wrong, up to the most. */
const patience = 2;
const mostPatience = 32;
/** Nothing is concluded from what the recorder takes to begin. */
const beginningNs = 2e9;

/** Below this neighbours in time would be further apart than readers take for neighbours (docs/format.md), in Hz. */
export const leastRateHz = 2;

export class CpuBudget {
  readonly #share: number;
  readonly #mostHz: number;
  readonly #lastStep: number;
  #step = 0;
  /** When the stretch that is looked at began, and what had been used by then; null until the beginning is over. */
  #since: { readonly ns: number; readonly usedNs: number } | null = null;
  /** Stretches in a row that had room for more. */
  #roomy = 0;
  #patience = patience;
  /** Whether the rate went up at the end of the stretch before. */
  #wentUp = false;
  #excess: number | null = null;

  /**
   * @param share of one CPU that the recorder may take, 0.01 for 1 %
   * @param rateHz the rate that is wanted, which is never exceeded
   */
  constructor(share: number, rateHz: number) {
    this.#share = share;
    this.#mostHz = rateHz;
    this.#lastStep = Math.max(0, Math.ceil(Math.log(leastRateHz / rateHz) / Math.log(step)));
  }

  /** Ticks per second, as it is now. */
  get rateHz(): number {
    return Math.min(this.#mostHz, Math.max(leastRateHz, this.#mostHz * step ** this.#step));
  }

  /** What it took of a CPU where that was above the budget even at the lowest rate; null where it was not. */
  get excess(): number | null {
    return this.#excess;
  }

  /**
   * To be called from time to time, a few times a second.
   * @param nowNs since the beginning, rises
   * @param usedNs CPU time that the recorder has used so far, all its threads
   * @returns whether the rate is another one from now on
   */
  look(nowNs: number, usedNs: number): boolean {
    if (nowNs < beginningNs) return false;
    if (this.#since === null) {
      this.#since = { ns: nowNs, usedNs };
      return false;
    }
    const lengthNs = nowNs - this.#since.ns;
    if (lengthNs < shortestNs) return false;
    const share = (usedNs - this.#since.usedNs) / lengthNs;
    const isFarAbove = share > farAbove * this.#share;
    if (lengthNs < stretchNs && !(isFarAbove && this.#step < this.#lastStep)) return false;
    this.#since = { ns: nowNs, usedNs };
    return this.#conclude(share);
  }

  #conclude(share: number): boolean {
    const before = this.#step;
    const wentUp = this.#wentUp;
    this.#wentUp = false;
    this.#roomy = share / step <= roomy * this.#share ? this.#roomy + 1 : 0;
    this.#excess = share > this.#share && before === this.#lastStep ? share : null;
    if (share > this.#share) {
      // As if all of it were for ticks: what it takes besides makes it too few steps, never too many.
      const steps = Math.max(1, Math.ceil(Math.log((goal * this.#share) / share) / Math.log(step)));
      this.#step = Math.min(this.#lastStep, before + steps);
      if (wentUp) this.#patience = Math.min(mostPatience, this.#patience * 2);
    } else if (this.#roomy >= this.#patience && before > 0) {
      this.#step = before - 1;
      this.#roomy = 0;
      this.#wentUp = true;
    } else if (wentUp) this.#patience = patience;
    return this.#step !== before;
  }
}
