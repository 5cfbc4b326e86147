/**
 * The stacks that a page has room for: the heaviest. Whatever is under a node that is kept and is not kept itself becomes one
 * node, so that sums hold.
 */
import type { CodeFrame, StackForest } from '../../format/reading/stack-forest.js';
import { functionName, isTaskFrame } from '../names/code-name.js';
import { filterNative, hiddenNodes } from '../samples/native-filter.js';
import { groupTasks } from './task-groups.js';

export interface KeptStacks {
  /** By kept node: the caller's node, smaller than its own; -1 for an outermost frame. */
  readonly parents: readonly number[];
  /** By kept node: index into `frames`, or `cutFrame`. */
  readonly frameOf: readonly number[];
  readonly frames: readonly CodeFrame[];
  /** By index of a frame that says which task the stack belongs to, and is none of the program's: what the task goes by. */
  readonly tasks: ReadonlyMap<number, string>;
  /** Nodes that are not kept. */
  readonly cut: number;
  /** The kept node of a place; -1 for what has no frame that is kept. */
  readonly nodeOf: (place: number) => number;
}

/** The frame of a node that stands for others. */
export const cutFrame = -1;

/** Which nodes of a forest are kept where there is room for so many. A place is a node, or what was cut off under one. */
export class StackRanks {
  readonly #forest: StackForest;
  /** By node: how many nodes are kept rather. A caller is kept rather than what it calls. */
  readonly #ranks: Uint32Array;
  /** By node: 1 where it is no frame that a page shows. */
  readonly #isHidden: Uint8Array;
  readonly #tasks: ReadonlyMap<number, string>;

  /** @param weights by node, of its own */
  constructor(forest: StackForest, weights: Float64Array) {
    this.#forest = forest;
    const totals = Float64Array.from(weights);
    for (let node = totals.length - 1; node >= 0; node--) {
      const parent = forest.parents[node]!;
      if (parent >= 0) totals[parent] = totals[parent]! + totals[node]!;
    }
    this.#isHidden = hiddenNodes(forest, filterNative(forest.frames, 'usual')).isHidden;
    this.#tasks = nameTasks(forest, totals);
    // A caller is never lighter than what it calls, and comes before it.
    const order = Uint32Array.from(totals.keys()).sort((a, b) => totals[b]! - totals[a]! || a - b);
    this.#ranks = new Uint32Array(totals.length);
    order.forEach((node, rank) => {
      this.#ranks[node] = rank;
    });
  }

  /** The place of a node where all are kept. */
  placeOf(node: number): number {
    return (node + 1) * 2;
  }

  /** Where a place is when so many nodes are kept. */
  cutTo(most: number, place: number): number {
    let node = (place >> 1) - 1;
    if (node < 0 || this.#ranks[node]! < most) return place;
    while (node >= 0 && this.#ranks[node]! >= most) node = this.#forest.parents[node]!;
    return (node + 1) * 2 + 1;
  }

  /** The nodes of which so many are kept, and those that stand for others under them. */
  keep(most: number): KeptStacks {
    const { parents, frameOf, frames } = this.#forest;
    const isHidden = this.#isHidden;
    const size = parents.length;
    const now = new Int32Array(size);
    const rests = new Map<number, number>();
    const kept = { parents: [] as number[], frameOf: [] as number[] };
    const add = (parent: number, frame: number): number => {
      kept.frameOf.push(frame);
      return kept.parents.push(parent) - 1;
    };
    for (let node = 0; node < size; node++) {
      const parent = parents[node]!;
      const caller = parent < 0 ? -1 : now[parent]!;
      const isKept = this.#ranks[node]! < most;
      if (isHidden[node]) now[node] = caller;
      else if (isKept) now[node] = add(caller, frameOf[node]!);
      else if (parent < 0 || this.#ranks[parent]! < most) {
        if (!rests.has(parent)) rests.set(parent, add(caller, cutFrame));
        now[node] = rests.get(parent)!;
      } else now[node] = caller;
    }
    const nodeOf = (place: number): number => {
      const node = (place >> 1) - 1;
      if (place % 2 === 1) return rests.get(node) ?? -1;
      return node < 0 ? -1 : now[node]!;
    };
    return { ...kept, frames, tasks: this.#tasks, cut: Math.max(0, size - most), nodeOf };
  }
}

/** @param totals by node */
function nameTasks({ frames, frameOf }: StackForest, totals: Float64Array): Map<number, string> {
  const names = new Map<number, string>();
  frames.forEach((frame, at) => {
    if (isTaskFrame(frame)) names.set(at, functionName(frame.function));
  });
  const times = new Map<string, number>();
  if (names.size > 0)
    totals.forEach((total, node) => {
      const name = names.get(frameOf[node]!);
      if (name !== undefined) times.set(name, (times.get(name) ?? 0) + total);
    });
  const groups = groupTasks(times);
  return new Map([...names].map(([at, name]) => [at, groups.get(name) ?? name]));
}
