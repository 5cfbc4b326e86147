/** The call tree in drawing order: who stands beside whom, and how far to the left. Nothing here recurses. */
import { type Frames, isHidden } from './frames.js';

/** What widths are: the time of a recording, or of two recordings their mean, or either. */
export type WidthOf = 'union' | 'a' | 'b';

/** Positions are places in drawing order, from the root at 0. */
export interface Arrangement {
  readonly frames: Frames;
  /** By node: its parent, -1 for the root. */
  readonly parents: readonly number[];
  /** By node: its children, in the columns' order. */
  readonly children: readonly (readonly number[])[];
  /** By node: what makes its width. */
  readonly weights: readonly number[];
  /** By position: the node. */
  readonly order: readonly number[];
  /** By node: its position, and the position where its descendants end. */
  readonly position: readonly number[];
  readonly end: readonly number[];
  /** By node: left edge, and right edge of its last child, as weights. */
  readonly x: readonly number[];
  readonly childrenEnd: readonly number[];
  /** By position: number of frames before it, hidden ones counted. */
  readonly framesBefore: readonly number[];
}

/** Arranges the tree: heaviest children left, boxes that gather frames last. */
export function arrange(frames: Frames, widthOf: WidthOf): Arrangement {
  const size = frames.depth.length;
  const weights = weightsOf(frames, widthOf);
  const { parents, children } = familiesOf(frames.depth);
  const order: number[] = [];
  const position = zeros(size);
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    position[node] = order.length;
    order.push(node);
    const sorted = children[node]!.toSorted(
      (a, b) =>
        Number(isHidden(frames, a)) - Number(isHidden(frames, b)) || weights[b]! - weights[a]! || a - b,
    );
    for (let at = sorted.length - 1; at >= 0; at--) open.push(sorted[at]!);
  }
  const end = zeros(size);
  for (let at = size - 1; at >= 0; at--) {
    const node = order[at]!;
    const parent = parents[node]!;
    end[node] = Math.max(end[node]!, at + 1);
    if (at > 0) end[parent] = Math.max(end[parent]!, end[node]!);
  }
  const x = zeros(size);
  const childrenEnd = zeros(size);
  const framesBefore = [0];
  for (let at = 0; at < size; at++) {
    const node = order[at]!;
    const parent = parents[node]!;
    if (at > 0) {
      x[node] = childrenEnd[parent]!;
      childrenEnd[parent] = childrenEnd[parent]! + weights[node]!;
    }
    childrenEnd[node] = x[node]!;
    framesBefore.push(framesBefore[at]! + (isHidden(frames, node) ? frames.line[node]! : 1));
  }
  return { frames, parents, children, weights, order, position, end, x, childrenEnd, framesBefore };
}

function weightsOf({ kind, values }: Frames, widthOf: WidthOf): readonly number[] {
  if (kind === 'flame') return values.time;
  const { a, b } = values;
  return widthOf === 'union' ? a.map((value, at) => (value + b[at]!) / 2) : values[widthOf];
}

/** Parents and children of nodes that are listed parents first, by their depths. */
function familiesOf(depth: readonly number[]): { parents: number[]; children: number[][] } {
  const parents: number[] = [];
  const children: number[][] = [];
  const path: number[] = [];
  depth.forEach((depthOfNode, node) => {
    path[depthOfNode] = node;
    const parent = depthOfNode === 0 ? -1 : path[depthOfNode - 1]!;
    parents.push(parent);
    children.push([]);
    children[parent]?.push(node);
  });
  return { parents, children };
}

function zeros(size: number): number[] {
  return new Array<number>(size).fill(0);
}
