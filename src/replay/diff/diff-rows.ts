/** The table of a comparison, and all that is known about it: `diff --json`, see schema/diff.schema.json. */
import { compareText } from '../../compare-text.js';
import type { MatchEvidence } from '../names/function-match.js';
import { describeQuality } from '../samples/quality.js';
import { percent, seconds, startTime } from '../window/figure.js';
import { windowFigures } from '../window/window.js';
import { type ComparedRun, frameless } from './diff.js';
import {
  type DiffResult,
  type DiffRow,
  type DiffRun,
  type DiffSide,
  type DiffTest,
  isTested,
  type Measure,
  type RowVerdict,
} from './diff-result.js';
import { describeCommon, describeDivisor, describeScale, scaleFactors } from './diff-scale.js';
import { familyRule } from './family.js';
import { falseRate } from './judgement.js';
import type { Judged } from './verdict.js';

export interface DiffOptions {
  readonly measure: Measure;
  /** Rows to keep; null for all. */
  readonly limit: number | null;
  /** Keeps rows whose function or file matches. */
  readonly filter: RegExp | null;
}

/** What was judged, the greatest change first. */
export function describeDifference(judged: Judged, options: DiffOptions): DiffResult {
  const { comparison, family, sums, options: asked } = judged;
  const { a, b, match, filter } = comparison;
  const { measure } = options;
  const names = [
    ...match.functions,
    ...frameless.map((name) => ({ name, file: '', line: 0, fileInA: null, evidence: 'same' as const })),
  ];
  const factor = scaleFactors(judged);
  const rows = names.flatMap((named, index): DiffRow[] => {
    const inA = sums.a.total[index]! > 0;
    const inB = sums.b.total[index]! > 0;
    if (!inA && !inB) return [];
    const row = rowOf(judged, named, index, { measure, factor });
    return [{ ...row, presence: inA && inB ? 'both' : inB ? 'new' : 'gone' }];
  });
  const selfChange = (row: DiffRow) => Math.abs(row.b_self_pct - row.a_self_pct);
  const chosen = rows
    .filter(
      (row) => options.filter === null || options.filter.test(row.function) || options.filter.test(row.file),
    )
    .sort(
      (x, y) =>
        rankOf(x.verdict, asked) - rankOf(y.verdict, asked) ||
        Math.abs(y.delta_pct) - Math.abs(x.delta_pct) ||
        selfChange(y) - selfChange(x) ||
        Math.max(y.a_pct, y.b_pct) - Math.max(x.a_pct, x.b_pct) ||
        compareText(`${x.function}\0${x.file}`, `${y.function}\0${y.file}`),
    );
  return {
    verdict: judged.verdict,
    reasons: [...judged.reasons],
    obstacles: [...judged.obstacles],
    forced: asked.force && judged.obstacles.length > 0,
    notes: [...judged.notes],
    metric: filter.metric,
    basis: asked.chosen.basis,
    basis_reason: asked.chosen.reason,
    per: describeDivisor(asked),
    common: describeCommon(family),
    measure,
    scale: describeScale(judged),
    threshold: { points: asked.threshold.points, of_a_pct: percent(asked.threshold.ofA, 1) },
    q_limit: falseRate,
    variance: judged.variance,
    family: {
      rule: familyRule(asked),
      functions: family?.functions.length ?? 0,
      tests: family?.tested.length ?? 0,
    },
    counts: judged.counts,
    a: describeSide(a, family?.observedNs.a, asked.work?.[0]),
    b: describeSide(b, family?.observedNs.b, asked.work?.[1]),
    whole: judged.whole,
    rows_total: chosen.length,
    rows_tested: chosen.filter(isTested).length,
    rows: chosen.slice(0, options.limit ?? chosen.length),
  };
}

interface Named {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly fileInA: string | null;
  readonly evidence: MatchEvidence;
}

