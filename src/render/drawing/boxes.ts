/** Boxes of a view: which frames are drawn, where, and what is too thin or too deep and gathered in one box. */
import type { Arrangement } from './arrangement.js';
import { hiddenLook, isHidden, type Look } from './frames.js';
import { measures, round } from './measures.js';

/** The zoomed frame; with `first` >= 0 only its children from that one on: those that a box gathered. */
export interface View {
  readonly node: number;
  readonly first: number;
}

export const wholeView: View = { node: 0, first: -1 };

/** A frame (`to` is -1), or what stands for the children of `node` at the positions `from` to `to`. */
export interface Box {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  /** Pixels from the left of the root. */
  readonly x: number;
  readonly width: number;
  /** Rows from the root. */
  readonly row: number;
  /** Whether it is an ancestor of what is zoomed. */
  readonly below: boolean;
}

/** Rows of ancestors that stand under the zoomed frame at most. */
const maxAncestors = 40;

/**
 * Lays a view out, parents before children.
 * @param inner pixels from the left edge of the root to its right edge
 * @param maxBoxes of more boxes the thinner ones are gathered, too
 */
export function layOut(tree: Arrangement, view: View, inner: number, maxBoxes: number): Box[] {
  const { weights, x, childrenEnd } = tree;
  const gathered = view.first >= 0;
  const left = gathered ? x[view.first]! : x[view.node]!;
  const right = gathered ? childrenEnd[view.node]! : left + weights[view.node]!;
  const scale = right > left ? inner / (right - left) : 0;
  const ancestors = ancestorsOf(tree, view).map(
    (node, row): Box => ({ node, from: 0, to: -1, x: 0, width: inner, row, below: true }),
  );
  for (let minWidth: number = measures.minBox; ; minWidth *= 2) {
    const boxes = boxesAbove(tree, view, { left, scale, inner, minWidth, firstRow: ancestors.length });
    if (boxes.length <= maxBoxes) return [...ancestors, ...boxes];
  }
}

/** From the root down. Of a long way the root and the nearest frames say most. */
function ancestorsOf({ parents }: Arrangement, { node, first }: View): number[] {
  const chain: number[] = [];
  for (let at = first >= 0 ? node : parents[node]!; at >= 0; at = parents[at]!) chain.push(at);
  chain.reverse();
  return chain.length > maxAncestors ? [chain[0]!, ...chain.slice(1 - maxAncestors)] : chain;
}

interface Scale {
  /** Weight at the left edge, and pixels for each weight. */
  readonly left: number;
  readonly scale: number;
  readonly inner: number;
  readonly minWidth: number;
  readonly firstRow: number;
}

function boxesAbove(tree: Arrangement, view: View, { left, scale, inner, minWidth, firstRow }: Scale): Box[] {
  const { frames, parents, weights, order, position, end, x, childrenEnd } = tree;
  const boxes: Box[] = [];
  const whole = view.first < 0;
  const start = position[whole ? view.node : view.first]!;
  const base = firstRow - frames.depth[order[start]!]!;
  const lastRow = firstRow + Math.min(measures.maxRows - 1, rowsWorthDrawing(tree, view));
  for (let at = start; at < end[view.node]!; ) {
    const node = order[at]!;
    const row = frames.depth[node]! + base;
    const zoomed = whole && at === start;
    const shared = { x: (x[node]! - left) * scale, row, below: false };
    // Heaviest first: when one is too thin, so are the siblings after it.
    if (!zoomed && (weights[node]! * scale < minWidth || row >= lastRow)) {
      const parent = parents[node]!;
      const width = (childrenEnd[parent]! - x[node]!) * scale;
      if (width >= measures.minBox)
        boxes.push({ node: parent, from: at, to: end[parent]!, width, ...shared });
      at = end[parent]!;
    } else {
      const width = zoomed ? inner : weights[node]! * scale;
      boxes.push({ node, from: 0, to: -1, width, ...shared });
      at++;
    }
  }
  return boxes;
}

/** Rows from the view's own on, before those that are too slight. */
function rowsWorthDrawing({ frames, order, position, end, weights }: Arrangement, view: View): number {
  // Single deep stacks would make a difference as high as a screen, with its colours far below.
  if (frames.kind !== 'diff') return measures.maxRows;
  const start = position[view.first < 0 ? view.node : view.first]!;
  const base = frames.depth[order[start]!]!;
  const sums: number[] = [];
  for (let at = start; at < end[view.node]!; at++) {
    const row = frames.depth[order[at]!]! - base;
    sums[row] = (sums[row] ?? 0) + weights[order[at]!]!;
  }
  const slight = sums.findIndex((sum) => sum < measures.slightRow * sums[0]!);
  return slight < 0 ? measures.maxRows : slight;
}

/** Number of frames that a box stands for; 0 when it is a frame. */
export function hiddenIn({ frames, framesBefore }: Arrangement, { node, from, to }: Box): number {
  if (to >= 0) return framesBefore[to]! - framesBefore[from]!;
  return isHidden(frames, node) ? frames.line[node]! : 0;
}

/** How a box is painted. */
export function lookOf(tree: Arrangement, box: Box): Look {
  const { looks, look } = tree.frames;
  return hiddenIn(tree, box) > 0 ? hiddenLook : looks[look[box.node]!]!;
}

/** Left edge and width in pixels with two decimals, such that neighbours touch. */
export function edgesOf({ x, width }: Box): { x: number; width: number } {
  const left = round(x);
  return { x: left, width: round(round(x + width) - left) };
}
