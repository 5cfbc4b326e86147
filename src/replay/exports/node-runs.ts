/** The samples of a window in the order of time, with their stacks as a fold of the same window has them. */
import { listRuns, type Run, type Walk, type WalkOptions } from '../samples/runs.js';
import { leftOutNode } from '../samples/stack-filter.js';
import type { Fold } from '../sums/fold.js';

export interface NodeRun extends Run {
  /** Index into the fold's forest, or one of the numbers that stand for none. */
  readonly node: number;
}

/** @param fold of what is walked, by which stacks that its filter leaves out are known */
export function* listNodeRuns(fold: Fold, walk: Walk, options?: WalkOptions): Generator<NodeRun, void> {
  // Stacks come again and again.
  const nodes = new Map<number, number>();
  for (const run of listRuns(walk, options)) {
    let node = nodes.get(run.stack);
    if (node === undefined) {
      node = fold.nodeOf(run.stack);
      nodes.set(run.stack, node);
    }
    if (node === leftOutNode) continue;
    // The run is nobody else's, and there are millions: none is copied.
    const placed: Run & { node?: number } = run;
    placed.node = node;
    yield placed as NodeRun;
  }
}
