/** `diff` as text: who was compared with whom, a table of changes, and the verdict. */
import type { TraceReader } from '../format/reader.js';
import { renderTable } from '../render/table.js';
import { escapeTerminal } from '../render/terminal.js';
import type { DiffResult, DiffRow, DiffRun, DiffSide, DiffTest } from '../replay/diff-result.js';
import { describeWindow, headingOf, idleNote, qualityNotes, showSeconds, stateNote } from './heading.js';

interface Sides {
  readonly a: readonly TraceReader[];
  readonly b: readonly TraceReader[];
}

/** What a row is called in one word. */
const words: Readonly<Record<DiffTest['verdict'], string>> = {
  regression: 'slower',
  improvement: 'faster',
  pass: 'same',
  inconclusive: 'unclear',
};

export function renderDiff(
  result: DiffResult,
  sides: Sides,
  filters: readonly string[],
  { width, colour }: { width: number; colour: boolean },
): string {
  const right = { align: 'right' } as const;
  const table = renderTable(
    [
      { title: 'A %', ...right },
      { title: 'B %', ...right },
      { title: 'change', ...right },
      { title: '±95%', ...right },
      { title: 'MDE', ...right },
      { title: 'worth', ...right },
      { title: 'verdict' },
      { title: 'function, file', fit: 'end' },
    ],
    [...wholeLine(result), ...result.rows.flatMap((row) => linesOf(row, result))],
    { columns: width, colour },
  );
  const more = result.rows_total - result.rows.length;
  const parts = [
    describeSide('A', sides.a, result.a, width),
    describeSide('B', sides.b, result.b, width),
    `\n${wrap(explain(result, filters), width)}\n`,
    table,
    '\n',
    more > 0 ? `${more} more ${more === 1 ? 'row' : 'rows'} (--limit 0 shows all).\n` : '',
    ...result.notes.map((note) => wrap(`Note: ${note}.`, width)),
    ...(result.forced
      ? [wrap(`Forced: ${result.obstacles.map(({ text }) => text).join('; ')}.`, width)]
      : []),
    wrap(`Verdict: ${result.verdict}: ${result.reasons.join('; ')}.`, width),
  ];
  return parts.join('');
}

function describeSide(
  letter: string,
  readers: readonly TraceReader[],
  side: DiffSide,
  width: number,
): string {
  const runs = readers.map((reader, at) => {
    const run = side.runs[at]!;
    const label = readers.length > 1 ? `${letter}${at + 1}` : letter;
    const indent = ' '.repeat(label.length + 2);
    const units = side.work === null ? '' : `, ${side.work} units of work`;
    return (
      `${label}  ${headingOf(reader, width - indent.length)}` +
      `${indent}${describeWindow(run.window)}: ${run.samples} samples at ${rateOf(run)}, ${showSeconds(run.total_s)}${units}\n` +
      (stateNote(run.state) + idleNote(run) + qualityNotes(run)).replace(/^(?=.)/gm, indent)
    );
  });
  return runs.join('');
}

function rateOf({ rate_hz }: DiffRun): string {
  return rate_hz > 0 ? `${rate_hz} Hz` : 'the highest rate';
}

/** What the figures are, and what counts. */
function explain(result: DiffResult, filters: readonly string[]): string {
  const { threshold, scale, family } = result;
  const limits = [
    ...(threshold.points > 0 || threshold.of_a_pct === 0 ? [`${threshold.points} points`] : []),
    ...(threshold.of_a_pct > 0 ? [`${threshold.of_a_pct} % of A`] : []),
  ];
  const hundred = scale.one_hundred_pct === 1 ? '' : ` (100 % is ${scale.one_hundred_pct.toPrecision(4)} s)`;
  const what = [
    `Percent of ${scale.unit}${hundred}`,
    result.measure === 'self' ? 'in the function itself' : 'in the function and what it calls',
    ...filters.map(escapeTerminal),
  ].join(', ');
  const spread = result.variance === 'runs' ? 'between runs' : 'between blocks of time inside of runs';
  return (
    `${what}. Change is B - A in points; + is slower. Beyond ${limits.join(' or ')}${limits.length > 1 ? ' (the larger)' : ''} it is ` +
    `"slower" or "faster", at a false discovery rate of ${result.q_limit * 100} % over ${family.tests} tests of ${family.rule}. ` +
    `±95%: confidence interval; MDE: least change that would be seen four times in five; worth: independent ` +
    `samples of the poorer side; variance ${spread}.`
  );
}

function wholeLine({ whole }: DiffResult): string[][] {
  return whole === null ? [] : [cells(whole, whole.a_pct, whole.b_pct, '(all samples)')];
}

/** A row by its measure; and its other measure where only that has something to say. */
function linesOf(row: DiffRow, { measure }: DiffResult): string[][] {
  const [shown, other] = measure === 'self' ? [row.self, row.total] : [row.total, row.self];
  const from = row.a_file === null ? '' : ` (was ${row.a_file})`;
  const name = `${row.function}  ${row.file}${from}`;
  const lines = [cells(shown, row.a_pct, row.b_pct, name, row.presence)];
  const isNews = other !== null && (other.verdict === 'regression' || other.verdict === 'improvement');
  if (isNews && other.verdict !== shown?.verdict) {
    const label = measure === 'self' ? 'total' : 'self';
    lines.push(
      cells(other, other.a_pct, other.b_pct, `${row.function} (${label})  ${row.file}`, row.presence),
    );
  }
  return lines;
}

function cells(
  test: DiffTest | null,
  a: number,
  b: number,
  name: string,
  presence: DiffRow['presence'] = 'both',
): string[] {
  const share = (value: number, isThere: boolean) => (isThere ? value.toFixed(1) : '-');
  const worth = test === null ? null : leastOf(test.effective_a, test.effective_b);
  return [
    share(a, presence !== 'new'),
    share(b, presence !== 'gone'),
    signed(b - a),
    test === null ? '' : ((test.ci_pct[1] - test.ci_pct[0]) / 2).toFixed(1),
    test === null ? '' : test.mde_pct.toFixed(1),
    worth === null ? '' : String(worth),
    test === null ? '' : words[test.verdict],
    name,
  ];
}

function leastOf(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function signed(points: number): string {
  const text = points.toFixed(1);
  return Number(text) > 0 ? `+${text}` : Number(text) === 0 ? '0.0' : text;
}

/** Lines of at most `width` characters; a word that is longer stands alone. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of escapeTerminal(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}
