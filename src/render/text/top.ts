/** Where the time of a recording went, as text. */
import type { TopResult, TopRow } from '../../replay/answers/top.js';
import { isOfCode, rowCells, rowColumns } from '../terminal/row-names.js';
import { renderTable } from '../terminal/table.js';
import { escapeTerminal } from '../terminal/terminal.js';
import { type Answer, answerHeading, answerNotes, outsideNote, share } from './answer.js';
import { idleNote } from './heading.js';
import { type Nothing, whyNothing } from './nothing.js';
import type { TextLayout } from './text-layout.js';

/** What a table of `top` is made of. */
export interface TopAnswer extends Answer {
  readonly result: TopResult;
  /** Why there are no samples; null where there are some. */
  readonly nothing: Nothing | null;
}

export function renderTop(answer: TopAnswer, layout: TextLayout): string {
  const { trace, result, nothing } = answer;
  const table = nothing === null ? renderRows(answer, layout) : `${escapeTerminal(whyNothing(nothing))}\n`;
  return (
    `${answerHeading(answer, result, { timeS: result.total_s }, layout)}\n` +
    `${table}\n${moreRows(result)}${noneOfThese(result, trace.processes.length)}` +
    `${nothing === null ? `${ownNote(result)}${idleNote(result)}` : ''}${answerNotes(answer, result)}`
  );
}

/** Of an import whose stacks all lack their callers. */
function areCallersUnknown({ cutStacks, result: { truncated, samples } }: TopAnswer): boolean {
  return cutStacks === 'no-callers' && truncated > 0 && truncated >= samples;
}

function renderRows(answer: TopAnswer, { width, colour }: TextLayout): string {
  const { result, shorten } = answer;
  const figures = (row: TopRow) => [
    row.self_s.toFixed(2),
    `${row.self_pct.toFixed(1)}%`,
    row.total_s.toFixed(2),
    `${row.total_pct.toFixed(1)}%`,
  ];
  const titles = ['self s', '', 'total s', ''].map((title) => ({ title, align: 'right' as const }));
  // What a thread, a process or a task does, it does itself. Where no stack has its callers, totals are not known.
  const shown = areCallersUnknown(answer) || !isOfCode(result.by) ? 2 : 4;
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
  if (outside_s !== null) return outsideNote(outside_s, total_s);
  if (library_s === null || !isOfCode(by)) return '';
  if (!(library_s >= muchLibrary * total_s)) return '';
  return `In libraries that your code called: ${share(library_s, total_s)} (--mine counts it for your lines).\n`;
}

function moreRows(result: TopResult): string {
  const more = result.rows_total - result.rows.length;
  return more > 0 ? `${more} more ${more === 1 ? 'row' : 'rows'} (--limit 0 shows all).\n` : '';
}
