/**
 * The frames as compact columns of JSON inside the picture, for its browser script: with them zooming shows frames
 * that the still picture gathers. About 25 bytes a frame, and every text once.
 */
import type { FrameColumns, Look } from '../drawing/frames.js';
import { TextBudget } from '../words/text-budget.js';
import type { Frame, LayoutNode } from './gather.js';

/** UTF-16 units of text kept whole. */
const maxTextLength = 1_000_000;

/**
 * Packs frames, in drawing order.
 * @param valuesOf the picture's own numbers of a frame; rounded to integers here
 */
export function packFrames<Key extends string>(
  root: Frame,
  nodes: readonly LayoutNode[],
  lookOf: (frame: Frame) => Look,
  valuesOf: (frame: Frame) => Readonly<Record<Key, number>>,
): FrameColumns & { readonly values: Readonly<Record<Key, readonly number[]>> } {
  const texts = new TextTable();
  const looks = new Map<string, number>();
  const columns = { depth: [], name: [], file: [], line: [], look: [] } as Record<
    'depth' | 'name' | 'file' | 'line' | 'look',
    number[]
  >;
  const values = {} as Record<Key, number[]>;
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
    for (const [key, value] of Object.entries(valuesOf(frame)) as [Key, number][]) {
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
  readonly #budget = new TextBudget(maxTextLength);

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.shown.length);
    return this.shown.push(this.#budget.show(text)) - 1;
  }
}

/** JSON that holds nothing an XML or HTML parser could take for markup. */
export function markupSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
