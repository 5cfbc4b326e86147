/** What stands in a stack for frames that are left out of it. */

/** Says how many are missing, in orders of magnitude: every other count would make a stack of its own. */
export function leftOutName(count: number): string {
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
