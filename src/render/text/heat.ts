/** The source of a file as text, each line with its share of the time beside it. */
import type { HeatLine, HeatSums } from '../../replay/answers/heat.js';
import { createStyle, escapeTerminal, type TerminalStyle } from '../terminal/terminal.js';
import { type SourceState, sourceNote } from '../words/source-words.js';
import { fitText, padTo } from '../words/text.js';
import { counted, secondsText } from '../words/text-numbers.js';
import { type Answer, answerHeading, answerNotes, outsideNote } from './answer.js';
import { idleNote } from './heading.js';
import type { TextLayout } from './text-layout.js';

/** `heat --json`, see schema/heat.schema.json. */
export interface HeatResult extends Omit<HeatSums, 'lines'> {
  source: SourceState;
  lines: (HeatLine & { source: string | null })[];
}

export interface HeatAnswer extends Answer {
  readonly result: HeatResult;
  /** All lines of the source; null where there is none. */
  readonly texts: readonly string[] | null;
  /** Lines with less of the time are left out, in percent. */
  readonly minPct: number;
  /** Lines around those that are shown; null for the whole file. */
  readonly context: number | null;
}

export function renderHeat(answer: HeatAnswer, layout: TextLayout): string {
  const { result, shorten } = answer;
  const own = `${shorten(result.file)}: ${percent(result.self_pct)} in its lines, ${percent(result.total_pct)} with what they call`;
  return (
    `${answerHeading(answer, result, { timeS: result.window_s }, layout)}` +
    `${escapeTerminal(own)}\n${escapeTerminal(sourceNote(result.source))}\n\n` +
    `${renderLines(answer, layout)}\n${cutNote(answer)}${otherFiles(answer)}` +
    `${outsideNote(result.outside_s, result.window_s)}${idleNote(result)}${answerNotes(answer, result)}`
  );
}

const percent = (pct: number) => `${pct.toFixed(1)}%`;

const titles = '  self %  total %   line  ';

/** What is shown of one line of the file. */
interface Shown {
  readonly line: number;
  readonly heat: HeatLine | null;
}

function renderLines(answer: HeatAnswer, { width, colour }: TextLayout): string {
  const { texts, result } = answer;
  const style = createStyle(colour);
  const room = Math.max(20, width - titles.length);
  const hottest = Math.max(...result.lines.map((line) => line.self_s));
  const rows: string[] = [];
  let before = 0;
  for (const { line, heat } of shownLines(answer)) {
    if (before > 0 && line > before + 1) rows.push(style.dim('…'.padStart(titles.length - 2)));
    before = line;
    const isHottest = heat !== null && heat.self_s > 0 && heat.self_s === hottest;
    const figures = heat === null ? ''.padEnd(17) : figuresOf(heat);
    const number = (line > 0 ? String(line) : '-').padStart(6);
    const text = texts === null || line === 0 ? functionsOf(heat) : (texts[line - 1] ?? '');
    const shown = fitText(escapeTerminal(text.replaceAll('\t', '    ')), room);
    const start = `${isHottest ? '>' : ' '}${figures}${number}  `;
    const paint = paintOf(heat, hottest, style);
    rows.push(`${paint(padTo(start, titles.length))}${paint(shown)}`.trimEnd());
  }
  const title = texts === null ? 'function' : 'source';
  return `${style.bold(`${titles}${title}`)}\n${rows.map((row) => `${row}\n`).join('')}`;
}

function figuresOf({ self_s, self_pct, total_pct }: HeatLine): string {
  const self = self_s > 0 ? self_pct.toFixed(1) : '';
  return `${self.padStart(7)}  ${total_pct.toFixed(1).padStart(7)} `;
}

function functionsOf(heat: HeatLine | null): string {
  return heat === null ? '' : heat.functions.join(', ');
}

/** The hottest in red, warm ones in yellow, lines without time dim. */
function paintOf(heat: HeatLine | null, hottest: number, style: TerminalStyle): (text: string) => string {
  if (heat === null) return style.dim;
  if (heat.self_s > hottest / 2) return style.red;
  return heat.self_s > hottest / 10 ? style.yellow : (text) => text;
}

/** Lines with enough time and those around them; without a source, those with enough time alone. */
function shownLines({ result, texts, minPct, context }: HeatAnswer): Shown[] {
  const heats = new Map(result.lines.map((line) => [line.line, line]));
  const warm = result.lines.filter((line) => line.total_pct >= minPct).map(({ line }) => line);
  if (texts === null) return warm.map((line) => ({ line, heat: heats.get(line)! }));
  const all = texts.length;
  const lines = new Set<number>(warm.filter((line) => line === 0));
  if (context === null) for (let line = 1; line <= all; line++) lines.add(line);
  else
    for (const at of warm.filter((line) => line > 0))
      for (let line = Math.max(1, at - context); line <= Math.min(all, at + context); line++) lines.add(line);
  return [...lines].sort((a, b) => a - b).map((line) => ({ line, heat: heats.get(line) ?? null }));
}

function cutNote({ result, texts, minPct, context }: HeatAnswer): string {
  if (texts !== null && context === null) return '';
  const cut = result.lines.filter((line) => line.total_pct < minPct);
  if (cut.length === 0) return '';
  const self = cut.reduce((sum, line) => sum + line.self_s, 0);
  return `Cut: ${counted(cut.length, 'line')} with less than ${minPct} % each, ${secondsText(self)} of their own together (--min 0 shows all).\n`;
}

function otherFiles({ result: { other_files }, shorten }: HeatAnswer): string {
  const files = other_files.filter(({ self_s }) => self_s > 0);
  if (files.length === 0) return '';
  const list = files.map(({ file, self_pct }) => `${shorten(file)} ${percent(self_pct)}`).join(', ');
  return `${escapeTerminal(`Other files, by self time: ${list}.`)}\n`;
}
