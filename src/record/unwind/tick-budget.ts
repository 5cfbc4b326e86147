/**
 * How much work the stacks of all threads of a process may make in one tick together: 300 threads can each lead into the same
 * chain of 100,000 frames. Once it is used up, only so much of each other stack is followed as is usual; its outer end is
 * then unknown, and the sample says so.
 */
import { maxWork, type WalkLimits } from './walk-limits.js';

/** Frames that take some tenths of a second to follow. */
const heavyWork = 200_000;

export class TickBudget {
  readonly #limits: WalkLimits;
  /** Frames that were followed in this tick, a page fetched counting as eight. */
  work = 0;

  constructor(limits: WalkLimits) {
    this.#limits = limits;
  }

  /** To be called when a tick begins. */
  begin(): void {
    this.work = 0;
  }

  get isHeavy(): boolean {
    return this.work > heavyWork;
  }

  /** How many frames of the next stack may be followed. */
  get followed(): number {
    const { followed, tick } = this.#limits;
    if (this.work < tick.work) return followed;
    return Math.min(followed, this.work < 2 * tick.work ? tick.hurried : tick.last);
  }

  /** @returns the work after which a stack is not read again, of which so many frames are followed */
  most(followed: number): number {
    return followed < this.#limits.followed ? 2 * followed : maxWork;
  }
}
