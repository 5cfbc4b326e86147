/**
 * The frames as compact columns of JSON inside the picture, for its browser script: with them zooming shows frames
 * that the still picture gathers. About 25 bytes a frame, and every text once.
 */

import { showText } from '../words/text.js';
import type { Frame, LayoutNode } from './gather.js';

/** Frames kept for zooming. Ten times what fits on a screen, in half a megabyte. */
export const maxDataFrames = 20_000;

/** UTF-16 units of text kept whole. Ordinary programs stay far below; this bounds what a hostile one can do. */
const maxTextLength = 1_000_000;
const shortText = 24;

/** How a box is painted: [fill, ink, pattern id or '']. */
export type Look = readonly [fill: string, ink: string, pattern: string];

/** A box that gathers frames. */
export const hiddenLook: Look = ['#f4f4f4', '#000', 'pyspy-hidden'];

export interface FrameColumns {
  readonly texts: readonly string[];
  readonly looks: readonly Look[];
  /** Parallel columns, one entry a frame, parents before children, heaviest child first. */
  readonly depth: readonly number[];
  /** Index into texts; -1 for a box that gathers frames. */
  readonly name: readonly number[];
  readonly file: readonly number[];
  /** Line, or for a gathering box the number of frames in it. */
  readonly line: readonly number[];
  readonly look: readonly number[];
  /** Further columns by the picture: integers. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/**
 * Packs frames, in drawing order.
 * @param valuesOf the picture's own numbers of a frame; rounded to integers here
 */
export function packFrames(
  root: Frame,
  nodes: readonly LayoutNode[],
  lookOf: (frame: Frame) => Look,
  valuesOf: (frame: Frame) => Readonly<Record<string, number>>,
): FrameColumns {
  const texts = new TextTable();
  const looks = new Map<string, number>();
  const columns = { depth: [], name: [], file: [], line: [], look: [] } as Record<
    'depth' | 'name' | 'file' | 'line' | 'look',
    number[]
  >;
  const values: Record<string, number[]> = {};
  const open: { frame: Frame; depth: number }[] = [{ frame: root, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { frame, depth } = next;
    const node = nodes[frame.node]!;
    const hidden = frame.hidden > 0;
    const look = JSON.stringify(lookOf(frame));
    if (!looks.has(look)) looks.set(look, looks.size);
    columns.depth.push(depth);
    columns.name.push(hidden ? -1 : texts.indexOf(node.name));
    columns.file.push(hidden ? texts.indexOf('') : texts.indexOf(node.file));
    columns.line.push(hidden ? frame.hidden : node.line);
    columns.look.push(looks.get(look)!);
    for (const [key, value] of Object.entries(valuesOf(frame))) {
      values[key] ??= [];
      values[key].push(Math.round(value));
    }
    for (const child of frame.children.toReversed()) open.push({ frame: child, depth: depth + 1 });
  }
  return {
    texts: texts.shown,
    looks: [...looks.keys()].map((key) => JSON.parse(key) as Look),
    ...columns,
    values,
  };
}

class TextTable {
  readonly shown: string[] = [];
  readonly #indexes = new Map<string, number>();
  #length = 0;

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const shown = this.#length < maxTextLength ? showText(text) : showText(text, shortText);
    this.#length += shown.length;
    this.#indexes.set(text, this.shown.length);
    return this.shown.push(shown) - 1;
  }
}

/** JSON that holds nothing an XML or HTML parser could take for markup. */
export function markupSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
