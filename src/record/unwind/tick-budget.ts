/**
 * How much work the stacks of all threads of a process may make in one tick together: 300 threads can each lead into the same
 * chain of 100,000 frames. Once it is used up, only so much of each other stack is followed as is usual; its outer end is
 * then unknown, and the sample says so.
 */
import { maxWork, type WalkLimits } from './walk-limits.js';

/** Reads of one stack in one tick before it is kept as torn; some more as long as the tick has some to spare. */
const usualAttempts = 32;

/** Frames that take some tenths of a second to follow. */
const heavyWork = 200_000;

/**
 * How much more a tick may read where the next one is far: on a stack that changes as fast as it is read, further reads find more
 * than half of the stacks that would be torn otherwise. They take a twelfth of the period at most.
 * @param periodNs from tick to tick
 * @returns in frames followed
 */
export function spareWork(periodNs: number): number {
  return Math.min(maxSpare, Math.floor(periodNs / 12 / frameNs));
}

/** What it takes to follow a frame, in nanoseconds; and what a read takes besides, in frames. */
const frameNs = 50;
const readWork = 100;

/** More is not worth it: some hundred reads of a usual stack. */
const maxSpare = 17_000;

export class TickBudget {
  readonly #limits: WalkLimits;
  /** Frames that were followed in this tick, a page fetched counting as eight. */
  work = 0;

  readonly #spare: number;
  #left = 0;

  /** @param spare work beyond the usual reads that all stacks of a tick may make together, see `spareWork` */
  constructor(limits: WalkLimits, spare: number) {
    this.#limits = limits;
    this.#spare = spare;
  }

  /**
   * Whether a stack may be read once more.
   * @param attempt how often it was
   * @param work frames that were followed the last time
   */
  allows(attempt: number, work: number): boolean {
    if (attempt < usualAttempts) return true;
    this.#left -= work + readWork;
    return this.#left >= 0;
  }

  /** To be called when a tick begins. */
  begin(): void {
    this.work = 0;
    this.#left = this.#spare;
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
