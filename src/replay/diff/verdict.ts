/** From a comparison to its verdict: may it be made, what do the tests say, and what is there to keep in mind. */
import { describeDifferent, findObstacles, type Obstacle } from './comparability.js';
import { type ComparedRun, type Comparison, type FunctionSums, sumSide } from './diff.js';
import type { DiffTest, Verdict } from './diff-result.js';
import type { VarianceSource } from './difference.js';
import { type Family, type FamilyOptions, gatherFamily, leastShare, unitsOf } from './family.js';
import { type Effect, judge, type Threshold, takesAny } from './judgement.js';

export interface VerdictOptions extends FamilyOptions {
  readonly threshold: Threshold;
  /** Judge what is hard to compare, too. */
  readonly force: boolean;
}

export interface TestedFunction {
  readonly self: DiffTest | null;
  readonly total: DiffTest | null;
}

/** A comparison with its verdict: what tables, pictures and reports are made of. */
export interface Judged {
  readonly comparison: Comparison;
  readonly options: VerdictOptions;
  readonly sums: { readonly a: FunctionSums; readonly b: FunctionSums };
  readonly obstacles: readonly Obstacle[];
  /** Null where the sides are not compared. */
  readonly family: Family | null;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** By index of the matched function; those that were not tested are missing. */
  readonly tests: ReadonlyMap<number, TestedFunction>;
  readonly whole: DiffTest | null;
  readonly counts: { regression: number; improvement: number; pass: number; inconclusive: number };
  readonly variance: VarianceSource;
}

export function judgeComparison(comparison: Comparison, options: VerdictOptions): Judged {
  const { a, b, filter, match } = comparison;
  const sums = { a: sumSide(a, match.functions.length), b: sumSide(b, match.functions.length) };
  const obstacles = findObstacles(a, b, filter, overlapOf(sums));
  const variance = varianceSource(a, b);
  const base = { comparison, options, sums, obstacles, variance } as const;
  const counts = { regression: 0, improvement: 0, pass: 0, inconclusive: 0 };
  const hasSamples = sums.a.selected > 0 && sums.b.selected > 0;
  if ((obstacles.length > 0 && !options.force) || !hasSamples) {
    const reasons = obstacles.map(({ text }) => text);
    return {
      ...base,
      family: null,
      verdict: 'not-comparable',
      reasons,
      notes: listNotes(comparison, options, null),
      tests: new Map(),
      whole: null,
      counts,
    };
  }
  const family = gatherFamily(comparison, sums, options, variance);
  const effects = judge(family, options.threshold, variance);
  const described = new Map([...effects].map(([at, effect]) => [at, describeEffect(effect, family.binNs)]));
  const tests = new Map<number, TestedFunction>();
  for (const index of family.functions) {
    const at = { self: family.testOf.self.get(index), total: family.testOf.total.get(index) };
    if (at.self === undefined && at.total === undefined) continue;
    tests.set(index, {
      self: at.self === undefined ? null : described.get(at.self)!,
      total: at.total === undefined ? null : described.get(at.total)!,
    });
  }
  for (const { verdict } of effects.values()) counts[verdict]++;
  const whole = family.whole === null ? null : described.get(family.whole)!;
  const { verdict, reasons } = conclude(counts, family, whole, { ...options, chosen: family.chosen });
  const decided = { ...options, chosen: family.chosen };
  return {
    ...base,
    options: decided,
    family,
    verdict,
    reasons,
    notes: listNotes(comparison, decided, variance),
    tests,
    whole,
    counts,
  };
}

function varianceSource(a: readonly ComparedRun[], b: readonly ComparedRun[]): VarianceSource {
  if (a.length > 1 && b.length > 1) return 'runs';
  const files = new Set([...a, ...b].map(({ reader }) => reader.path));
  return files.size === 1 ? 'blocks-of-one' : 'blocks';
}

function conclude(
  counts: Judged['counts'],
  family: Family,
  whole: DiffTest | null,
  options: VerdictOptions,
): { verdict: Verdict; reasons: string[] } {
  const { regression, improvement, pass, inconclusive } = counts;
  const tests = regression + improvement + pass + inconclusive;
  const reasons = tests === 0 ? [] : [countInWords(counts, family.isClear, takesAny(options.threshold))];
  if (!family.isClear && tests > 0)
    reasons.push(
      'shares do not show what stayed the same, since too few functions agree on it (--metric cpu or wall, or --work N, compare seconds)',
    );
  if (tests === 0) {
    const why =
      options.only === null
        ? ''
        : `: none that matches ${options.only.source} has 1 % of the time or more, and not all of it`;
    reasons.push(`no function was tested${why}`);
  }
  // What got faster may be chance, too; all together must not say the opposite, where it is more than how busy they were.
  const isAmount = family.common !== null || unitsOf(options) !== null;
  const isDoubtful = isAmount && whole !== null && whole.delta_pct > 0;
  if (regression === 0 && improvement > 0 && isDoubtful)
    reasons.push('what got faster is not confirmed: all samples together took more');
  const verdict =
    regression > 0
      ? 'regression'
      : improvement > 0
        ? isDoubtful
          ? 'inconclusive'
          : 'improvement'
        : inconclusive > 0 || tests === 0
          ? 'inconclusive'
          : 'pass';
  return { verdict, reasons };
}

