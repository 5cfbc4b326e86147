/** How often it is sampled, now: as was asked for, or less often to keep to a budget of CPU time. */
import { CpuBudget } from './cpu-budget.js';
import { Pace } from './pace.js';
import { createSchedule, type Schedule } from './schedule.js';

/**
 * The kernel wakes a thread some 80 µs late. Where the period is not much longer than that, the last stretch is waited
 * for awake, which takes the processor but keeps the rate.
 */
const awakeNs = 100e3;
const longestAwakePeriodNs = 250e3;
/** A longer loss, in periods and in time, whichever is more, is listed as a gap. */
const gapPeriods = 5;
export const gapNs = 250e6;
/** How often it is looked what the recorder took, at most: to ask takes some µs. */
const lookNs = 250e6;

export class Tempo {
  readonly schedule: Schedule;
  readonly #pace: Pace;
  readonly #wantedNs: number;
  readonly #budget: CpuBudget | null;
  readonly #usedNs: () => number;
  #lookedNs = 0;

  /**
   * @param rateHz 0 for as fast as it goes
   * @param budgetShare of one CPU that this process may take, 0.01 for 1 %; null for no limit
   * @param usedNs CPU time that it has used so far, in ns
   */
  constructor(startNs: number, rateHz: number, budgetShare: number | null, usedNs = ownCpuNs) {
    this.schedule = createSchedule(startNs, rateHz);
    this.#wantedNs = this.schedule.periodNs;
    this.#pace = new Pace(this.#wantedNs);
    this.#budget = budgetShare === null || rateHz === 0 ? null : new CpuBudget(budgetShare, rateHz);
    this.#usedNs = usedNs;
  }

  /** How much of the end of a wait is not to be slept through, in ns. */
  get awakeNs(): number {
    return this.schedule.periodNs < longestAwakePeriodNs ? awakeNs : 0;
  }

  /** Whether the thread sleeps between ticks, and can be late. */
  get sleeps(): boolean {
    return this.schedule.draws && this.schedule.periodNs >= longestAwakePeriodNs;
  }

  /** From this distance of two ticks on it is listed as a gap, in ns. */
  get longestNs(): number {
    return Math.max(gapNs, gapPeriods * this.schedule.periodNs);
  }

  /** Ticks that are left out on purpose for each one that is due. */
  get sparedPerTick(): number {
    return this.schedule.periodNs / this.#wantedNs - 1;
  }

  /** Ticks per second as they are due now; infinite for as fast as it goes. */
  get rateHz(): number {
    return 1e9 / this.schedule.periodNs;
  }

  /** What the recorder took of a CPU where that was above the budget even at the lowest rate; 0 where it was not. */
  get excess(): number {
    return this.#budget?.excess ?? 0;
  }

  /** As of `Pace`. */
  weigh(distanceNs: number): number {
    return this.#pace.weigh(distanceNs);
  }

  /** To be called at each tick, when its time was weighed. @param nowNs since the beginning */
  keepBudget(nowNs: number): void {
    const budget = this.#budget;
    if (budget === null || nowNs - this.#lookedNs < lookNs) return;
    this.#lookedNs = nowNs;
    if (!budget.look(nowNs, this.#usedNs())) return;
    const periodNs = 1e9 / budget.rateHz;
    this.#pace.stretch(periodNs / this.schedule.periodNs);
    this.schedule.stretch(periodNs);
  }
}

/** CPU time of this process, with all its threads. */
function ownCpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
