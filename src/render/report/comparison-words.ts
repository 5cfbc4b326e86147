/**
 * A comparison in words, the same in every report: which side is which, what was measured, what counts, and what was
 * found, with its direction. Text from traces is bounded and free of controls here; markup is each report's to escape.
 */
import type {
  DiffResult,
  DiffRow,
  DiffRun,
  DiffSide,
  DiffTest,
  Measure,
} from '../../replay/diff/diff-result.js';
import { shellWord, withoutDirectory } from '../words/command-text.js';
import { showText } from '../words/text.js';
import { counted, secondsText, signed } from '../words/text-numbers.js';

/** What a verdict is called in one word. */
export const verdictWords = {
  regression: 'slower',
  improvement: 'faster',
  pass: 'same',
  inconclusive: 'unclear',
} as const satisfies Readonly<Record<DiffTest['verdict'], string>>;

/** What a reader of a report must know of it beyond the result. */
export interface ReportOptions {
  /** Whether a regression fails (--gate), and too little data does (--require-power). */
  readonly gate: boolean;
  readonly requirePower: boolean;
  /** Filters in force, in words. */
  readonly filters: readonly string[];
  /** What changed, by `nameChanges`: of all rows, also of those that a limit leaves out. */
  readonly changes: readonly string[];
  /** pyspy's. */
  readonly version: string;
  /** The command's exit status. */
  readonly status: number;
  /** A row's file as a path from the current directory, where it is there; else null. */
  readonly locate: (file: string) => string | null;
}

export interface RunWords {
  /** "A", or "A2" where a side has several. */
  readonly label: string;
  readonly file: string;
  /** "python3 bench.py" and "3.12.1 on host". */
  readonly command: string;
  readonly python: string;
  /** "0s to 8s", "789 samples", "100 Hz", "7.891s". */
  readonly window: string;
  readonly samples: string;
  readonly rate: string;
  readonly total: string;
  readonly work: string | null;
  /** "7 missed, 75 torn"; empty where nothing is. */
  readonly doubts: string;
}

/** All runs of both sides, A's first. */
export function describeRuns({ a, b }: DiffResult): RunWords[] {
  return [...describeSide('A', a), ...describeSide('B', b)];
}

function describeSide(letter: 'A' | 'B', side: DiffSide): RunWords[] {
  return side.runs.map((run, at) => ({
    label: side.runs.length > 1 ? `${letter}${at + 1}` : letter,
    file: showText(run.file),
    command: commandOf(run),
    python: showText(`${run.python ?? 'unknown'} on ${run.host}`),
    window: `${secondsText(run.window.from_s)} to ${secondsText(run.window.to_s)}`,
    samples: counted(run.samples, 'sample'),
    rate: describeRate(run),
    total: secondsText(run.total_s),
    work: side.work === null ? null : `${side.work} units of work`,
    doubts: doubtsOf(run),
  }));
}

/** "100 Hz" */
export function describeRate({ rate_hz }: DiffRun): string {
  return rate_hz > 0 ? `${rate_hz} Hz` : 'the highest rate';
}

/** The command as one line, without the interpreter's directory. */
function commandOf({ command }: DiffRun): string {
  return showText(withoutDirectory(command.map(shellWord).join(' '))) || 'no process';
}

/** What is missing or doubtful of a run. */
function doubtsOf(run: DiffRun): string {
  const figures: [number, string][] = [
    [run.missed, 'missed'],
    [run.spared, 'ticks left out for a CPU budget'],
    [run.may_lean ? run.late : 0, 'late: may lean'],
    [run.torn, 'torn'],
    [run.failed, 'not read'],
    [run.truncated, 'truncated'],
    [run.gil_off_samples, 'without a GIL'],
    [run.state_unknown_samples, 'running or idle: not known'],
    [run.native_unknown_samples, 'running without native frames'],
    [run.gaps.length, run.gaps.length === 1 ? 'gap' : 'gaps'],
    [run.idle_samples, 'idle left out'],
    [run.not_understood.length, 'unknown features ignored'],
  ];
  return [
    ...(run.state === 'complete'
      ? []
      : [run.state === 'crashed' ? 'recorder was killed' : 'still being recorded']),
    ...figures.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ].join(', ');
}

/** "Percent of the side's own time, in the function and what it calls." */
export function describeMeasure(result: DiffResult, filters: readonly string[]): string {
  const { scale, measure } = result;
  const hundred = scale.one_hundred_pct === 1 ? '' : ` (100 % is ${scale.one_hundred_pct.toPrecision(4)} s)`;
  const parts = [
    `Percent of ${scale.unit}${hundred}`,
    measure === 'self' ? 'self: in the function alone' : 'total: in the function and what it calls',
    ...filters.map((filter) => showText(filter)),
  ];
  const why = result.basis_reason === '' ? '' : ` Compared are ${showText(result.basis_reason, 300)}.`;
  return `${parts.join(', ')}.${why}${describeCommon(result)}`;
}

/** " B is measured by 7 functions that stayed the same (64 % of A's time)." */
function describeCommon({ common }: DiffResult): string {
  if (common === null || !common.is_clear) return '';
  const { functions, of_a_pct, b_factor } = common;
  return (
    ` B is measured by ${counted(functions, 'function')} that stayed the same (${of_a_pct.toFixed(0)} % of A's time): ` +
    `its own shares times ${b_factor.toPrecision(3)}.`
  );
}

