/** The call tree of a window as text: a line for each call, indented where ways part. */
import type { TreeResult, TreeRow } from '../../replay/answers/tree.js';
import { createStyle, escapeTerminal } from '../terminal/terminal.js';
import { displayWidth, fitName, fitText, padTo } from '../words/text.js';
import { counted } from '../words/text-numbers.js';
import { type Answer, answerHeading, answerNotes, outsideNote, share } from './answer.js';
import { idleNote } from './heading.js';
import { type Nothing, whyNothing } from './nothing.js';
import type { TextLayout } from './text-layout.js';

/** What a tree is made of. */
export interface TreeAnswer extends Answer {
  readonly result: TreeResult;
  /** Why there are no samples; null where there are some. */
  readonly nothing: Nothing | null;
}

export function renderTree(answer: TreeAnswer, layout: TextLayout): string {
  const { result, nothing, shorten } = answer;
  const body =
    nothing === null ? renderRows(result, shorten, layout) : `${escapeTerminal(whyNothing(nothing))}\n`;
  const notes =
    nothing === null
      ? `${cutNote(result)}${outsideNote(result.outside_s, result.total_s)}${idleNote(result)}`
      : '';
  const words = result.inverted ? ['callers under callees'] : [];
  return (
    `${answerHeading(answer, result, { timeS: result.total_s, words }, layout)}\n` +
    `${body}\n${notes}${answerNotes(answer, result)}`
  );
}

function cutNote({ cut, cut_s, total_s, min_pct }: TreeResult): string {
  if (cut === 0) return '';
  return `Cut: ${counted(cut, 'call')} with less than ${min_pct} % each, ${share(cut_s, total_s)} together (--min 0 shows all).\n`;
}

const titles = 'total s        self %  ';

/** A prefix of branches is never kept longer: no screen shows more of it. */
const mostBranches = 400;

/** What a line shows: a call, or those of its callees that were cut. */
interface Line {
  readonly row: number;
  readonly isCut: boolean;
  readonly branch: string;
}

function renderRows(result: TreeResult, shorten: (file: string) => string, layout: TextLayout): string {
  const { width, colour } = layout;
  const style = createStyle(colour);
  const room = Math.max(20, width - titles.length);
  const lines = linesOf(result).map(({ row: at, isCut, branch: whole }) => {
    const row = result.rows[at]!;
    // Deep in a tree the nearest branches say most, and the name must have room.
    const branch = fitText(whole, Math.floor(room / 2), 'start');
    const left = room - displayWidth(branch);
    if (isCut) {
      const text = fitText(`(${counted(row.cut, 'call')} with less than ${result.min_pct} % each)`, left);
      const figures = figuresOf(row.cut_s, (100 * row.cut_s) / result.total_s);
      return style.dim(`${padTo(figures, titles.length)}${branch}${text}`);
    }
    const self = row.self_s > 0 ? ` ${row.self_pct.toFixed(1).padStart(5)}%` : '';
    const figures = padTo(`${figuresOf(row.total_s, row.total_pct)}${self}`, titles.length);
    return `${figures}${style.dim(branch)}${nameOf(row, shorten, left)}`;
  });
  return `${style.bold(`${titles}function  file:line`)}\n${lines.map((line) => `${line.trimEnd()}\n`).join('')}`;
}

function figuresOf(seconds: number, pct: number): string {
  return `${seconds.toFixed(2).padStart(7)} ${pct.toFixed(1).padStart(5)}%`;
}

/** The function and where it is; of both together the path gives way first. */
function nameOf(
  { function: code, file, line }: TreeRow,
  shorten: (file: string) => string,
  room: number,
): string {
  const name = escapeTerminal(code);
  if (file === '') return fitName(name, room);
  const place = escapeTerminal(`${shorten(file)}${line > 0 ? `:${line}` : ''}`);
  const left = room - displayWidth(name) - 2;
  if (left >= displayWidth(place)) return `${name}  ${place}`;
  const placeRoom = Math.max(left, Math.min(displayWidth(place), Math.floor(room / 2)));
  return `${fitName(name, room - placeRoom - 2)}  ${fitText(place, placeRoom, 'start')}`.trim();
}

/**
 * The lines, each with what stands before its name. A call that is the only one of its caller stands right under it, so that the
 * long way to a program's own code takes no room; where there are several, or much was cut, each has a branch.
 */
function linesOf({ rows, min_pct, total_s }: TreeResult): Line[] {
  const callees: number[][] = rows.map(() => []);
  const outermost: number[] = [];
  rows.forEach(({ parent }, at) => {
    (parent === null ? outermost : callees[parent]!).push(at);
  });
  const lines: Line[] = [];
  // The next is at the end.
  const open: (Line & { readonly under: string })[] = outermost
    .map((row) => ({ row, isCut: false, branch: '', under: outermost.length > 1 ? ' ' : '' }))
    .reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    lines.push(next);
    if (next.isCut) continue;
    const { cut, cut_s } = rows[next.row]!;
    const isMuchCut = cut > 0 && cut_s >= (total_s * min_pct) / 100;
    const under = next.under.slice(-mostBranches);
    const below = callees[next.row]!.map((row) => ({ row, isCut: false }));
    if (isMuchCut) below.push({ row: next.row, isCut: true });
    if (below.length === 1 && !isMuchCut) open.push({ ...below[0]!, branch: under, under });
    else
      for (const [at, each] of [...below.entries()].reverse()) {
        const isLast = at === below.length - 1;
        open.push({
          ...each,
          branch: `${under}${isLast ? '└ ' : '├ '}`,
          under: `${under}${isLast ? '  ' : '│ '}`,
        });
      }
  }
  return lines;
}
