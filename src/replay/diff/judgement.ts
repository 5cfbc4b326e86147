/**
 * Which functions changed, and which cannot be told: the statistics of a comparison, from time series to verdicts.
 * docs/diff.md explains the method and how it was validated.
 */

import { quantileOfT, tailOfT } from '../statistics/distributions.js';
import { adjustForMany, permutationTest } from '../statistics/multiple-tests.js';
import { type BinnedRun, blockLength, estimateByBlocks, ratioOf } from '../statistics/ratio-estimate.js';
import {
  compareAll,
  type Difference,
  type EffectiveInput,
  type Hypothesis,
  type VarianceSource,
} from './difference.js';

export type EffectVerdict = 'regression' | 'improvement' | 'pass' | 'inconclusive';

/** Rate of false discoveries that is accepted, and one minus the confidence of intervals. */
export const falseRate = 0.05;
/** Chance to find an effect of the size that is called detectable. */
const power = 0.8;

/** How great a change must be to matter: the larger of the two. */
export interface Threshold {
  /** In percentage points, as `unit` has them. */
  readonly points: number;
  /** Share of A, 0 to 1. */
  readonly ofA: number;
}

export const defaultThreshold: Threshold = { points: 1, ofA: 0.1 };

/** Whether any change counts that is significant: what is not may be as small as one likes, and is not "the same". */
export function takesAny({ points, ofA }: Threshold): boolean {
  return points === 0 && ofA === 0;
}

export interface Tests {
  readonly hypotheses: readonly Hypothesis[];
  /** Places of those that are tested; the others only tell how much runs differ. */
  readonly tested: readonly number[];
  /** What 100 % is, in the unit of the hypotheses' ratios. */
  readonly percentOf: number;
  /** Whether it is known what the sides have in common; else a change of shares may be another function's. */
  readonly isClear: boolean;
}

/** All figures in percent of the scale (`percentOf`), unless they say otherwise. */
export interface Effect {
  readonly a: number;
  readonly b: number;
  readonly delta: number;
  readonly interval: readonly [number, number];
  readonly threshold: number;
  /** Least change that would be told from none in four of five comparisons like this. */
  readonly detectable: number;
  /** Degrees of freedom of t. */
  readonly degrees: number;
  /** Two-sided p of no change at all, and adjusted for the family. */
  readonly pChange: number;
  readonly qChange: number;
  /** Adjusted one-sided p of a change beyond the threshold, in the direction that was seen. */
  readonly q: number;
  /** One-sided, over runs, in the direction that was seen; null with one run a side or very many. */
  readonly permutation: number | null;
  /** Independent samples that those of each side are worth; null where the function has none or all of them. */
  readonly effectiveA: number | null;
  readonly effectiveB: number | null;
  readonly blockBins: number;
  readonly verdict: EffectVerdict;
}

/**
 * Judges a family of hypotheses, all at once.
 * @param source "runs" only where each side has two
 * @returns by place, for those that are tested
 */
export function judge(
  { hypotheses, tested, percentOf, isClear }: Tests,
  threshold: Threshold,
  source: VarianceSource,
): Map<number, Effect> {
  const lengths = hypotheses.map(({ a, b }) => blockLength([...a, ...b]));
  const raw = compareAll(hypotheses, lengths, source);
  const scale = percentOf > 0 ? 100 / percentOf : 0;
  const limits = raw.map(({ a }) => Math.max(threshold.points, threshold.ofA * a * scale) / (scale || 1));
  const tail = ({ b, a, variance, degrees }: Difference, sign: number, limit: number) =>
    tailOf((b - a) * sign - limit, variance, degrees);
  const tails = (sign: number) => tested.map((at) => tail(raw[at]!, sign, limits[at]!));
  const slower = adjustForMany(tails(1));
  const faster = adjustForMany(tails(-1));
  const pChange = tested.map((at) => Math.min(1, 2 * Math.min(tail(raw[at]!, 1, 0), tail(raw[at]!, -1, 0))));
  const qChange = adjustForMany(pChange);
  const judgeOne = (at: number, place: number): Effect => {
    const one = raw[at]!;
    const hypothesis = hypotheses[at]!;
    const delta = one.b - one.a;
    const error = Math.sqrt(one.variance);
    const half = quantileOfT(falseRate / 2, one.degrees) * error;
    const detectable = (quantileOfT(falseRate, one.degrees) + quantileOfT(1 - power, one.degrees)) * error;
    const isSlower = isClear && slower[place]! < falseRate;
    const isFaster = isClear && faster[place]! < falseRate;
    const canTell = isClear && detectable <= limits[at]!;
    return {
      a: one.a * scale,
      b: one.b * scale,
      delta: delta * scale,
      interval: [(delta - half) * scale, (delta + half) * scale],
      threshold: limits[at]! * scale,
      detectable: detectable * scale,
      degrees: one.degrees,
      pChange: pChange[place]!,
      qChange: qChange[place]!,
      q: (delta < 0 ? faster : slower)[place]!,
      permutation: permute(hypothesis, delta < 0),
      effectiveA: effectiveSamples(hypothesis.samplesA, lengths[at]!),
      effectiveB: effectiveSamples(hypothesis.samplesB, lengths[at]!),
      blockBins: lengths[at]!,
      verdict: isSlower ? 'regression' : isFaster ? 'improvement' : canTell ? 'pass' : 'inconclusive',
    };
  };
  return new Map(tested.map((at, place) => [at, judgeOne(at, place)]));
}

/** One-sided p of a difference; where there is no variance, any difference is certain. */
function tailOf(difference: number, variance: number, degrees: number): number {
  if (!(variance > 0)) return difference > 0 ? 0 : 1;
  return tailOfT(difference / Math.sqrt(variance), degrees);
}

function permute({ a, b }: Hypothesis, isLess: boolean): number | null {
  if (a.length < 2 || b.length < 2) return null;
  const ratios = (runs: readonly BinnedRun[]) => runs.map((run) => ratioOf([run]));
  return isLess ? permutationTest(ratios(b), ratios(a)) : permutationTest(ratios(a), ratios(b));
}

/** How many independent samples would know the share as well: their number over the design effect (Kish 1965). */
function effectiveSamples({ shares, count }: EffectiveInput, length: number): number | null {
  const { ratio, variance } = estimateByBlocks(shares, length);
  if (!(variance > 0) || !(ratio > 0 && ratio < 1) || count === 0) return null;
  return (ratio * (1 - ratio)) / variance;
}
