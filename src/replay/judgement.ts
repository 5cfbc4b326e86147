/**
 * Which functions changed, and which cannot be told: the statistics of a comparison, from time series to verdicts.
 * docs/diff.md explains the method and how it was validated.
 */
import { quantileOfT, tailOfT } from './statistics/distributions.js';
import { adjustForMany, permutationTest } from './statistics/multiple-tests.js';
import { poolVariances } from './statistics/pooled-variance.js';
import {
  type BinnedRun,
  blockLength,
  estimateByBlocks,
  estimateByRuns,
  ratioOf,
  sumOf,
} from './statistics/ratio-estimate.js';

export type EffectVerdict = 'regression' | 'improvement' | 'pass' | 'inconclusive';

/** Rate of false discoveries that is accepted, and one minus the confidence of intervals. */
export const falseRate = 0.05;
/** Chance to find an effect of the size that is called detectable. */
const power = 0.8;

/**
 * Runs of one program differ by more than their insides show. How much more cannot be seen in one run of each; in real
 * recordings (docs/diff.md) the variance between runs was on average two to four times that inside of them.
 */
const unseenVariance = 4;

/** Where the variance comes from: between runs, inside of one recording that both sides are from, or of one run each. */
export type VarianceSource = 'runs' | 'blocks-of-one' | 'blocks';

/** How great a change must be to matter: the larger of the two. */
export interface Threshold {
  /** In percentage points, as `unit` has them. */
  readonly points: number;
  /** Share of A, 0 to 1. */
  readonly ofA: number;
}

export const defaultThreshold: Threshold = { points: 1, ofA: 0.1 };

/** One function, itself or in total, in all runs of both sides. */
export interface Hypothesis {
  readonly a: readonly BinnedRun[];
  readonly b: readonly BinnedRun[];
  /** The same part of the samples that were selected, for the number of samples that they are worth. */
  readonly samplesA: EffectiveInput;
  readonly samplesB: EffectiveInput;
}

export interface Tests {
  readonly hypotheses: readonly Hypothesis[];
  /** Places of those that are tested; the others only tell how much runs differ. */
  readonly tested: readonly number[];
  /** What 100 % is, in the unit of the hypotheses' ratios. */
  readonly percentOf: number;
}

export interface EffectiveInput {
  readonly shares: readonly BinnedRun[];
  /** Samples that were selected. */
  readonly count: number;
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

interface Raw {
  readonly a: number;
  readonly b: number;
  readonly variance: number;
  readonly degrees: number;
}

/**
 * Judges a family of hypotheses, all at once.
 * @param source "runs" only where each side has two
 * @returns by place, for those that are tested
 */
export function judge(
  { hypotheses, tested, percentOf }: Tests,
  threshold: Threshold,
  source: VarianceSource,
): Map<number, Effect> {
  const lengths = hypotheses.map(({ a, b }) => blockLength([...a, ...b]));
  const raw = compareAll(hypotheses, lengths, source);
  const scale = percentOf > 0 ? 100 / percentOf : 0;
  const limits = raw.map(({ a }) => Math.max(threshold.points, threshold.ofA * a * scale) / (scale || 1));
  const tail = ({ b, a, variance, degrees }: Raw, sign: number, limit: number) =>
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
    const isSlower = slower[place]! < falseRate;
    const isFaster = faster[place]! < falseRate;
    const canTell = detectable <= limits[at]!;
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

/** Ratios of both sides and the variance of their difference. */
function compareAll(
  hypotheses: readonly Hypothesis[],
  lengths: readonly number[],
  source: VarianceSource,
): Raw[] {
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
): Raw {
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
