/** Who calls the chosen row, and where its time goes. */
import type { Neighbour } from '../../replay/live/neighbours.js';
import type { RowIdentity } from '../../replay/sums/rows.js';
import { rowCells } from '../terminal/row-names.js';
import { escapeTerminal, type TerminalStyle } from '../terminal/terminal.js';
import { fitText } from '../words/text.js';
import { percentDigits } from '../words/text-numbers.js';
import { type LiveScreen, linesAround, type ScreenSize } from './live-screen.js';

export function neighbourLines(screen: LiveScreen, size: ScreenSize, style: TerminalStyle): string[] {
  const { figures, neighbours, shorten } = screen;
  const chosen = screen.rows[screen.selected];
  if (chosen === undefined || neighbours === null)
    return [
      '',
      'Threads, processes and tasks have no callers: choose a view by function, line, file or module (f, l, d, o).',
    ];
  const share = (ns: number) => percentDigits(ns / figures!.sinceNs).padStart(7);
  const list = (items: readonly Neighbour[]) =>
    items.map(({ row, ns }) => fitText(`${share(ns)} %  ${nameOf(row, shorten)}`, size.columns));
  const callers = [
    ...list(neighbours.callers),
    ...(neighbours.outermost > 0
      ? [fitText(`${share(neighbours.outermost)} %  no caller: it is outermost`, size.columns)]
      : []),
  ];
  const callees = [
    ...(neighbours.self > 0 ? [fitText(`${share(neighbours.self)} %  self`, size.columns)] : []),
    ...list(neighbours.callees),
  ];
  const room = Math.max(1, Math.floor((size.lines - linesAround - 4) / 2));
  const most = (lines: string[]) =>
    lines.length > room
      ? [...lines.slice(0, room - 1), `         and ${lines.length - room + 1} more`]
      : lines;
  return [
    '',
    style.bold(
      fitText(
        `${share(chosen.totalSince)} %  ${nameOf(chosen.row, shorten)}, since the beginning`,
        size.columns,
      ),
    ),
    style.dim('called by'),
    ...most(callers),
    style.dim('time in'),
    ...most(callees),
  ];
}

/** Names of a row on one line. */
function nameOf(row: RowIdentity, shorten: (file: string) => string): string {
  return escapeTerminal(
    rowCells(row, shorten)
      .filter((name) => name !== '')
      .join('  '),
  );
}
