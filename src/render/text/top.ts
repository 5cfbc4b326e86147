/** Where the time of a recording went, as text. */
import type { TopResult, TopRow } from '../../replay/answers/top.js';
import { rowCells, rowColumns } from '../terminal/row-names.js';
import { renderTable } from '../terminal/table.js';
import { escapeTerminal } from '../terminal/terminal.js';
import { percentDigits, secondsText } from '../words/text-numbers.js';
import { describeWindow, headingOf, idleNote, qualityNotes, stateNote, type TraceFacts } from './heading.js';
import { type Nothing, whyNothing } from './nothing.js';
import type { TextLayout } from './text-layout.js';

/** What a table of `top` is made of. */
export interface TopAnswer {
  readonly trace: TraceFacts;
  readonly result: TopResult;
  /** Filters in force, in words. */
  readonly filters: readonly string[];
  /** Why there are no samples; null where there are some. */
  readonly nothing: Nothing | null;
  /** What is shown of a file's path. */
  readonly shorten: (file: string) => string;
}

export function renderTop(
  { trace, result, filters, nothing, shorten }: TopAnswer,
  layout: TextLayout,
): string {
  const what = [
    result.metric === 'cpu' ? 'CPU time' : 'wall time',
    ...filters,
    `${result.samples} samples, ${secondsText(result.total_s)}`,
  ].join(', ');
  const table =
    nothing === null ? renderRows(result, shorten, layout) : `${escapeTerminal(whyNothing(nothing))}\n`;
  return (
    `${headingOf(trace, layout.width)}${describeWindow(result.window)}: ${what}\n` +
    `${stateNote(result.state)}\n${table}\n${moreRows(result)}${noneOfThese(result, trace.processes.length)}` +
    `${nothing === null ? `${ownNote(result)}${idleNote(result)}` : ''}${areCallersUnknown(result) ? qualityNotes(result, 'their callers are not in the profile') : qualityNotes(result)}`
  );
}

/** So it is where a profile of sums was imported. */
function areCallersUnknown({ truncated, samples }: TopResult): boolean {
  return truncated > 0 && truncated >= samples;
}

function renderRows(
  result: TopResult,
  shorten: (file: string) => string,
  { width, colour }: TextLayout,
): string {
  const figures = (row: TopRow) => [
    row.self_s.toFixed(2),
    `${row.self_pct.toFixed(1)}%`,
    row.total_s.toFixed(2),
    `${row.total_pct.toFixed(1)}%`,
  ];
  const titles = ['self s', '', 'total s', ''].map((title) => ({ title, align: 'right' as const }));
  // What a thread, a process or a task does, it does itself. Where no stack has its callers, totals are not known.
  const shown = areCallersUnknown(result) || ['thread', 'process', 'task'].includes(result.by) ? 2 : 4;
  return renderTable(
    [...titles.slice(0, shown), ...rowColumns(result.by)],
    result.rows.map((row) => [...figures(row).slice(0, shown), ...rowCells(row, shorten)]),
    { columns: width, colour },
  );
}

/** Says that there are none to tell apart: "[no task]" alone leaves open whether they were looked for. */
function noneOfThese({ by, rows, rows_total }: TopResult, processes: number): string {
  if (rows_total === 0) return '';
  if (by === 'task' && rows.every(({ task }) => task === null))
    return 'No sample here belongs to a task of asyncio: none ran, or its version is not read for tasks.\n';
  if (by === 'module' && rows.length === rows_total && !rows.some(({ module }) => module?.native))
    return 'No native frames here: native code counts for the Python module that called it.\n';
  if (by === 'thread' && rows.length === rows_total && rows.every(({ thread }) => thread?.name == null))
    return 'No thread here has a name that Python knows: os thread is what the system calls it.\n';
  if (by === 'process' && processes === 1)
    return 'One process was recorded; record --subprocesses follows those that it starts.\n';
  return '';
}

/** A hint is worth a line from this share on. */
const muchLibrary = 0.2;

/** What --mine did not find a line for, or would find one for. */
function ownNote({ by, total_s, library_s, outside_s }: TopResult): string {
  const share = (part: number) => `${secondsText(part)} (${percentDigits(part / total_s)}%)`;
  if (outside_s !== null) {
    if (outside_s === 0) return '';
    return `Not in your own code: ${share(outside_s)}, without a line of yours on the stack (--mine-path says what is yours).\n`;
  }
  if (library_s === null || !['function', 'line', 'file', 'module'].includes(by)) return '';
  if (!(library_s >= muchLibrary * total_s)) return '';
  return `In libraries that your code called: ${share(library_s)} (--mine counts it for your lines).\n`;
}

function moreRows(result: TopResult): string {
  const more = result.rows_total - result.rows.length;
  return more > 0 ? `${more} more ${more === 1 ? 'row' : 'rows'} (--limit 0 shows all).\n` : '';
}
