/**
 * The variance of a difference between a few runs. Between four and four runs it has six degrees of freedom, too few to
 * find much among many functions. What shows inside the runs is better known but may be too small, since runs differ by
 * more than that: hash seeds, addresses, the machine. So all functions together tell how many times greater the
 * variance between runs is than inside, and how much that varies from function to function (Smyth 2004).
 */
import { digamma, inverseTrigamma, tailOfF, trigamma } from './distributions.js';

/** The variance of one function's difference, from outside and inside of the runs. */
export interface VariancePair {
  readonly between: number;
  readonly betweenDegrees: number;
  readonly within: number;
}

export interface PooledVariance {
  readonly variance: number;
  readonly degrees: number;
}

/** Fewer functions than this say nothing about the others. */
const leastFunctions = 3;
/** Functions depend on each other, so that they are worth less than their number. */
const mostPriorDegrees = 30;
/** Chance at which a function counts as one whose runs differ more than those of others: it then stands alone. */
const outlierChance = 0.05;

/** One for each pair. Where there is nothing to be learned from the others, it is the variance between runs. */
export function poolVariances(pairs: readonly VariancePair[]): PooledVariance[] {
  const prior = fitPrior(pairs);
  return pairs.map(({ between, betweenDegrees, within }) => {
    const alone = { variance: between, degrees: betweenDegrees };
    if (prior === null || !(within > 0)) return alone;
    const expected = prior.scale * within;
    if (tailOfF(between / expected, betweenDegrees, prior.degrees) < outlierChance) return alone;
    const degrees = prior.degrees + betweenDegrees;
    return { variance: (prior.degrees * expected + betweenDegrees * between) / degrees, degrees };
  });
}

/** How the ratios of the two variances are distributed: as `scale` times F with the pair's and these degrees. */
function fitPrior(pairs: readonly VariancePair[]): { scale: number; degrees: number } | null {
  const ratios = pairs.filter(({ between, within }) => between > 0 && within > 0);
  if (ratios.length < leastFunctions) return null;
  const logs = ratios.map(({ between, within, betweenDegrees: df }) => {
    return Math.log(between / within) - digamma(df / 2) + Math.log(df / 2);
  });
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const spread = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  const chance =
    ratios.reduce((sum, { betweenDegrees }) => sum + trigamma(betweenDegrees / 2), 0) / ratios.length;
  const excess = spread - chance;
  const degrees = excess > 0 ? Math.min(mostPriorDegrees, 2 * inverseTrigamma(excess)) : mostPriorDegrees;
  return { scale: Math.exp(mean + digamma(degrees / 2) - Math.log(degrees / 2)), degrees };
}