function rowOf(
  { sums, tests, verdict }: Judged,
  { name, file, line, fileInA, evidence }: Named,
  index: number,
  { measure, factor }: { readonly measure: Measure; readonly factor: { a: number; b: number } },
): Omit<DiffRow, 'presence'> {
  const shown = (part: number, per: number) => Math.round(part * per * 1e6) / 1e4;
  const figures = {
    a_self_pct: shown(sums.a.self[index]!, factor.a),
    b_self_pct: shown(sums.b.self[index]!, factor.b),
    a_total_pct: shown(sums.a.total[index]!, factor.a),
    b_total_pct: shown(sums.b.total[index]!, factor.b),
  };
  const [aPct, bPct] =
    measure === 'self'
      ? [figures.a_self_pct, figures.b_self_pct]
      : [figures.a_total_pct, figures.b_total_pct];
  const { self = null, total = null } = tests.get(index) ?? {};
  const test = measure === 'self' ? self : total;
  return {
    function: name,
    file,
    line,
    a_pct: aPct,
    b_pct: bPct,
    delta_pct: Math.round((bPct - aPct) * 1e4) / 1e4,
    ...figures,
    matched: evidence,
    a_file: fileInA,
    ci_pct: test?.ci_pct ?? null,
    q: test?.q ?? null,
    mde_pct: test?.mde_pct ?? null,
    verdict: verdict === 'not-comparable' ? 'not-comparable' : worse(self, total),
    self,
    total,
  };
}

const ranks: readonly RowVerdict[] = [
  'regression',
  'improvement',
  'inconclusive',
  'pass',
  'not-tested',
  'not-comparable',
];

function worse(self: DiffTest | null, total: DiffTest | null): RowVerdict {
  const x: RowVerdict = self?.verdict ?? 'not-tested';
  const y: RowVerdict = total?.verdict ?? 'not-tested';
  return ranks.indexOf(x) < ranks.indexOf(y) ? x : y;
}

/** Regressions and improvements stand first; last what was not asked for, where tests were. */
function rankOf(verdict: RowVerdict, { only }: Judged['options']): number {
  return only !== null && verdict === 'not-tested' ? 3 : Math.min(2, ranks.indexOf(verdict));
}

function describeSide(
  runs: readonly ComparedRun[],
  observedNs: readonly number[] | undefined,
  work: number | undefined,
): DiffSide {
  const described = runs.map((run, at) => describeRun(run, observedNs?.[at] ?? lengthOf(run)));
  const first = described[0]!;
  const sum = (of: (run: DiffRun) => number) => described.reduce((total, run) => total + of(run), 0);
  return {
    ...first,
    observed_s: seconds(sum((run) => run.observed_s) * 1e9),
    samples: sum((run) => run.samples),
    total_s: seconds(sum((run) => run.total_s) * 1e9),
    ticks: sum((run) => run.ticks),
    missed: sum((run) => run.missed),
    spared: sum((run) => run.spared),
    lowered_hz: described.length > 1 ? null : first.lowered_hz,
    late: sum((run) => run.late),
    late_known: sum((run) => run.late_known),
    may_lean: described.some((run) => run.may_lean),
    torn: sum((run) => run.torn),
    failed: sum((run) => run.failed),
    truncated: sum((run) => run.truncated),
    gaps: described.flatMap((run) => run.gaps),
    idle_samples: sum((run) => run.idle_samples),
    idle_s: seconds(sum((run) => run.idle_s) * 1e9),
    held_up_s: seconds(sum((run) => run.held_up_s) * 1e9),
    gil_off_samples: sum((run) => run.gil_off_samples),
    state_unknown_samples: sum((run) => run.state_unknown_samples),
    native_unknown_samples: sum((run) => run.native_unknown_samples),
    not_understood: [...new Set(described.flatMap((run) => run.not_understood))],
    runs: described,
    work: work ?? null,
  };
}

function describeRun({ reader, fold }: ComparedRun, observedNs: number): DiffRun {
  const process = reader.processes()[0];
  const recording = reader.recordings[0]!;
  return {
    file: reader.path,
    state: reader.state(),
    command: [...(process?.command ?? [])],
    python: process?.pythonVersion ?? null,
    host: recording.host.name,
    started: startTime(recording.startedUtcNs),
    rate_hz: recording.rateHz,
    window: windowFigures(fold.window),
    observed_s: seconds(observedNs),
    samples: fold.samples,
    total_s: seconds(fold.ns),
    ...describeQuality(reader, fold.window, fold.counts),
  };
}

function lengthOf({ fold }: ComparedRun): number {
  return fold.window.toNs - fold.window.fromNs;
}
