/** The lines of a comparison's table, the same in text and on a page; and what is said around it. */
import type { DiffResult, DiffRow, DiffTest, Measure } from '../../replay/diff/diff-result.js';
import { counted } from '../words/text-numbers.js';
import { countsAny, describeThreshold } from './comparison-words.js';

/** A function by one measure; figures in percent of the scale. Text is as the trace has it. */
export interface DifferenceLine {
  readonly name: string;
  readonly file: string;
  /** A's file where it is called otherwise. */
  readonly was: string | null;
  readonly measure: Measure;
  /** Null where it was not tested. */
  readonly verdict: DiffTest['verdict'] | null;
  /** Null where the side does not have the function. */
  readonly a: number | null;
  readonly b: number | null;
  readonly change: number;
  /** Half of the confidence interval, and the smallest detectable change; null where it was not tested. */
  readonly half: number | null;
  readonly mde: number | null;
  /** Independent samples of the poorer side; null where that is not known. */
  readonly worth: number | null;
}

/** All lines: that of all samples where it was tested, then those of the rows. */
export function listLines(result: DiffResult): DifferenceLine[] {
  const { whole, measure, rows } = result;
  const all = { name: '(all samples)', file: '', was: null, presence: 'both', measure } as const;
  return [
    ...(whole === null ? [] : [lineOf(whole, whole, all)]),
    ...rows.flatMap((row) => linesOf(row, measure)),
  ];
}

/** A row by its measure; and its other measure where only that has something to say. */
function linesOf(row: DiffRow, measure: Measure): DifferenceLine[] {
  const rest: Measure = measure === 'self' ? 'total' : 'self';
  const [shown, other] = [row[measure], row[rest]];
  const { function: name, file, a_file: was, presence } = row;
  const lines = [lineOf(shown, row, { name, file, was, presence, measure })];
  const isNews = other !== null && (other.verdict === 'regression' || other.verdict === 'improvement');
  if (isNews && other.verdict !== shown?.verdict)
    lines.push(lineOf(other, other, { name, file, was, presence, measure: rest }));
  return lines;
}

function lineOf(
  test: DiffTest | null,
  { a_pct: a, b_pct: b }: Pick<DiffTest, 'a_pct' | 'b_pct'>,
  {
    presence,
    ...named
  }: Pick<DifferenceLine, 'name' | 'file' | 'was' | 'measure'> & { readonly presence: DiffRow['presence'] },
): DifferenceLine {
  const worth = [test?.effective_a, test?.effective_b].filter((count) => typeof count === 'number');
  return {
    ...named,
    verdict: test?.verdict ?? null,
    a: presence === 'new' ? null : a,
    b: presence === 'gone' ? null : b,
    change: b - a,
    half: test === null ? null : (test.ci_pct[1] - test.ci_pct[0]) / 2,
    mde: test?.mde_pct ?? null,
    worth: worth.length === 0 ? null : Math.min(...worth),
  };
}

/** What a change is, and which one counts. */
export function describeChange(result: DiffResult): string {
  const counting = countsAny(result)
    ? 'any change that is significant'
    : `more than ${describeThreshold(result)}`;
  return `Change is B - A in points: + is slower in B, - is faster. What counts: ${counting}.`;
}

/** What the columns are, and how it was tested. @param hasWorth whether there is a column for what figures are worth */
export function describeColumns(result: DiffResult, hasWorth: boolean): string {
  const { family, variance } = result;
  return [
    '±95%: half the confidence interval.',
    'MDE: smallest change detectable with 80 % power.',
    ...(hasWorth ? ['worth: independent samples of the poorer side.'] : []),
    `${counted(family.tests, 'test')} of ${family.rule}, false discovery rate ${Number((result.q_limit * 100).toFixed(2))} %;`,
    `variance ${variance === 'runs' ? 'between runs' : 'between blocks of time inside of runs'}.`,
  ].join(' ');
}

/** What to keep in mind, a sentence each. */
export function describeNotes({ notes, forced, obstacles }: DiffResult): string[] {
  return [
    ...notes.map((note) => `Note: ${note}.`),
    ...(forced ? [`Forced: ${obstacles.map(({ text }) => text).join('; ')}.`] : []),
  ];
}

/** The verdict of the whole. @param changes what changed, by `nameChanges` */
export function describeVerdict({ verdict, reasons }: DiffResult, changes: readonly string[]): string {
  return `Verdict: ${verdict}: ${[...changes, ...reasons].join('; ')}.`;
}
