/** The live view as lines of text. It knows no terminal: what is drawn depends on its arguments alone. */
import type { LiveFigures, LiveRow } from '../../replay/live/live-sums.js';
import type { Neighbour, Neighbours } from '../../replay/live/neighbours.js';
import type { RowIdentity } from '../../replay/top.js';
import { renderTable, type TableColumn } from '../table.js';
import { createStyle, escapeTerminal, type TerminalStyle } from '../terminal.js';
import { displayWidth, fitText } from '../text.js';
import { counted } from '../words.js';
import { sparkline } from './sparkline.js';

export const sortings = ['self', 'total', 'selfSince', 'totalSince'] as const;
export type LiveSorting = (typeof sortings)[number];

/** What the recorder says of itself. */
export interface RecorderFigures {
  readonly elapsedS: number;
  /** Ticks a second that were reached. */
  readonly rateHz: number;
  readonly missed: number;
  readonly torn: number;
  readonly failed: number;
  readonly threads: number;
  readonly processes: number;
}

export interface LiveScreen {
  /** "python app.py", and "pid 123, Python 3.12.1". */
  readonly command: string;
  readonly process: string;
  readonly recorder: RecorderFigures;
  /** Null while there is nothing yet. */
  readonly figures: LiveFigures | null;
  /** In order, and only those that pass the filter that was typed. */
  readonly rows: readonly LiveRow[];
  /** Position in `rows` of the chosen row, and of the first that is shown. */
  readonly selected: number;
  readonly first: number;
  readonly sort: LiveSorting;
  /** Filters in force, in words. */
  readonly filters: readonly string[];
  readonly isPaused: boolean;
  /** Shares of the last stretches, by row key. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  /** What takes the place of the table. */
  readonly page: 'table' | 'help' | 'neighbours';
  readonly neighbours: Neighbours | null;
  /** A line that is being typed. */
  readonly prompt: string | null;
  /** A word to the user. */
  readonly message: string | null;
  readonly shorten: (file: string) => string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly lines: number;
  /** Whether lines may be bold, dim and inverse. */
  readonly hasStyles: boolean;
}

/** Lines around the rows of the table. */
const headLines = 4;
const footLines = 1;
const historyCells = 20;

/** Lines of a screen that are none of the table's rows. */
export const linesAround = headLines + footLines;

/** How many rows of the table fit. */
export function rowsThatFit({ lines }: ScreenSize): number {
  return Math.max(1, lines - linesAround);
}

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

function usageOf({ usage, metric }: LiveFigures, { threads, processes }: RecorderFigures): string {
  return [
    `CPU ${percent(usage.cpu)} %`,
    `GIL ${percent(usage.gil)} %${usage.gilWait > 0 ? ` (${percent(usage.gilWait)} % wait)` : ''}`,
    ...(usage.collecting > 0 ? [`GC ${percent(usage.collecting)} %`] : []),
    processes > 1 ? `${counted(threads, 'thread')} in ${processes} processes` : counted(threads, 'thread'),
    '100 % is one thread',
    metric === 'cpu' ? 'by CPU time' : 'by wall time',
  ].join('  ');
}

function doubtsOf({ rateHz, missed, torn, failed }: RecorderFigures): string {
  return `${rateHz.toFixed(0)} samples a second and thread: ${missed} missed, ${torn} torn, ${failed} failed`;
}

function bodyOf(screen: LiveScreen, size: ScreenSize, style: TerminalStyle): string[] {
  if (screen.page === 'help') return ['', ...helpLines.map((line) => fitText(line, size.columns))];
  if (screen.figures === null) return [];
  if (screen.page === 'neighbours') return neighbourLines(screen, size, style);
  return tableLines(screen, size, style);
}

function tableLines(screen: LiveScreen, size: ScreenSize, style: TerminalStyle): string[] {
  const { figures, sort } = screen;
  const { stretchNs, by } = figures!;
  const isWide = size.columns >= 70;
  const hasHistory = size.columns >= 110;
  const titleOf = (key: LiveSorting, title: string): TableColumn => ({
    title: sort === key ? `${title}*` : title,
    align: 'right',
  });
  const columns: TableColumn[] = [
    titleOf('self', 'own %'),
    titleOf('total', 'total %'),
    ...(isWide ? [titleOf('selfSince', 'own s'), titleOf('totalSince', 'total s')] : []),
    ...(hasHistory ? [{ title: `last ${historyCells} looks` }] : []),
    ...nameColumns(by),
  ];
  const shown = screen.rows.slice(screen.first, screen.first + rowsThatFit(size));
  const cells = shown.map((row) => [
    percent(row.self / stretchNs),
    percent(row.total / stretchNs),
    ...(isWide ? [secondsOf(row.selfSince), secondsOf(row.totalSince)] : []),
    ...(hasHistory ? [sparkline(screen.history.get(row.key) ?? [], historyCells)] : []),
    ...namesOf(row.row, screen.shorten),
  ]);
  const [title = '', ...lines] = renderTable(columns, cells, { columns: size.columns })
    .trimEnd()
    .split('\n')
    .map((line) => fitText(line, size.columns));
  const painted = lines.map((line, at) => {
    if (at === screen.selected - screen.first && size.hasStyles)
      return style.inverse(padTo(line, size.columns));
    return shown[at]!.total === 0 ? style.dim(line) : line;
  });
  if (shown.length > 0) return [style.bold(title), ...painted];
  const reason =
    figures!.rows.length > 0
      ? 'No row matches the filter.'
      : 'Nothing passed the filters; idle threads are left out (i shows them).';
  return [style.bold(title), fitText(reason, size.columns)];
}

