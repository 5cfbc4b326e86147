/** What two recordings spent differently: `diff --json`, see schema/diff.schema.json. */
import type { TraceReader } from '../format/reader.js';
import type { CodeFunction } from '../format/stack-forest.js';
import type { TraceState } from '../format/trace-state.js';
import { emptyStack, functionKey, unknownStack } from './code-name.js';
import { CodePaths } from './code-path.js';
import { percent, seconds } from './figure.js';
import type { Metric, SampleFilter } from './filter.js';
import { type Fold, foldWindow, unreadNode } from './fold.js';
import { type FunctionMatch, matchFunctions } from './function-match.js';
import { sumByKey } from './key-sums.js';
import { describeQuality, type Quality } from './quality.js';
import { type Window, type WindowFigures, windowFigures } from './window.js';

export const measures = ['total', 'self'] as const;
export type Measure = (typeof measures)[number];

export type Verdict = 'pass' | 'regression' | 'inconclusive' | 'not-comparable';

/** One of the two runs. */
export interface DiffRun extends Quality {
  file: string;
  state: TraceState;
  command: string[];
  python: string | null;
  host: string;
  rate_hz: number;
  window: WindowFigures;
  samples: number;
  /** What the run's percentages are of. */
  total_s: number;
}

export interface DiffRow {
  function: string;
  /** Relative to where packages, the standard library or the program are installed. */
  file: string;
  /** Shares of each run's own time, by the measure; the change is in points of percent. */
  a_pct: number;
  b_pct: number;
  delta_pct: number;
  a_self_pct: number;
  b_self_pct: number;
  a_total_pct: number;
  b_total_pct: number;
  /** "new" where only B has the function, "gone" where only A has. */
  presence: 'both' | 'new' | 'gone';
  /** Statistics, which this version does not make. */
  ci_pct: [number, number] | null;
  q: number | null;
  mde_pct: number | null;
  verdict: Verdict;
}

export interface DiffResult {
  verdict: Verdict;
  reasons: string[];
  metric: Metric;
  measure: Measure;
  a: DiffRun;
  b: DiffRun;
  rows: DiffRow[];
  /** How many rows there are without the limit. */
  rows_total: number;
}

export interface DiffOptions {
  readonly measure: Measure;
  /** Rows to keep; null for all. */
  readonly limit: number | null;
  /** Keeps rows whose function or file matches. */
  readonly filter: RegExp | null;
}

/** Two windows, read and matched: what the table and the picture of a difference are made of. */
export interface Comparison {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly match: FunctionMatch;
}

export interface ComparedRun {
  readonly reader: TraceReader;
  readonly fold: Fold;
}

/** @throws PyspyError as foldWindow does, for either recording */
export function compareWindows(
  a: { reader: TraceReader; window: Window },
  b: { reader: TraceReader; window: Window },
  filter: SampleFilter,
): Comparison {
  const runs = [a, b].map(({ reader, window }) => ({ reader, fold: foldWindow(reader, window, filter) }));
  const sides = runs.map(({ reader, fold }) => ({
    functions: functionsOf(fold),
    paths: new CodePaths(reader.processes()),
  }));
  return { a: runs[0]!, b: runs[1]!, match: matchFunctions(sides[0]!, sides[1]!) };
}