/** Whether any change counts that is significant. */
export function countsAny({ threshold }: Pick<DiffResult, 'threshold'>): boolean {
  return threshold.points === 0 && threshold.of_a_pct === 0;
}

/** "1 point or 10 % of A, whichever is more"; for 0, that it takes any change */
export function describeThreshold({ threshold }: DiffResult): string {
  const { points, of_a_pct } = threshold;
  if (countsAny({ threshold })) return '0: any change that is significant';
  const limits = [
    ...(points > 0 ? [points === 1 ? '1 point' : `${points} points`] : []),
    ...(of_a_pct > 0 ? [`${of_a_pct} % of A`] : []),
  ];
  return limits.join(' or ') + (limits.length > 1 ? ', whichever is more' : '');
}

/** "3 more rows, 2 of them not tested"; '' where all are shown. */
export function describeMore({ rows, rows_total, rows_tested }: DiffResult): string {
  const more = rows_total - rows.length;
  if (more === 0) return '';
  const untested =
    rows_total - rows_tested - rows.filter(({ self, total }) => self === null && total === null).length;
  const which = untested === 0 ? '' : untested === more ? ', not tested' : `, ${untested} of them not tested`;
  return `${more} more ${more === 1 ? 'row' : 'rows'}${which}`;
}

/** What change means, what counts, and how it was tested. */
export function describeRule(result: DiffResult): string {
  const { family, variance } = result;
  const spread = variance === 'runs' ? 'between runs' : 'between blocks of time inside of runs';
  return (
    `Change is B - A in points: more than 0 is slower in B. "slower" and "faster" are ` +
    `${countsAny(result) ? 'any changes that are significant' : `changes beyond ${describeThreshold(result)}`}, at a false discovery rate of ${Number((result.q_limit * 100).toFixed(2))} % over ` +
    `${counted(family.tests, 'test')} of ${family.rule}; variance is taken ${spread}.`
  );
}

/** One function that changed, by the measure that shows it. */
export interface Finding {
  readonly row: DiffRow;
  readonly test: DiffTest;
  readonly measure: Measure;
}

/**
 * Functions of one verdict. Those that changed themselves stand first: a caller is slower, too, when what it calls is.
 */
export function listFindings(result: DiffResult, verdict: 'regression' | 'improvement'): Finding[] {
  const other: Measure = result.measure === 'self' ? 'total' : 'self';
  const findings = result.rows.flatMap((row): Finding[] => {
    for (const measure of [result.measure, other]) {
      const test = row[measure];
      if (test?.verdict === verdict) return [{ row, test, measure }];
    }
    return [];
  });
  const isOwn = ({ row }: Finding) => Number(row.self?.verdict !== verdict);
  return findings.sort(
    (x, y) => isOwn(x) - isOwn(y) || Math.abs(y.test.delta_pct) - Math.abs(x.test.delta_pct),
  );
}

/** "target (bench.py) is slower in B, 14.6 % to 20.4 %": the first three of each verdict. */
export function nameChanges(result: DiffResult): string[] {
  return (['regression', 'improvement'] as const).flatMap((verdict) => {
    const findings = listFindings(result, verdict);
    const named = findings
      .slice(0, 3)
      .map(({ row, test }) => `${nameOfRow(row, 50)} ${test.a_pct.toFixed(1)} to ${percentText(test.b_pct)}`);
    const more = findings.length > 3 ? [`${findings.length - 3} more`] : [];
    return findings.length === 0 ? [] : [`${verdictWords[verdict]} in B: ${[...named, ...more].join(', ')}`];
  });
}

/** "target (bench.py)" */
export function nameOfRow({ function: name, file }: DiffRow, longest?: number): string {
  return file === '' ? showText(name, longest) : `${showText(name, longest)} (${showText(file, longest)})`;
}

/** "slower in B: 14.6 % in A, 20.4 % in B, +5.8 points (95 % interval +3.0 to +8.6; adjusted p 0.001 …)" */
export function describeTest(test: DiffTest, measure: Measure, presence: DiffRow['presence']): string {
  const direction: Readonly<Record<DiffTest['verdict'], string>> = {
    regression: 'slower in B',
    improvement: 'faster in B',
    pass: 'no change as great as the threshold',
    inconclusive:
      test.threshold_pct === 0
        ? 'no significant change'
        : 'unclear: a change as small as the threshold could not have been seen',
  };
  const only = presence === 'new' ? ', new: only in B' : presence === 'gone' ? ', gone: only in A' : '';
  return (
    `${direction[test.verdict]}${only}: ${percentText(test.a_pct)} in A, ${percentText(test.b_pct)} in B, ` +
    `${signed(test.delta_pct)} points ${measure} ` +
    `(95 % interval ${signed(test.ci_pct[0])} to ${signed(test.ci_pct[1])}; threshold ${test.threshold_pct.toFixed(1)}, ` +
    `adjusted p ${Number(test.q.toPrecision(2))}, smallest detectable change ${test.mde_pct.toFixed(1)})`
  );
}

/** Seconds that a side spent in so many percent of the scale, in all its runs together. */
export function secondsOf({ basis, per, scale }: DiffResult, side: DiffSide, pct: number): number {
  const part = pct / 100;
  if (per === 'run') return part * scale.one_hundred_pct * side.runs.length;
  if (side.work !== null) return part * scale.one_hundred_pct * side.work * side.runs.length;
  return part * (basis === 'share' ? side.total_s : side.observed_s);
}

function percentText(value: number): string {
  return `${value.toFixed(1)} %`;
}
