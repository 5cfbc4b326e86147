/**
 * From a call tree to the frames that are kept: weigh, gather what is too thin or too deep. Nothing here recurses, and
 * everything dear happens after the gathering, so that 50,000 nested frames or a million nodes are only long lists.
 */

/** What the layout needs to know of a node: parents come before children, the root first with parent -1. */
export interface LayoutNode {
  readonly parent: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** A tree with its weights: width of a node without and with its descendants, in any one unit. */
export interface WeighedTree {
  readonly nodes: readonly LayoutNode[];
  readonly selfs: Float64Array;
  readonly totals: Float64Array;
  /** Frames in the node's subtree, itself included. */
  readonly counts: Int32Array;
  /** Frames under the node: 0 for the root. */
  readonly depths: Int32Array;
}

/** Weighs a tree by each node's own weight; totals are summed here, so that children never outgrow a parent. */
export function weigh(nodes: readonly LayoutNode[], selfOf: (index: number) => number): WeighedTree {
  const size = nodes.length;
  const selfs = new Float64Array(size);
  const counts = new Int32Array(size).fill(1);
  const depths = new Int32Array(size);
  for (let index = 0; index < size; index++) {
    const self = selfOf(index);
    selfs[index] = self > 0 && Number.isFinite(self) ? self : 0;
    const { parent } = nodes[index]!;
    if (parent >= 0) depths[index] = depths[parent]! + 1;
  }
  const totals = Float64Array.from(selfs);
  for (let index = size - 1; index > 0; index--) {
    const { parent } = nodes[index]!;
    totals[parent] = totals[parent]! + totals[index]!;
    counts[parent] = counts[parent]! + counts[index]!;
  }
  return { nodes, selfs, totals, counts, depths };
}

/** A frame that is kept, or (when `hidden` > 0) the box that stands for that many frames that are not. */
export interface Frame {
  /** Index of the node; for a gathering box, of the parent of what it gathers. */
  readonly node: number;
  /** Frames that the box stands for, descendants included. */
  readonly hidden: number;
  /** The nodes whose totals make up the box's: the one node, or the gathered children. */
  readonly members: readonly number[];
  readonly self: number;
  readonly total: number;
  readonly children: Frame[];
}

export interface GatherLimits {
  /** Lighter frames are gathered. */
  readonly minTotal: number;
  /** Of more frames than this the lightest are gathered. */
  readonly maxFrames: number;
  /** Frames deeper than this are gathered. */
  readonly maxDepth: number;
}

/**
 * Keeps the frames within the limits and gathers the others in one box per parent, so that sums still hold.
 * Children come heaviest first, the gathering box last; equal weights go by name, file and line.
 */
export function gather(tree: WeighedTree, limits: GatherLimits): Frame {
  const { nodes, selfs, totals, counts, depths } = tree;
  let kept: number[] = [];
  for (let index = 1; index < nodes.length; index++) {
    const total = totals[index]!;
    if (total > 0 && total >= limits.minTotal && depths[index]! <= limits.maxDepth) kept.push(index);
  }
  if (kept.length > limits.maxFrames) {
    // A parent is never lighter than its child and comes before it: what is cut off here has no kept children.
    kept.sort((a, b) => totals[b]! - totals[a]! || a - b);
    kept = kept.slice(0, limits.maxFrames).sort((a, b) => a - b);
  }

  const frames = new Map<number, Frame>();
  for (const node of [0, ...kept]) {
    const [self, total] = [selfs[node]!, totals[node]!];
    const frame = { node, hidden: 0, members: [node], self, total, children: [] };
    frames.set(node, frame);
    frames.get(nodes[node]!.parent)?.children.push(frame);
  }
  for (const frame of frames.values()) frame.children.sort((a, b) => compareFrames(tree, a.node, b.node));
  for (const [parent, members] of gatherRest(nodes, frames)) {
    const total = sumOver(totals, members);
    const hidden = sumOver(counts, members);
    frames.get(parent)!.children.push({ node: parent, hidden, members, self: total, total, children: [] });
  }
  return frames.get(0)!;
}

/** The children, by parent, that are not kept though their parent is. */
function gatherRest(
  nodes: readonly LayoutNode[],
  frames: ReadonlyMap<number, Frame>,
): ReadonlyMap<number, readonly number[]> {
  const rest = new Map<number, number[]>();
  for (let index = 1; index < nodes.length; index++) {
    const { parent } = nodes[index]!;
    if (frames.has(index) || !frames.has(parent)) continue;
    const members = rest.get(parent);
    if (members) members.push(index);
    else rest.set(parent, [index]);
  }
  return rest;
}

/** Sum of the values at some indexes. */
export function sumOver(values: ArrayLike<number>, indexes: readonly number[]): number {
  let sum = 0;
  for (const index of indexes) sum += values[index]!;
  return sum;
}

function compareFrames({ nodes, totals }: WeighedTree, a: number, b: number): number {
  const [one, other] = [nodes[a]!, nodes[b]!];
  return (
    totals[b]! - totals[a]! ||
    compareText(one.name, other.name) ||
    compareText(one.file, other.file) ||
    one.line - other.line ||
    a - b
  );
}

/** By code units: a locale's order would differ from machine to machine. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
