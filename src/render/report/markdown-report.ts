/** A comparison as markdown: for a job's summary, or a comment on a pull request. */
import type { DiffResult, DiffRow, DiffTest } from '../../replay/diff/diff-result.js';
import { signed } from '../words/text-numbers.js';
import {
  describeMeasure,
  describeMore,
  describeRule,
  describeRuns,
  type ReportOptions,
  verdictWords,
} from './comparison-words.js';
import { codeSpan, markdownTable, markdownText } from './markdown.js';

export function renderMarkdown(result: DiffResult, options: ReportOptions): string {
  const more = describeMore(result);
  const parts = [
    `## pyspy diff: ${result.verdict}\n`,
    `${markdownText([...options.changes, ...result.reasons].join('; '))}.\n`,
    sides(result),
    `${markdownText(describeMeasure(result, options.filters))} ${markdownText(describeRule(result))}\n`,
    ...(result.verdict === 'not-comparable' ? [] : [changes(result)]),
    ...(more === '' ? [] : [`${more}.\n`]),
    list([
      ...(result.forced ? [`Forced: ${result.obstacles.map(({ text }) => text).join('; ')}.`] : []),
      ...result.notes.map((note) => `Note: ${note}.`),
    ]),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function sides(result: DiffResult): string {
  const right = true;
  return markdownTable(
    [
      { title: 'side' },
      { title: 'file' },
      { title: 'command' },
      { title: 'Python' },
      { title: 'window' },
      { title: 'samples', right },
      { title: 'rate', right },
      { title: 'time', right },
      { title: 'keep in mind' },
    ],
    describeRuns(result).map((run) => [
      `**${run.label}** ${run.label.startsWith('A') ? 'before' : 'after'}`,
      codeSpan(run.file),
      codeSpan(run.command),
      markdownText(run.python),
      run.window,
      run.samples.replace(/ .*/, ''),
      run.rate,
      run.total + (run.work === null ? '' : `, ${run.work}`),
      markdownText(run.doubts),
    ]),
  );
}

function changes(result: DiffResult): string {
  const right = true;
  return markdownTable(
    [
      { title: 'verdict' },
      { title: 'function' },
      { title: 'file' },
      { title: 'A %', right },
      { title: 'B %', right },
      { title: 'change', right },
      { title: '95 % interval', right },
      { title: 'MDE', right },
      { title: 'worth', right },
    ],
    [
      ...(result.whole === null
        ? []
        : [cells(result.whole, result.whole, { name: '(all samples)', file: '' })]),
      ...result.rows.flatMap((row) => linesOf(row, result)),
    ],
  );
}

/** A row by its measure; and its other measure where only that has something to say. */
function linesOf(row: DiffRow, { measure }: DiffResult): string[][] {
  const [shown, other] = measure === 'self' ? [row.self, row.total] : [row.total, row.self];
  const file = codeSpan(row.file) + (row.a_file === null ? '' : ` (was ${codeSpan(row.a_file)})`);
  const only = row.presence === 'both' ? '' : row.presence === 'new' ? ' (new)' : ' (gone)';
  const name = `${codeSpan(row.function)}${only}`;
  const lines = [cells(shown, row, { name, file })];
  const isNews = other?.verdict === 'regression' || other?.verdict === 'improvement';
  if (isNews && other.verdict !== shown?.verdict)
    lines.push(cells(other, other, { name: `${name} (${measure === 'self' ? 'total' : 'self'})`, file }));
  return lines;
}

/** Name and file are markdown. */
function cells(
  test: DiffTest | null,
  { a_pct: a, b_pct: b }: Pick<DiffTest, 'a_pct' | 'b_pct'>,
  { name, file }: { readonly name: string; readonly file: string },
): string[] {
  const isNews = test?.verdict === 'regression' || test?.verdict === 'improvement';
  const word = test === null ? 'not tested' : verdictWords[test.verdict];
  const worth = test === null ? [] : [test.effective_a, test.effective_b].filter((count) => count !== null);
  return [
    isNews ? `**${word}**` : word,
    name,
    file,
    a.toFixed(1),
    b.toFixed(1),
    signed(b - a),
    test === null ? '' : `${signed(test.ci_pct[0])} to ${signed(test.ci_pct[1])}`,
    test === null ? '' : test.mde_pct.toFixed(1),
    worth.length === 0 ? '' : String(Math.min(...worth)),
  ];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${markdownText(item)}\n`).join('');
}
