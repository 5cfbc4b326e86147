/** What stands in a box, and what its tooltip says. */

import { showChange, showCount, showCounted, showPercent, showSeconds } from '../words/picture-numbers.js';
import { displayWidth, fitName } from '../words/text.js';
import type { Arrangement } from './arrangement.js';
import { type Box, hiddenIn } from './boxes.js';
import { type DiffFrames, type FlameFrames, nameOf, placeOf, scaled } from './frames.js';
import { measures } from './measures.js';

export interface Label {
  readonly name: string;
  /** What follows the name as far as there is room. */
  readonly notes: readonly string[];
  /** Whether the first note is worth more than the whole name. */
  readonly keepNote: boolean;
  /** First line of the tooltip: the whole name. */
  readonly head: string;
  /** "file:line", or ''. */
  readonly place: string;
  /** Further lines of the tooltip: figures. */
  readonly lines: readonly string[];
}

export function describeBox(tree: Arrangement, box: Box): Label {
  const { frames } = tree;
  const hidden = hiddenIn(tree, box);
  const isFrame = hidden === 0;
  const name = isFrame ? nameOf(frames, box.node) : `(${showCount(hidden)} hidden)`;
  const head = isFrame ? name : `${showCounted(hidden, 'frame')} too thin or too deep to draw here`;
  const place = isFrame ? placeOf(frames, box.node) : '';
  const figures = frames.kind === 'diff' ? changeOf(tree, frames, box) : shareOf(tree, frames, box);
  const notes = [figures.note, ...(place ? [shortPlace(place)] : [])];
  const lines = isFrame ? [...figures.lines, ...figures.frameLines()] : figures.lines;
  return { name, notes, keepNote: figures.keepNote, head, place, lines };
}

/** All lines of the tooltip. */
export function detailsOf({ head, place, lines }: Label): string[] {
  return [head, ...(place ? [place] : []), ...lines];
}

interface Figures {
  readonly note: string;
  readonly keepNote: boolean;
  readonly lines: readonly string[];
  /** What is said of frames alone. */
  readonly frameLines: () => readonly string[];
}

function shareOf(tree: Arrangement, { values, unit }: FlameFrames, box: Box): Figures {
  const { time: times, samples } = values;
  const all = times[0]!;
  type Of = (column: readonly number[]) => number;
  const line = (title: string, time: number, of: Of) => {
    const counted = samples === undefined ? '' : `, ${showCounted(of(samples), 'sample')}`;
    return `${title}${showSeconds(scaled(time, unit))} (${showPercent(time / all)})${counted}`;
  };
  const time = sumOf(tree, times, box);
  return {
    note: showPercent(time / all),
    keepNote: false,
    lines: [line('', time, (column) => sumOf(tree, column, box))],
    frameLines: () => [
      line('self ', roundedSelfOf(tree, times, box.node), (column) => selfOf(tree, column, box.node)),
    ],
  };
}

function changeOf(tree: Arrangement, frames: DiffFrames, box: Box): Figures {
  const { values, unit } = frames;
  const a = scaled(sumOf(tree, values.a, box), unit);
  const b = scaled(sumOf(tree, values.b, box), unit);
  const change = showChange(b - a);
  const only = `${a === 0 ? ', new: only in B' : ''}${b === 0 ? ', gone: only in A' : ''}`;
  return {
    note: change,
    keepNote: Math.abs(b - a) >= frames.slight,
    lines: [
      `A ${showPercent(a)} (${showSeconds(a * frames.aSeconds)}) → B ${showPercent(b)} (${showSeconds(b * frames.bSeconds)})`,
      `${change} of A's time${only}`,
    ],
    frameLines: () => {
      const selfA = scaled(roundedSelfOf(tree, values.a, box.node), unit);
      const selfB = scaled(roundedSelfOf(tree, values.b, box.node), unit);
      const finding = frames.findings[values.finding[box.node]!];
      return [
        `self A ${showPercent(selfA)} → B ${showPercent(selfB)}`,
        ...(finding ? finding.split('\n') : []),
      ];
    },
  };
}

/** Sum of a column over a box: one node, or the gathered siblings. */
function sumOf({ order, end }: Arrangement, column: readonly number[], { node, from, to }: Box): number {
  if (to < 0) return column[node]!;
  let sum = 0;
  for (let at = from; at < to; at = end[order[at]!]!) sum += column[order[at]!]!;
  return sum;
}

/** A column's value without that of the children. */
function selfOf({ children }: Arrangement, column: readonly number[], node: number): number {
  return children[node]!.reduce((left, child) => left - column[child]!, column[node]!);
}

/** The same of a column that was rounded to integers: what may be left of rounding alone is none. */
function roundedSelfOf(tree: Arrangement, column: readonly number[], node: number): number {
  const self = selfOf(tree, column, node);
  const called = tree.children[node]!.length;
  return called === 0 || self > (called + 1) / 2 ? self : 0;
}

/** The last two parts of the path. */
function shortPlace(place: string): string {
  return place.split(/[\\/]/).slice(-2).join('/');
}

/** Character cells of a width that has room for text of a box so wide. */
export function cellsIn(width: number, cell: number): number {
  return Math.floor((width - 2 * measures.padding) / cell);
}

/** The name, and what of the notes fits behind it, in a box of so many character cells. */
export function fitLabel(label: Label, cells: number): [name: string, notes: string] {
  const room = cells - displayWidth(label.notes[0] ?? '') - 1;
  const name = fitName(label.name, label.keepNote && room >= 6 ? room : cells);
  if (name === '') return ['', ''];
  let left = cells - displayWidth(name);
  let notes = '';
  for (const note of label.notes) {
    left -= displayWidth(note) + 1;
    if (left < 0) break;
    notes += ` ${note}`;
  }
  return [name, notes];
}
