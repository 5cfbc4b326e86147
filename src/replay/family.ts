/** The tests of a comparison: which functions are worth one, and their time series. Fixed before anything is tested. */
import { functionKey } from './code-name.js';
import type { ComparedRun, Comparison, FunctionSums } from './diff.js';
import type { Basis, Measure } from './diff-result.js';
import type { MatchedFunction } from './function-match.js';
import type { Hypothesis, Tests } from './judgement.js';
import type { BinnedRun } from './statistics/ratio-estimate.js';
import { sumOf } from './statistics/ratio-estimate.js';
import { binLength, readSeries, type TimeSeries } from './time-series.js';

/** Mean share of the two sides from which on a function is tested. */
export const leastShare = 0.01;
/** A program with deeper stacks has its greatest functions tested. */
const mostFunctions = 1_000;

/** Which functions are tested, in words. */
export function familyRule({ only }: FamilyOptions): string {
  const matching = only === null ? '' : ` that match ${only.source}`;
  return `functions with a mean share of at least ${leastShare * 100} % of the samples${matching}`;
}

export interface FamilyOptions {
  readonly basis: Basis;
  /** Units of work that each run of A and of B did; null to divide by time. */
  readonly work: readonly [number, number] | null;
  /** Tests only functions whose name or file matches, and not the whole; null for all. */
  readonly only: RegExp | null;
}

/** A function that calls all that another does has the same series as that, and they have one hypothesis. */
export interface Family extends Tests {
  /** Indexes of the functions that are worth a test and asked for. */
  readonly functions: readonly number[];
  /** Where in `hypotheses` a function's test is. */
  readonly testOf: Readonly<Record<Measure, ReadonlyMap<number, number>>>;
  /** Test of all selected samples together; null where they are 100 % by definition, or not asked for. */
  readonly whole: number | null;
  readonly binNs: number;
  readonly observedNs: { readonly a: readonly number[]; readonly b: readonly number[] };
}

/** Reads the time series of all functions that are worth it, and puts the tests together. */
export function gatherFamily(
  comparison: Comparison,
  sums: { readonly a: FunctionSums; readonly b: FunctionSums },
  options: FamilyOptions,
): Family {
  const { a, b, filter, match } = comparison;
  const share = (measure: Measure, index: number) =>
    (fraction(sums.a[measure][index]!, sums.a.selected) +
      fraction(sums.b[measure][index]!, sums.b.selected)) /
    2;
  const candidates = match.functions
    .map(({ index }) => index)
    .filter((index) => share('total', index) >= leastShare)
    .sort((x, y) => share('total', y) - share('total', x))
    .slice(0, mostFunctions);
  const memberOf = new Map(candidates.map((index, at) => [index, at]));
  const runs = [...a, ...b];
  const binNs = binLength(
    runs.map(({ reader, fold }) => ({
      window: fold.window,
      periodNs: Math.max(...reader.recordings.map(({ rateHz }) => (rateHz > 0 ? 1e9 / rateHz : 0))),
    })),
  );
  const read = (run: ComparedRun): TimeSeries => {
    const members = run.fold.forest.frames.map(
      ({ function: code }) => memberOf.get(run.match.get(functionKey(code))!.index) ?? -1,
    );
    return withoutGaps(readSeries(run, filter, members, candidates.length, binNs));
  };
  const sides = { a: a.map(read), b: b.map(read) };

  const hypotheses: Hypothesis[] = [];
  const known = new Map<string, number>();
  const add = (partOf: (series: TimeSeries) => Float64Array): number => {
    const hypothesis = hypothesisOf(sides, partOf, options, { a, b });
    const key = fingerprint([...hypothesis.a, ...hypothesis.b]);
    const at = known.get(key) ?? hypotheses.push(hypothesis) - 1;
    known.set(key, at);
    return at;
  };
  const isWhole = options.basis === 'share' && options.work === null;
  const isWorthIt = (part: number) => part >= leastShare && !(isWhole && part > 1 - leastShare);
  const isAsked = ({ name, file }: MatchedFunction) =>
    options.only === null || options.only.test(name) || options.only.test(file);
  const testOf = { self: new Map<number, number>(), total: new Map<number, number>() };
  candidates.forEach((index, at) => {
    for (const [measure, part] of [
      ['total', 'totalNs'],
      ['self', 'selfNs'],
    ] as const) {
      if (!isWorthIt(share(measure, index))) continue;
      const place = add((series) => series[part][at]!);
      if (isAsked(match.functions[index]!)) testOf[measure].set(index, place);
    }
  });
  const all = isWhole ? null : add((series) => series.selectedNs);
  const whole = options.only === null ? all : null;
  const places = [...testOf.self.values(), ...testOf.total.values(), ...(whole === null ? [] : [whole])];
  return {
    functions: candidates.filter((index) => isAsked(match.functions[index]!)),
    hypotheses,
    tested: [...new Set(places)],
    testOf,
    whole,
    binNs,
    percentOf: options.work === null ? 1 : fraction(sums.a.selected, options.work[0] * a.length),
    observedNs: {
      a: sides.a.map((series) => sumOf(series.observedNs)),
      b: sides.b.map((series) => sumOf(series.observedNs)),
    },
  };
}

/** Bins in which nothing was observed are no time at all. */
function withoutGaps(series: TimeSeries): TimeSeries {
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

function hypothesisOf(
  sides: { a: readonly TimeSeries[]; b: readonly TimeSeries[] },
  partOf: (series: TimeSeries) => Float64Array,
  { basis, work }: FamilyOptions,
  runs: { a: readonly ComparedRun[]; b: readonly ComparedRun[] },
): Hypothesis {
  const wholeOf = (series: TimeSeries, units: number | undefined): Float64Array => {
    if (units !== undefined) {
      // Nobody knows when the work was done; so it is taken to have been done evenly.
      const all = sumOf(series.observedNs);
      return series.observedNs.map((ns) => (ns / all) * units);
    }
    return basis === 'share' ? series.selectedNs : series.observedNs;
  };
  const binned = (side: readonly TimeSeries[], units: number | undefined): BinnedRun[] =>
    side.map((series) => ({ part: partOf(series), whole: wholeOf(series, units) }));
  const samples = (side: readonly TimeSeries[], own: readonly ComparedRun[]) => ({
    shares: side.map((series) => ({ part: partOf(series), whole: series.selectedNs })),
    count: own.reduce((sum, { fold }) => sum + fold.samples, 0),
  });
  return {
    a: binned(sides.a, work?.[0]),
    b: binned(sides.b, work?.[1]),
    samplesA: samples(sides.a, runs.a),
    samplesB: samples(sides.b, runs.b),
  };
}

/** Equal for equal series, which are sums of the same numbers in the same order. */
function fingerprint(runs: readonly BinnedRun[]): string {
  let [first, second] = [0x811c9dc5, 0x9e3779b9];
  for (const { part } of runs) {
    for (const word of new Uint32Array(part.buffer, part.byteOffset, part.length * 2)) {
      first = Math.imul(first ^ word, 0x01000193);
      second = Math.imul((second << 5) ^ (second >>> 27) ^ word, 0x85ebca6b);
    }
  }
  return `${first} ${second}`;
}

function fraction(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
