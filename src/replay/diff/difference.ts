/** By how much the two sides differ in a function, and how sure that is: each function's difference and its variance. */
import { poolVariances } from '../statistics/pooled-variance.js';
import { type BinnedRun, estimateByBlocks, estimateByRuns, sumOf } from '../statistics/ratio-estimate.js';

/** Ratios of both sides, and the variance of their difference with its degrees of freedom. */
export interface Difference {
  readonly a: number;
  readonly b: number;
  readonly variance: number;
  readonly degrees: number;
}

export interface EffectiveInput {
  readonly shares: readonly BinnedRun[];
  /** Samples that were selected. */
  readonly count: number;
}

/** One function, itself or in total, in all runs of both sides. */
export interface Hypothesis {
  readonly a: readonly BinnedRun[];
  readonly b: readonly BinnedRun[];
  /** The same part of the samples that were selected, for the number of samples that they are worth. */
  readonly samplesA: EffectiveInput;
  readonly samplesB: EffectiveInput;
}

/**
 * Runs of one program differ by more than their insides show. How much more cannot be seen in one run of each; in real
 * recordings (docs/diff.md) the variance between runs was on average two to four times that inside of them.
 */
const unseenVariance = 4;

/** Where the variance comes from: between runs, inside of one recording that both sides are from, or of one run each. */
export type VarianceSource = 'runs' | 'blocks-of-one' | 'blocks';

/** The difference of each hypothesis. @param lengths bins in a block, for each @param source "runs" only where each side has two */
export function compareAll(
  hypotheses: readonly Hypothesis[],
  lengths: readonly number[],
  source: VarianceSource,
): Difference[] {
  const within = hypotheses.map(({ a, b }, at) => ({
    a: estimateByBlocks(a, lengths[at]!),
    b: estimateByBlocks(b, lengths[at]!),
  }));
  const inside = within.map(({ a, b }, at) => {
    const { samplesA, samplesB } = hypotheses[at]!;
    const { a: runsA, b: runsB } = hypotheses[at]!;
    return welch(a, b, resolution(runsA, samplesA) + resolution(runsB, samplesB));
  });
  if (source === 'blocks-of-one') return inside;
  if (source === 'blocks') return inside.map((one) => ({ ...one, variance: unseenVariance * one.variance }));
  const pairs = hypotheses.map(({ a, b }, at) => {
    const least = inside[at]!.variance > 0 ? 1e-6 * inside[at]!.variance : 0;
    const { variance, degrees } = welch(estimateByRuns(a), estimateByRuns(b), least);
    return { between: variance, betweenDegrees: degrees, within: inside[at]!.variance };
  });
  const pooled = poolVariances(pairs);
  return inside.map(({ a, b }, at) => ({ a, b, ...pooled[at]! }));
}

/** A share of n samples is known to half of one at best: no variance is less than that. */
function resolution(runs: readonly BinnedRun[], { shares, count }: EffectiveInput): number {
  const sum = (list: readonly BinnedRun[]) => list.reduce((total, { whole }) => total + sumOf(whole), 0);
  const [selected, whole] = [sum(shares), sum(runs)];
  return count > 0 && whole > 0 ? ((0.5 * selected) / whole / count) ** 2 : 0;
}

/** Welch's variance and degrees of freedom (Satterthwaite 1946). */
function welch(
  a: { ratio: number; variance: number; degrees: number },
  b: { ratio: number; variance: number; degrees: number },
  leastVariance: number,
): Difference {
  // One block tells nothing of its own variance: then no difference is known to be more than none.
  if (a.degrees < 1 || b.degrees < 1)
    return { a: a.ratio, b: b.ratio, variance: (a.ratio + b.ratio) ** 2 + leastVariance, degrees: 1 };
  const sum = a.variance + b.variance;
  const parts = [a, b].reduce(
    (total, { variance, degrees }) => total + (variance > 0 ? variance ** 2 / degrees : 0),
    0,
  );
  const degrees = parts > 0 ? sum ** 2 / parts : Math.min(a.degrees, b.degrees);
  return { a: a.ratio, b: b.ratio, variance: Math.max(sum, leastVariance), degrees };
}
