/**
 * When to sample: one moment in every period, at random within it. A fixed beat would fall into step with
 * programs that have one. Time is never made up for: periods that went by unused are skipped and counted.
 */

import { flatOutPeriodNs, periodOf } from '../../format/codec/batch-grid.js';

export interface Deadline {
  /** In the time of the clock that started the schedule, in ns. */
  readonly at: number;
  /** Whole periods skipped since the deadline before, because it was already too late for them. */
  readonly missed: number;
}

export interface Schedule {
  /** The usual distance of two moments, in ns; as it is now. */
  readonly periodNs: number;
  /** Where a period began, on the clock, from which the others are counted as they are now. */
  readonly gridNs: number;
  /** Whether moments are drawn, for which a tick can be late. */
  readonly draws: boolean;
  /** The next moment to sample at; it can lie up to a period in the past. */
  next(nowNs: number): Deadline;
  /** Has periods take so many ns from the end of the last one on. */
  stretch(periodNs: number): void;
}

/** @param rateHz 0 for as fast as it goes */
export function createSchedule(startNs: number, rateHz: number): Schedule {
  return rateHz === 0 ? new FlatOut() : new Jittered(startNs, rateHz);
}

export class Jittered implements Schedule {
  #periodNs: number;
  readonly draws = true;
  #start: number;
  readonly #random: () => number;
  /** Index of the next period. */
  #next = 0;

  /** @param random numbers from 0 to 1, without 1 */
  constructor(startNs: number, rateHz: number, random: () => number = Math.random) {
    this.#periodNs = periodOf(rateHz);
    this.#start = startNs;
    this.#random = random;
  }

  get periodNs(): number {
    return this.#periodNs;
  }

  get gridNs(): number {
    return this.#start;
  }

  next(nowNs: number): Deadline {
    const current = Math.floor((nowNs - this.#start) / this.#periodNs);
    const missed = Math.max(0, current - this.#next);
    this.#next += missed;
    const at = this.#start + (this.#next + this.#random()) * this.#periodNs;
    this.#next++;
    return { at, missed };
  }

  stretch(periodNs: number): void {
    this.#start += this.#next * this.#periodNs;
    this.#next = 0;
    this.#periodNs = periodNs;
  }
}

/** Whole periods between the end and a moment after it, both in ns on the clock: those were not missed. */
export function periodsAfter(endNs: number, dueNs: number, { periodNs, gridNs }: Schedule): number {
  if (dueNs < endNs) return 0;
  return Math.floor((dueNs - gridNs) / periodNs) - Math.ceil((endNs - gridNs) / periodNs);
}

/** Now, always; nothing can be missed. */
class FlatOut implements Schedule {
  /** To begin with, until the pace is known. */
  readonly periodNs = flatOutPeriodNs;
  readonly gridNs = 0;
  readonly draws = false;

  next(nowNs: number): Deadline {
    return { at: nowNs, missed: 0 };
  }

  stretch(): void {}
}
