/** What stands in a stack for frames that are left out of it. */
import { functionKind } from '../../format/vocabulary.js';
import { type Interner, noSource } from '../code/interner.js';
import type { Stack } from '../unwind/stack.js';

/** @returns the frame that is a note in a stack that is not whole; 0 for one that is */
export function markerOf({ torn, truncated, leftOut }: Stack, interner: Interner): number {
  if (!torn && !truncated) return 0;
  const name = torn ? '<torn>' : leftOutName(leftOut);
  return interner.frame(interner.function({ ...noSource, kind: functionKind.marker, name }), 0);
}

/** Says how many are missing, in orders of magnitude: every other count would make a stack of its own. */
function leftOutName(count: number): string {
  const amount =
    count === Number.POSITIVE_INFINITY
      ? ''
      : count < 10_000
        ? ': fewer than 10,000'
        : count < 100_000
          ? ': 10,000 or more'
          : ': 100,000 or more';
  return `<frames left out${amount}>`;
}
