/** From time series to hypotheses: for each run, the time of a function and the time that it is a part of. */

import type { BinnedRun } from '../statistics/ratio-estimate.js';
import { sumOf } from '../statistics/ratio-estimate.js';
import type { TimeSeries } from '../sums/time-series.js';
import type { ComparedRun } from './diff.js';
import type { Basis } from './diff-result.js';
import type { Hypothesis } from './difference.js';

export type Sides = { readonly a: readonly TimeSeries[]; readonly b: readonly TimeSeries[] };
type Runs = { readonly a: readonly ComparedRun[]; readonly b: readonly ComparedRun[] };

/** The time of each of these members in itself, and all other time together: no time is in two of them. */
export function ownParts(members: readonly number[]): ((series: TimeSeries) => Float64Array)[] {
  const rest = ({ selectedNs, selfNs }: TimeSeries): Float64Array =>
    selectedNs.map((ns, bin) =>
      Math.max(
        0,
        members.reduce((left, at) => left - selfNs[at]![bin]!, ns),
      ),
    );
  return [...members.map((at) => (series: TimeSeries) => series.selfNs[at]!), rest];
}

/** Bins in which nothing was observed are no time at all. */
export function withoutGaps(series: TimeSeries): TimeSeries {
  const isSeen = series.observedNs.map((ns) => (ns > 0 ? 1 : 0));
  if (!isSeen.includes(0)) return series;
  const keep = (values: Float64Array) => values.filter((_, at) => isSeen[at] === 1);
  return {
    observedNs: keep(series.observedNs),
    selectedNs: keep(series.selectedNs),
    selfNs: series.selfNs.map(keep),
    totalNs: series.totalNs.map(keep),
  };
}

/** What a part is divided by. */
export interface Divisor {
  readonly basis: Basis;
  /** Work done by each side, in the user's units; null where it is not known. */
  readonly units: readonly [number, number] | null;
  /** What shares are shares of, by bin, in ns. */
  readonly commonOf: (series: TimeSeries) => Float64Array;
}

/** @param sides one series for each of `runs`, in their order */
export function hypothesisOf(
  sides: Sides,
  runs: Runs,
  partOf: (series: TimeSeries) => Float64Array,
  { basis, units, commonOf }: Divisor,
): Hypothesis {
  const wholeOf = (series: TimeSeries, units: number | undefined): Float64Array => {
    if (units !== undefined) {
      // When the work was done is not known, so it is taken to have been done evenly.
      const all = sumOf(series.observedNs);
      return series.observedNs.map((ns) => (ns / all) * units);
    }
    return basis === 'share' ? commonOf(series) : series.observedNs;
  };
  const binned = (side: readonly TimeSeries[], units: number | undefined): BinnedRun[] =>
    side.map((series) => ({ part: partOf(series), whole: wholeOf(series, units) }));
  const samples = (side: readonly TimeSeries[], own: readonly ComparedRun[]) => ({
    shares: side.map((series) => ({ part: partOf(series), whole: series.selectedNs })),
    count: own.reduce((sum, { fold }) => sum + fold.samples, 0),
  });
  return {
    a: binned(sides.a, units?.[0]),
    b: binned(sides.b, units?.[1]),
    samplesA: samples(sides.a, runs.a),
    samplesB: samples(sides.b, runs.b),
  };
}

/** Equal for equal series, which are sums of the same numbers in the same order. */
export function fingerprint(runs: readonly BinnedRun[]): string {
  let [first, second] = [0x811c9dc5, 0x9e3779b9];
  for (const { part } of runs) {
    for (const word of new Uint32Array(part.buffer, part.byteOffset, part.length * 2)) {
      first = Math.imul(first ^ word, 0x01000193);
      second = Math.imul((second << 5) ^ (second >>> 27) ^ word, 0x85ebca6b);
    }
  }
  return `${first} ${second}`;
}
