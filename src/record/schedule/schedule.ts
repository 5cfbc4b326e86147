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
  /** The usual distance of two moments, in ns. */
  readonly periodNs: number;
  /** Whether moments are drawn, for which a tick can be late. */
  readonly draws: boolean;
  /** The next moment to sample at; it can lie up to a period in the past. */
  next(nowNs: number): Deadline;
}

/** @param rateHz 0 for as fast as it goes */
export function createSchedule(startNs: number, rateHz: number): Schedule {
  return rateHz === 0 ? new FlatOut() : new Jittered(startNs, rateHz);
}

export class Jittered implements Schedule {
  readonly periodNs: number;
  readonly draws = true;
  readonly #start: number;
  readonly #random: () => number;
  /** Index of the next period. */
  #next = 0;

  /** @param random numbers from 0 to 1, without 1 */
  constructor(startNs: number, rateHz: number, random: () => number = Math.random) {
    this.periodNs = periodOf(rateHz);
    this.#start = startNs;
    this.#random = random;
  }

  next(nowNs: number): Deadline {
    const current = Math.floor((nowNs - this.#start) / this.periodNs);
    const missed = Math.max(0, current - this.#next);
    this.#next += missed;
    const at = this.#start + (this.#next + this.#random()) * this.periodNs;
    this.#next++;
    return { at, missed };
  }
}

/** Whole periods between the end and a moment after it, both in ns: those were not missed. */
export function periodsAfter(endNs: number, dueNs: number, { periodNs }: Schedule): number {
  return dueNs < endNs ? 0 : Math.floor(dueNs / periodNs) - Math.ceil(endNs / periodNs);
}

/** Now, always; nothing can be missed. */
class FlatOut implements Schedule {
  /** To begin with, until the pace is known. */
  readonly periodNs = flatOutPeriodNs;
  readonly draws = false;

  next(nowNs: number): Deadline {
    return { at: nowNs, missed: 0 };
  }
}
