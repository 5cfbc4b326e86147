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
 * How many reads more a tick may take where the next one is far: on a stack that changes as fast as it is read they find
 * more than half of what is torn else. They take a twelfth of the period at most.
 * @param periodNs from tick to tick
 */
export function spareAttempts(periodNs: number): number {
  return Math.min(maxSpare, Math.floor(periodNs / 12 / attemptNs));
}

/** What a read of one stack takes, with its walks, in nanoseconds. */
const attemptNs = 8000;

/** More are not worth it. */
const maxSpare = 96;

export class TickBudget {
  readonly #limits: WalkLimits;
  /** Frames that were followed in this tick, a page fetched counting as eight. */
  work = 0;

  readonly #spare: number;
  #left = 0;

  /** @param spare reads more than usual that all stacks of a tick may have together, see `spareAttempts` */
  constructor(limits: WalkLimits, spare: number) {
    this.#limits = limits;
    this.#spare = spare;
  }

  /** Whether a stack may be read once more. @param attempt how often it was */
  allows(attempt: number): boolean {
    return attempt < usualAttempts || --this.#left >= 0;
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
