/** A comparison as text for a terminal or a log: who was compared with whom, a table of changes, and the verdict. */
import type { DiffResult } from '../../replay/diff/diff-result.js';
import {
  describeMeasure,
  describeMore,
  describeRuns,
  type RunWords,
  verdictWords,
} from '../report/comparison-words.js';
import {
  type DifferenceLine,
  describeChange,
  describeColumns,
  describeNotes,
  describeVerdict,
  listLines,
} from '../report/difference-lines.js';
import { renderTable } from '../terminal/table.js';
import { createStyle, disarm, escapeTerminal } from '../terminal/terminal.js';
import { displayWidth, fitText } from '../words/text.js';
import { counted, signed } from '../words/text-numbers.js';
import type { TextLayout } from './text-layout.js';

/** From this width on there is room for how many samples a figure is worth. */
const wide = 100;

export interface DiffWords {
  /** Filters in force. */
  readonly filters: readonly string[];
  /** What changed, by `nameChanges`. */
  readonly changes: readonly string[];
}

export function renderDiff(
  result: DiffResult,
  { filters, changes: named }: DiffWords,
  { width, colour }: TextLayout,
): string {
  const style = createStyle(colour);
  const more = describeMore(result);
  const parts = [
    describeSides(result, width),
    '\n',
    wrap(`${describeMeasure(result, filters)} ${describeChange(result)}`, width),
    '\n',
    changes(result, { width, colour }),
    more === '' ? '' : `${more} (--limit 0 shows all).\n`,
    '\n',
    paintLines(style.dim, wrap(describeColumns(result, width >= wide), width)),
    ...describeNotes(result).map((note) => wrap(note, width)),
    paintLines(style.bold, wrap(describeVerdict(result, named), width)),
  ];
  return disarm(parts.join(''));
}

/** Paints line by line, so that a cut output leaves no colour behind. */
function paintLines(paint: (text: string) => string, text: string): string {
  return text.replace(/.+/g, paint);
}

function describeSides(result: DiffResult, width: number): string {
  const runs = describeRuns(result);
  return (['A', 'B'] as const)
    .map((letter) => {
      const own = runs.filter(({ label }) => label.startsWith(letter));
      const isUniform = new Set(own.map((run) => `${run.command}\0${run.python}\0${run.rate}`)).size === 1;
      return own.length > 1 && isUniform
        ? describeTogether(letter, own, width)
        : own.map((run) => describeAlone(run, width)).join('');
    })
    .join('');
}

function describeAlone(run: RunWords, width: number): string {
  const indent = ' '.repeat(run.label.length + 2);
  const room = width - indent.length;
  const file = escapeTerminal(run.file);
  const together = `${file}: ${escapeTerminal(run.command)} (Python ${escapeTerminal(run.python)})`;
  // Which file it is says most: where there is no room for both, the command has a line of its own.
  const head =
    displayWidth(together) <= room
      ? together
      : `${fitText(file, room, 'start')}\n${indent}${heading(run.command, run.python, room)}`;
  const figures = [run.window, `${run.samples} at ${run.rate}`, run.total, run.work].filter(Boolean);
  return (
    `${run.label}  ${head}\n${indent}${figures.join(', ')}\n` +
    (run.doubts === '' ? '' : wrap(`keep in mind: ${run.doubts}`, room).replace(/^(?=.)/gm, indent))
  );
}

/** Runs of one command: the command once, then a line for each. */
function describeTogether(letter: 'A' | 'B', runs: readonly RunWords[], width: number): string {
  const [{ command, python, rate, work }] = runs as [RunWords];
  const right = { align: 'right' } as const;
  const table = renderTable(
    [
      { title: 'file', fit: 'start' },
      { title: 'window' },
      { title: 'samples', ...right },
      { title: 'time', ...right },
      { title: 'keep in mind', fit: 'end' },
    ],
    runs.map((run) => [run.file, run.window, run.samples.replace(/ .*/, ''), run.total, run.doubts]),
    { columns: width - 3 },
  );
  const role = letter === 'A' ? 'before' : 'after';
  const each = work === null ? '' : `, ${work} each`;
  const what = `${role}, ${counted(runs.length, 'run')} at ${rate}${each}: ${command}`;
  return `${letter}  ${heading(what, python, width - 3)}\n${table.replace(/^(?=.)/gm, '   ')}`;
}

/** What and how on one line; what gives way. */
function heading(what: string, python: string, room: number): string {
  const end = ` (Python ${escapeTerminal(python)})`;
  return `${fitText(escapeTerminal(what), Math.max(room - displayWidth(end), 20), 'middle')}${end}`;
}

function changes(result: DiffResult, { width, colour }: TextLayout): string {
  const right = { align: 'right' } as const;
  const lines = listLines(result);
  const style = createStyle(colour);
  const paints = { regression: style.yellow, improvement: style.cyan } as const;
  const isWide = width >= wide;
  // Lines are of one measure, but for those that only the other has something to say of.
  const isMixed = lines.some(({ measure }) => measure !== result.measure);
  const isShown = (at: number) => (isWide || at !== 6) && (isMixed || at !== 7);
  return renderTable(
    [
      { title: 'verdict' },
      { title: 'A %', ...right },
      { title: 'B %', ...right },
      { title: 'change', ...right },
      { title: '±95%', ...right },
      { title: 'MDE', ...right },
      { title: 'worth', ...right },
      { title: 'time' },
      { title: 'function', fit: 'name' as const },
      { title: 'file', fit: 'start' as const },
    ].filter((_, at) => isShown(at)),
    lines.map((line) => cellsOf(line).filter((_, at) => isShown(at))),
    {
      columns: width,
      colour,
      paintOf: (row) => paints[lines[row]!.verdict as keyof typeof paints],
    },
  );
}

function cellsOf({
  name,
  file,
  was,
  measure,
  verdict,
  a,
  b,
  change,
  half,
  mde,
  worth,
}: DifferenceLine): string[] {
  const shown = (value: number | null, missing = '') => value?.toFixed(1) ?? missing;
  return [
    verdict === null ? '' : verdictWords[verdict],
    shown(a, '-'),
    shown(b, '-'),
    signed(change),
    shown(half),
    shown(mde),
    worth === null ? '' : String(worth),
    measure,
    disarm(name),
    disarm(was === null ? file : `${file} (was ${was})`),
  ];
}

/** Lines of at most `width` characters; a word that is longer stands alone. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of disarm(escapeTerminal(text)).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}
