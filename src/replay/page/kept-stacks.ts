/**
 * The stacks that a page has room for: the heaviest. Whatever is under a node that is kept and is not kept itself becomes one
 * node, so that sums hold.
 */
import type { CodeFrame, StackForest } from '../../format/reading/stack-forest.js';
import { isTaskFrame } from '../names/code-name.js';

export interface KeptStacks {
  /** By kept node: the caller's node, smaller than its own; -1 for an outermost frame. */
  readonly parents: readonly number[];
  /** By kept node: index into `frames`, or `cutFrame`. */
  readonly frameOf: readonly number[];
  readonly frames: readonly CodeFrame[];
  /** Nodes that are not kept. */
  readonly cut: number;
  /** The kept node of a node of the forest; -1 for the root of all. */
  readonly nodeNow: (node: number) => number;
}

/** The frame of a node that stands for others. */
export const cutFrame = -1;

/**
 * Chooses the nodes to keep.
 * @param weights by node of the forest, of its own
 * @param most nodes that are kept; those that stand for others come on top
 */
export function keepStacks(forest: StackForest, weights: Float64Array, most: number): KeptStacks {
  const { parents, frameOf, frames } = forest;
  const totals = Float64Array.from(weights);
  for (let node = totals.length - 1; node >= 0; node--) {
    const parent = parents[node]!;
    if (parent >= 0) totals[parent] = totals[parent]! + totals[node]!;
  }
  const isKept = new Uint8Array(totals.length).fill(1);
  let cut = 0;
  if (totals.length > most) {
    // A caller is never lighter than what it calls, and comes before it: what is kept has its callers kept.
    const order = Uint32Array.from(totals.keys()).sort((a, b) => totals[b]! - totals[a]! || a - b);
    for (const node of order.subarray(most)) isKept[node] = 0;
    cut = totals.length - most;
  }
  const now = new Int32Array(totals.length);
  const kept = { parents: [] as number[], frameOf: [] as number[] };
  const restUnder = new Map<number, number>();
  for (let node = 0; node < totals.length; node++) {
    const parent = parents[node]! < 0 ? -1 : now[parents[node]!]!;
    // What says which task it was is no frame of the program's.
    if (isTaskFrame(frames[frameOf[node]!]!)) {
      now[node] = parent;
    } else if (isKept[node] === 1) {
      now[node] = kept.parents.length;
      kept.parents.push(parent);
      kept.frameOf.push(frameOf[node]!);
    } else if (parent >= 0 && kept.frameOf[parent] === cutFrame) {
      now[node] = parent;
    } else {
      let rest = restUnder.get(parent);
      if (rest === undefined) {
        rest = kept.parents.length;
        restUnder.set(parent, rest);
        kept.parents.push(parent);
        kept.frameOf.push(cutFrame);
      }
      now[node] = rest;
    }
  }
  return { ...kept, frames, cut, nodeNow: (node) => (node < 0 ? -1 : now[node]!) };
}