/** The table of a comparison, the greatest change first. */
export function describeDifference(comparison: Comparison, options: DiffOptions): DiffResult {
  const { a, b, match } = comparison;
  const sumsA = sumRun(a.fold, match, match.ofA);
  const sumsB = sumRun(b.fold, match, match.ofB);
  const names = [...match.functions.map(({ name, file }) => ({ name, file })), ...frameless];
  const rows = names.flatMap(({ name, file }, index): DiffRow[] => {
    const inA = sumsA.total[index]! > 0;
    const inB = sumsB.total[index]! > 0;
    if (!inA && !inB) return [];
    const figures = {
      a_self_pct: percent(sumsA.self[index]!, a.fold.ns),
      b_self_pct: percent(sumsB.self[index]!, b.fold.ns),
      a_total_pct: percent(sumsA.total[index]!, a.fold.ns),
      b_total_pct: percent(sumsB.total[index]!, b.fold.ns),
    };
    const [aPct, bPct] =
      options.measure === 'self'
        ? [figures.a_self_pct, figures.b_self_pct]
        : [figures.a_total_pct, figures.b_total_pct];
    return [
      {
        function: name,
        file,
        a_pct: aPct,
        b_pct: bPct,
        delta_pct: Math.round((bPct - aPct) * 10_000) / 10_000,
        ...figures,
        presence: inA && inB ? 'both' : inB ? 'new' : 'gone',
        ci_pct: null,
        q: null,
        mde_pct: null,
        verdict: 'inconclusive',
      },
    ];
  });
  const selfChange = (row: DiffRow) => Math.abs(row.b_self_pct - row.a_self_pct);
  const chosen = rows
    .filter(
      (row) => options.filter === null || options.filter.test(row.function) || options.filter.test(row.file),
    )
    .sort(
      (x, y) =>
        Math.abs(y.delta_pct) - Math.abs(x.delta_pct) ||
        selfChange(y) - selfChange(x) ||
        Math.max(y.a_pct, y.b_pct) - Math.max(x.a_pct, x.b_pct) ||
        compareText(`${x.function}\0${x.file}`, `${y.function}\0${y.file}`),
    );
  return {
    verdict: 'inconclusive',
    reasons: listReasons(comparison),
    metric: a.fold.metric,
    measure: options.measure,
    a: describeRun(a),
    b: describeRun(b),
    rows_total: chosen.length,
    rows: chosen.slice(0, options.limit ?? chosen.length),
  };
}

const frameless = [unknownStack, emptyStack].map((name) => ({ name, file: '' }));

/** Sums by matched function, and at the end for the samples without frames. */
function sumRun(fold: Fold, match: FunctionMatch, byKey: FunctionMatch['ofA']) {
  const count = match.functions.length;
  const keyOfFrame = fold.forest.frames.map((frame) => byKey.get(functionKey(frame.function))!.index);
  const { self, total } = sumByKey(fold, keyOfFrame, count + frameless.length);
  for (const cell of fold.cells) {
    if (cell.node >= 0) continue;
    const index = count + (cell.node === unreadNode ? 0 : 1);
    self[index] = self[index]! + cell.ns;
    total[index] = total[index]! + cell.ns;
  }
  return { self, total };
}

function functionsOf(fold: Fold): Set<CodeFunction> {
  return new Set(fold.forest.frames.map((frame) => frame.function));
}

/** Why no verdict is given, and what stands in the way of one. */
function listReasons({ a, b, match }: Comparison): string[] {
  const reasons = ['statistical verdict not made by this version'];
  const differs = (what: string, of: (run: ComparedRun) => string) => {
    if (of(a) !== of(b)) reasons.push(`${what} differs: ${of(a)} in A, ${of(b)} in B`);
  };
  differs('Python', ({ reader }) => reader.processes()[0]?.pythonVersion ?? 'none');
  differs('rate', ({ reader }) => `${reader.recordings[0]!.rateHz || 'the highest'} Hz`);
  differs('host', ({ reader }) => reader.recordings[0]!.host.name);
  if (match.bareNames)
    reasons.push('functions are matched without their classes: Python before 3.11 does not name them');
  return reasons;
}

function describeRun({ reader, fold }: ComparedRun): DiffRun {
  const process = reader.processes()[0];
  const recording = reader.recordings[0]!;
  return {
    file: reader.path,
    state: reader.state(),
    command: [...(process?.command ?? [])],
    python: process?.pythonVersion ?? null,
    host: recording.host.name,
    rate_hz: recording.rateHz,
    window: windowFigures(fold.window),
    samples: fold.samples,
    total_s: seconds(fold.ns),
    ...describeQuality(reader, fold.window, fold.counts),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
