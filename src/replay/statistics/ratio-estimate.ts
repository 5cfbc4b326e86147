/**
 * A share and how uncertain it is. Time is cut into blocks, since neighbouring samples are alike; in block b, y of the
 * m that were selected belong to the function. The share is Σy/Σm, its variance that of a ratio estimator.
 */

/** One run of a program in bins of equal length, as ns: what belongs to the function, and of what it is a part. */
export interface BinnedRun {
  readonly part: Float64Array;
  readonly whole: Float64Array;
}

export interface RatioEstimate {
  /** Σ part / Σ whole. */
  readonly ratio: number;
  /** Of the ratio. */
  readonly variance: number;
  /** Degrees of freedom of the variance. */
  readonly degrees: number;
}

/** Sum of the parts over the sum of the wholes; 0 of nothing. */
export function ratioOf(runs: readonly BinnedRun[]): number {
  let [part, whole] = [0, 0];
  for (const run of runs) {
    part += sumOf(run.part);
    whole += sumOf(run.whole);
  }
  return whole > 0 ? part / whole : 0;
}

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Blocks are this many times as long as samples stay alike. */
const blocksPerTime = 8;
/** And no run has fewer than so many, if it has so many bins (Ibragimov and Müller 2010). */
const leastBlocks = 8;

/**
 * How many bins make a block: eight times the integrated autocorrelation time of the function, which is summed up to a
 * lag of five times itself (Sokal 1997), over all runs together; from one bin to an eighth of the shortest run.
 */
export function blockLength(runs: readonly BinnedRun[]): number {
  const residuals = runs.map((run) => residualsOf(run, ratioOf([run])));
  const shortest = residuals.reduce((least, run) => Math.min(least, run.length), Infinity);
  const most = Math.max(1, Math.floor(shortest / leastBlocks));
  const variance = covariance(residuals, 0);
  if (!(variance > 0)) return 1;
  let time = 1;
  for (let lag = 1; lag < shortest && lag < 5 * time; lag++)
    time += (2 * covariance(residuals, lag)) / variance;
  return Math.min(most, Math.max(1, Math.round(blocksPerTime * Math.max(time, 1))));
}

function covariance(residuals: readonly Float64Array[], lag: number): number {
  let sum = 0;
  for (const run of residuals) for (let at = lag; at < run.length; at++) sum += run[at]! * run[at - lag]!;
  return sum;
}

function residualsOf({ part, whole }: BinnedRun, ratio: number): Float64Array {
  return Float64Array.from(part, (value, at) => value - ratio * whole[at]!);
}

/**
 * The ratio over all runs, with the variance that shows inside of them: each run's blocks about its own ratio.
 * @param length bins in a block
 */
export function estimateByBlocks(runs: readonly BinnedRun[], length: number): RatioEstimate {
  let [squares, degrees, whole] = [0, 0, 0];
  for (const run of runs) {
    const bins = run.part.length;
    const count = Math.max(1, Math.floor(bins / length));
    const residuals = residualsOf(run, ratioOf([run]));
    const blocks = new Float64Array(count);
    for (let at = 0; at < bins; at++) {
      const block = Math.floor((at * count) / bins);
      blocks[block] = blocks[block]! + residuals[at]!;
    }
    let sum = 0;
    for (const value of blocks) sum += value * value;
    whole += sumOf(run.whole);
    if (count < 2) continue;
    squares += (sum * count) / (count - 1);
    degrees += count - 1;
  }
  return { ratio: ratioOf(runs), variance: whole > 0 ? squares / whole ** 2 : 0, degrees };
}

/** The ratio over all runs, with the variance that shows between them: each run is one block. Needs two runs. */
export function estimateByRuns(runs: readonly BinnedRun[]): RatioEstimate {
  const ratio = ratioOf(runs);
  const count = runs.length;
  let [squares, whole] = [0, 0];
  for (const run of runs) {
    const own = sumOf(run.whole);
    squares += (sumOf(run.part) - ratio * own) ** 2;
    whole += own;
  }
  const variance = whole > 0 ? (squares * count) / (count - 1) / whole ** 2 : 0;
  return { ratio, variance, degrees: count - 1 };
}
