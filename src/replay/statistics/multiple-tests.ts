/** Several tests at once, and a test that assumes nothing about distributions. */

/**
 * Adjusts p values after Benjamini and Hochberg (1995): calling all below q changed is wrong, on average, about a share
 * of q of them. Holds for tests that depend on each other positively, as those of callers and callees do.
 */
export function adjustForMany(pValues: readonly number[]): number[] {
  const count = pValues.length;
  const order = pValues.map((_, at) => at).sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = new Array<number>(count);
  let least = 1;
  order.forEach((at, place) => {
    least = Math.min(least, (pValues[at]! * count) / (count - place));
    adjusted[at] = least;
  });
  return adjusted;
}

/** More divisions than this are not tried. */
const maxDivisions = 20_000;

/**
 * Exact permutation test: the share of all divisions of the runs into two groups of these sizes under which B exceeds A
 * by at least as much as it does.
 * @param a @param b one figure for each run
 * @returns the one-sided p; null where there are too many divisions
 */
export function permutationTest(a: readonly number[], b: readonly number[]): number | null {
  const all = [...a, ...b];
  if (a.length === 0 || b.length === 0 || choose(all.length, b.length) > maxDivisions) return null;
  const observed = b.reduce((sum, value) => sum + value, 0);
  const slack = 1e-9 * all.reduce((sum, value) => sum + Math.abs(value), 0);
  let [divisions, asGreat] = [0, 0];
  const divide = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      divisions++;
      if (sum >= observed - slack) asGreat++;
      return;
    }
    for (let at = from; at <= all.length - left; at++) divide(at + 1, left - 1, sum + all[at]!);
  };
  divide(0, b.length, 0);
  return asGreat / divisions;
}

/** Binomial coefficient. */
function choose(n: number, k: number): number {
  let result = 1;
  for (let at = 1; at <= k; at++) result = (result * (n - k + at)) / at;
  return Math.round(result);
}
