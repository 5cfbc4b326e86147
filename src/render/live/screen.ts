/** The live view as lines of text. It knows no terminal: what is drawn depends on its arguments alone. */
import type { LiveFigures } from '../../replay/live/live-sums.js';
import { createStyle, escapeTerminal, type TerminalStyle } from '../terminal/terminal.js';
import { displayWidth, fitText, padTo } from '../words/text.js';
import { counted, percentDigits } from '../words/text-numbers.js';
import { helpLines } from './help-page.js';
import { footLines, type LiveScreen, type RecorderFigures, type ScreenSize } from './live-screen.js';
import { neighbourLines } from './neighbour-page.js';
import { tableLines } from './table-page.js';

/** @returns `size.lines` lines at most, none wider than `size.columns` */
export function renderScreen(screen: LiveScreen, size: ScreenSize): string[] {
  const style = createStyle(size.hasStyles);
  const head = headOf(screen, size, style);
  const body = bodyOf(screen, size, style).slice(0, size.lines - head.length - footLines);
  const blank = Array.from({ length: size.lines - head.length - body.length - footLines }, () => '');
  return [...head, ...body, ...blank, footOf(screen, size, style)].slice(-size.lines);
}

function headOf(screen: LiveScreen, { columns }: ScreenSize, style: TerminalStyle): string[] {
  const { recorder, figures } = screen;
  const right = `${recorder.elapsedS.toFixed(0)} s${screen.isPaused ? '  paused' : ''}`;
  const room = Math.max(0, columns - displayWidth(right) - 2);
  const process = ` (${escapeTerminal(screen.process)})`;
  const isRoomy = room >= displayWidth(process) + 16;
  const left = isRoomy
    ? fitText(escapeTerminal(screen.command), room - displayWidth(process), 'middle') + process
    : fitText(escapeTerminal(screen.command), room, 'middle');
  const title = `${left}${' '.repeat(Math.max(2, columns - displayWidth(left) - displayWidth(right)))}${right}`;
  return [
    style.bold(fitText(title, columns)),
    fitText(figures === null ? 'waiting for the first samples' : usageOf(figures, recorder), columns),
    fitText(doubtsOf(recorder), columns),
  ];
}

function usageOf({ usage, metric, hidesIdle }: LiveFigures, { threads, processes }: RecorderFigures): string {
  // A program that mostly waits would look like one that does nothing at all.
  const states = `${usage.running} running, ${usage.idle} idle hidden (i)`;
  const threadWords = hidesIdle && usage.idle > 0 ? states : counted(threads, 'thread');
  return [
    `CPU ${percentDigits(usage.cpu)} %`,
    `GIL ${percentDigits(usage.gil)} %${usage.gilWait > 0 ? ` (${percentDigits(usage.gilWait)} % wait)` : ''}`,
    ...(usage.collecting > 0 ? [`GC ${percentDigits(usage.collecting)} %`] : []),
    processes > 1 ? `${threadWords} in ${processes} processes` : threadWords,
    '100 % is one thread',
    metric === 'cpu' ? 'by CPU time' : 'by wall time',
  ].join('  ');
}

function doubtsOf({ rateHz, missed, torn, failed }: RecorderFigures): string {
  return `${rateHz.toFixed(0)} samples per second per thread: ${missed} missed, ${torn} torn, ${failed} failed`;
}

function bodyOf(screen: LiveScreen, size: ScreenSize, style: TerminalStyle): string[] {
  if (screen.page === 'help') return ['', ...helpLines.map((line) => fitText(line, size.columns))];
  if (screen.figures === null) return [];
  if (screen.page === 'neighbours') return neighbourLines(screen, size, style);
  return tableLines(screen, size, style);
}

function footOf(screen: LiveScreen, { columns }: ScreenSize, style: TerminalStyle): string {
  if (screen.prompt !== null)
    return fitText(
      `show rows that match: ${escapeTerminal(screen.prompt)}_  (Enter keeps, Esc clears)`,
      columns,
      'start',
    );
  if (screen.message !== null) return style.bold(fitText(escapeTerminal(screen.message), columns, 'middle'));
  const keys =
    screen.page === 'table'
      ? 'q quit  ? help  1-4 sort  f l d t p view  m my code  / filter  Enter callers'
      : 'q quit  Esc back to the table';
  const filters = screen.filters.map((filter) => escapeTerminal(filter)).join(', ');
  return style.inverse(padTo(fitText(filters === '' ? keys : `[${filters}]  ${keys}`, columns), columns));
}
