/** The tests of a comparison: which functions are worth one, and their time series. Fixed before anything is tested. */
import { functionKey } from '../names/code-name.js';
import type { MatchedFunction } from '../names/function-match.js';
import type { WindowCounts } from '../samples/window-counts.js';
import { sumOf } from '../statistics/ratio-estimate.js';
import { binLength, readSeries, type TimeSeries } from '../sums/time-series.js';
import { type CommonPart, findCommonPart } from './common-part.js';
import type { ComparedRun, Comparison, FunctionSums } from './diff.js';
import type { Basis, Measure } from './diff-result.js';
import type { Hypothesis, VarianceSource } from './difference.js';
import { fingerprint, hypothesisOf, ownParts, withoutGaps } from './family-series.js';
import type { Tests } from './judgement.js';
import { type ChosenBasis, sharesOfTimed } from './whole-run.js';

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
  readonly chosen: ChosenBasis;
  /** Units of work that each run of A and of B did, as they were given; null to divide by time, or by runs. */
  readonly work: readonly [number, number] | null;
  /** Tests only functions whose name or file matches, and not the whole; null for all. */
  readonly only: RegExp | null;
}

/** The time that is in functions which stayed the same. */
export interface CommonTime {
  /** How many there are; 0 where they are not known. */
  readonly functions: number;
  readonly isClear: boolean;
  /** Their share of A's time, 0 to 1; 1 where they are not known. */
  readonly shareA: number;
  /** What B's shares are multiplied with, so that those functions take in B what they take in A. */
  readonly factor: number;
}

/** Units that each run of A and of B did, of which a whole run is one; null where it is divided by time. */
export function unitsOf({ chosen, work }: FamilyOptions): readonly [number, number] | null {
  return chosen.isPerRun ? [1, 1] : work;
}

/**
 * Whether runs end when their time is up, instead of when their work is done: the functions agree on less or more time,
 * and all together take as long as before, since another one makes up for it.
 * @param all logarithm of what B's runs take over what A's do
 */
function isTimed({ isClear, change, doubt }: CommonPart, all: number): boolean {
  return isClear && 2 * Math.abs(change) > doubt && 3 * Math.abs(all) < Math.abs(change);
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
  /** What is compared: not what was chosen where runs did not do the same. */
  readonly chosen: ChosenBasis;
  /** What shares are measured by; null where they are seconds. */
  readonly common: CommonTime | null;
  readonly observedNs: { readonly a: readonly number[]; readonly b: readonly number[] };
}

/** Reads the time series of all functions that are worth it, and puts the tests together. */
export function gatherFamily(
  comparison: Comparison,
  sums: { readonly a: FunctionSums; readonly b: FunctionSums },
  options: FamilyOptions,
  source: VarianceSource,
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
      periodNs:
        Math.max(...reader.recordings.map(({ rateHz }) => (rateHz > 0 ? 1e9 / rateHz : 0))) *
        slowness(fold.counts),
    })),
  );
  const read = (run: ComparedRun): TimeSeries => {
    const memberOfFrame = run.fold.forest.frames.map(
      ({ function: code }) => memberOf.get(run.match.get(functionKey(code))!.index) ?? -1,
    );
    return withoutGaps(readSeries(run, filter, { memberOfFrame, count: candidates.length }, binNs));
  };
  const sides = { a: a.map(read), b: b.map(read) };

  const { basis } = options.chosen;
  const units = unitsOf(options);
  const isShare = basis === 'share' && units === null;
  const own = ownParts(candidates.flatMap((index, at) => (share('self', index) >= leastShare ? [at] : [])));
  const agreed = (given: { basis: Basis; units: readonly [number, number] | null }) =>
    findCommonPart(
      own.map((part) =>
        hypothesisOf(sides, { a, b }, part, { ...given, commonOf: (series) => series.selectedNs }),
      ),
      source,
    );
  if (options.chosen.isPerRun) {
    const change = Math.log(fraction(sums.b.selected * a.length, sums.a.selected * b.length));
    if (isTimed(agreed({ basis, units }), change))
      return gatherFamily(comparison, sums, { ...options, chosen: sharesOfTimed }, source);
  }
  const common = isShare ? agreed({ basis, units }) : null;
  /** Time that is in the functions that stayed the same; all of it where those are not known. */
  const commonOf = (series: TimeSeries): Float64Array => {
    if (!common?.isClear) return series.selectedNs;
    const sum = new Float64Array(series.selectedNs.length);
    for (const place of common.members)
      own[place]!(series).forEach((ns, bin) => {
        sum[bin] = sum[bin]! + ns;
      });
    return sum;
  };
  const wholes = new Map([...sides.a, ...sides.b].map((series) => [series, commonOf(series)]));
  const hypotheses: Hypothesis[] = [];
  const known = new Map<string, number>();
  const add = (partOf: (series: TimeSeries) => Float64Array): number => {
    const hypothesis = hypothesisOf(sides, { a, b }, partOf, {
      basis,
      units,
      commonOf: (series) => wholes.get(series)!,
    });
    const key = fingerprint([...hypothesis.a, ...hypothesis.b]);
    const at = known.get(key) ?? hypotheses.push(hypothesis) - 1;
    known.set(key, at);
    return at;
  };
  // Where nothing else measures them, all samples are 100 %, whatever changes.
  const isFixed = isShare && !common!.isClear;
  const isWorthIt = (part: number) => part >= leastShare && !(isFixed && part > 1 - leastShare);
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
  const all = isFixed ? null : add((series) => series.selectedNs);
  const whole = options.only === null ? all : null;
  const places = [...testOf.self.values(), ...testOf.total.values(), ...(whole === null ? [] : [whole])];
  const sumCommon = (side: readonly TimeSeries[]) =>
    side.reduce((sum, series) => sum + sumOf(wholes.get(series)!), 0);
  const part = {
    a: fraction(sumCommon(sides.a), sums.a.selected),
    b: fraction(sumCommon(sides.b), sums.b.selected),
  };
  return {
    functions: candidates.filter((index) => isAsked(match.functions[index]!)),
    hypotheses,
    tested: [...new Set(places)],
    testOf,
    whole,
    binNs,
    chosen: options.chosen,
    isClear: common?.isClear ?? true,
    common:
      common === null
        ? null
        : {
            functions: common.isClear ? common.members.filter((place) => place < own.length - 1).length : 0,
            isClear: common.isClear,
            shareA: part.a,
            factor: part.b > 0 ? part.a / part.b : 1,
          },
    percentOf: isShare
      ? fraction(1, part.a)
      : units === null
        ? 1
        : fraction(sums.a.selected, units[0] * a.length),
    observedNs: {
      a: sides.a.map((series) => sumOf(series.observedNs)),
      b: sides.b.map((series) => sumOf(series.observedNs)),
    },
  };
}

/** How many times as far from each other ticks were as their rate has it, since some were left out on purpose. */
function slowness({ ticks, missed, spared }: WindowCounts): number {
  const due = ticks + missed;
  return due > 0 ? (due + spared) / due : 1;
}

function fraction(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