/** "1 of 10 slower, 2 faster, 5 too noisy to tell, 2 the same"; "8 without a significant change" where any change counts */
function countInWords(
  { regression, improvement, inconclusive, pass }: Judged['counts'],
  isClear: boolean,
  isAny: boolean,
): string {
  const parts: [number, string][] = [
    [regression, 'slower'],
    [improvement, 'faster'],
    [
      inconclusive,
      !isClear ? 'not to be told' : isAny ? 'without a significant change' : 'too noisy to tell',
    ],
    [pass, 'the same'],
  ];
  const tests = parts.reduce((sum, [count]) => sum + count, 0);
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word], at) => `${count}${at === 0 ? ` of ${tests}` : ''} ${word}`)
    .join(', ');
}

/** Share of the time that is in functions which both sides have, among those that matter. */
function overlapOf({ a, b }: Judged['sums']): number {
  let [common, all] = [0, 0];
  a.total.forEach((ns, index) => {
    const [inA, inB] = [
      a.selected > 0 ? ns / a.selected : 0,
      b.selected > 0 ? b.total[index]! / b.selected : 0,
    ];
    if (inA + inB < 2 * leastShare) return;
    all += inA + inB;
    if (inA > 0 && inB > 0) common += inA + inB;
  });
  return all > 0 ? common / all : 1;
}

function describeEffect(effect: Effect, binNs: number): DiffTest {
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  const chance = (p: number) => Number(p.toPrecision(4));
  // Two digits are all that is known of it.
  const count = (samples: number | null) =>
    samples === null ? null : Math.round(Number(samples.toPrecision(2)));
  return {
    a_pct: round(effect.a),
    b_pct: round(effect.b),
    delta_pct: round(effect.delta),
    ci_pct: [round(effect.interval[0]), round(effect.interval[1])],
    threshold_pct: round(effect.threshold),
    mde_pct: round(effect.detectable),
    p: chance(effect.pChange),
    q_any: chance(effect.qChange),
    q: chance(effect.q),
    permutation_p: effect.permutation === null ? null : chance(effect.permutation),
    degrees: Math.round(effect.degrees * 10) / 10,
    effective_a: count(effect.effectiveA),
    effective_b: count(effect.effectiveB),
    block_s: round((effect.blockBins * binNs) / 1e9),
    verdict: effect.verdict,
  };
}

/** What does not stand in the way of a verdict, and should be known all the same. */
function listNotes(
  { a, b, match }: Comparison,
  { chosen, work }: VerdictOptions,
  variance: Judged['variance'] | null,
): string[] {
  const notes: string[] = [];
  if (variance === 'blocks')
    notes.push(
      'within-run only: what differs from run to run (hash seeds, addresses, the machine) cannot be seen and is guessed, assuming four times the variance; record several runs of each',
    );
  if (variance === 'blocks-of-one')
    notes.push('within-run only: A and B are from one recording, and say nothing about other runs');
  if (chosen.basis !== 'share' && !chosen.isPerRun && work === null)
    notes.push(
      'seconds per second of wall time: of a thread that is always busy they add up to one, so that others seem faster when a function gets slower (--metric share, --work)',
    );
  const differs = (what: string, of: (run: ComparedRun) => string) => {
    const text = describeDifferent(what, a, b, of);
    if (text !== null) notes.push(text);
  };
  differs('the release of Python', ({ reader }) => reader.processes()[0]?.pythonVersion ?? 'none');
  differs('the rate', ({ reader }) => `${reader.recordings[0]!.rateHz || 'the highest'} Hz`);
  differs('the host', ({ reader }) => reader.recordings[0]!.host.name);
  if (match.bareNames)
    notes.push('functions are matched without their classes: Python before 3.11 does not name them');
  const renames = new Map<string, number>();
  let moved = 0;
  for (const { evidence, fileInA, file } of match.functions) {
    if (evidence === 'moved') moved++;
    if (evidence === 'renamed')
      renames.set(`${fileInA} → ${file}`, (renames.get(`${fileInA} → ${file}`) ?? 0) + 1);
  }
  if (moved > 0) notes.push(`${functions(moved)} matched by the end of their path`);
  for (const [rename, count] of [...renames].slice(0, 10))
    notes.push(`taken for a renamed file: ${rename} (${functions(count)})`);
  if (renames.size > 10)
    notes.push(`and ${renames.size - 10} more renamed ${renames.size === 11 ? 'file' : 'files'}`);
  return notes;
}

function functions(count: number): string {
  return `${count} ${count === 1 ? 'function' : 'functions'}`;
}
