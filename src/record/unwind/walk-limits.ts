/** How much of one stack is kept, and how much work it may make. */

export interface WalkLimits {
  /** Frames kept at either end; what lies between is left out, and the sample marked as truncated. */
  readonly innermost: number;
  readonly outermost: number;
  /** Frames followed in one attempt, and pages fetched of such as were not expected. Beyond, the outer end is unknown. */
  readonly followed: number;
  readonly fetchedPages: number;
  /**
   * Frames followed in one tick, of all threads; once they are used up, so many are followed of each other thread, and
   * fewer still once that has come to as much again.
   */
  readonly tick: { readonly work: number; readonly hurried: number; readonly last: number };
}

/** CPython's own default limit of recursion is 1,000 frames. */
export const usualLimits: WalkLimits = {
  innermost: 100_000,
  outermost: 1_000,
  followed: 1_000_000,
  fetchedPages: 50_000,
  tick: { work: 400_000, hurried: 2_000, last: 50 },
};

/** Once the attempts at a stack have followed this many frames (a page fetched counts as eight), there is no further one. */
export const maxWork = 1_150_000;