function nameColumns(by: LiveFigures['by']): TableColumn[] {
  if (by === 'file') return [{ title: 'file', fit: 'start' }];
  if (by === 'thread')
    return [
      { title: 'pid', align: 'right' },
      { title: 'thread id', align: 'right' },
      { title: 'thread', fit: 'end' },
    ];
  if (by === 'process')
    return [
      { title: 'pid', align: 'right' },
      { title: 'command', fit: 'middle' },
    ];
  return [
    { title: 'function', fit: 'name' },
    { title: by === 'line' ? 'file:line' : 'file', fit: 'start' },
  ];
}

function namesOf(row: RowIdentity, shorten: (file: string) => string): string[] {
  if (row.thread !== undefined) {
    const { pid, os_thread_id, thread_id, name } = row.thread;
    return [String(pid), String(os_thread_id ?? thread_id), name ?? '(no name)'];
  }
  if (row.process !== undefined) return [String(row.process.pid), row.process.command.join(' ')];
  if (row.function === null) return [shorten(row.file ?? '')];
  return [row.function, row.line ? `${shorten(row.file ?? '')}:${row.line}` : shorten(row.file ?? '')];
}

/** Names of a row on one line. */
function nameOf(row: RowIdentity, shorten: (file: string) => string): string {
  return escapeTerminal(
    namesOf(row, shorten)
      .filter((name) => name !== '')
      .join('  '),
  );
}

function neighbourLines(screen: LiveScreen, size: ScreenSize, style: TerminalStyle): string[] {
  const { figures, neighbours, shorten } = screen;
  const chosen = screen.rows[screen.selected];
  if (chosen === undefined || neighbours === null)
    return ['', 'Threads and processes have no callers: choose a view by function, line or file (f, l, m).'];
  const share = (ns: number) => percent(ns / figures!.sinceNs).padStart(7);
  const list = (items: readonly Neighbour[]) =>
    items.map(({ row, ns }) => fitText(`${share(ns)} %  ${nameOf(row, shorten)}`, size.columns));
  const callers = [
    ...list(neighbours.callers),
    ...(neighbours.outermost > 0
      ? [fitText(`${share(neighbours.outermost)} %  nobody: it is outermost`, size.columns)]
      : []),
  ];
  const callees = [
    ...(neighbours.self > 0 ? [fitText(`${share(neighbours.self)} %  itself`, size.columns)] : []),
    ...list(neighbours.callees),
  ];
  const room = Math.max(1, Math.floor((size.lines - headLines - footLines - 4) / 2));
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
      ? 'q quit  ? help  1-4 sort  f l m t p view  / filter  Enter callers'
      : 'q quit  Esc back to the table';
  const filters = screen.filters.map((filter) => escapeTerminal(filter)).join(', ');
  return style.inverse(padTo(fitText(filters === '' ? keys : `[${filters}]  ${keys}`, columns), columns));
}

const helpLines = [
  'Percent is of the last look; 100 % is one thread all the time. Seconds are since the',
  'beginning, or since r. Own is time in a function itself, total also in what it calls.',
  '',
  '1 2 3 4        sort by own %, total %, own s, total s (s: the next of them)',
  'f l m t p      a row for each function, line, file, thread, process (v: the next)',
  'up down        choose a row; also j, k, page up, page down, Home, End',
  'Enter          who calls the chosen row, and where its time goes; Esc goes back',
  '/              show only rows that match a regular expression, as you type',
  'i g c          idle threads too; only with the GIL held; CPU time instead of wall time',
  'space          hold the picture; recording goes on',
  'r              count seconds from now on',
  'w              write all that was seen as a trace, for pyspy top, flame, diff ...',
  'q, Ctrl-C      quit; Ctrl-Z leaves the program alone, too, and fg comes back',
];

function padTo(line: string, columns: number): string {
  return line + ' '.repeat(Math.max(0, columns - displayWidth(line)));
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function secondsOf(ns: number): string {
  return (ns / 1e9).toFixed(2);
}
