/** The union of two call trees, for the differential flame graph. */

import { functionKey } from '../names/code-name.js';
import { type CallLabel, type CallTree, mergeStacks, totalsOf } from '../trees/call-tree.js';
import { invertTree } from '../trees/inverted-tree.js';
import type { ComparedRun, Comparison } from './diff.js';

/** A node of the union of two call trees. Values are fractions (0 to 1) of each run's own total. */
export interface DiffNode {
  readonly parent: number;
  /** Index of the matched function, by which a verdict has its tests; -1 for the root and samples without frames. */
  readonly function: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly module: string;
  readonly aSelf: number;
  readonly aTotal: number;
  readonly bSelf: number;
  readonly bTotal: number;
}

export interface DiffTree {
  readonly metric: 'wall' | 'cpu';
  readonly nodes: readonly DiffNode[];
}

/**
 * Nodes are functions as they are matched; A's values are fractions of its own total.
 * @param options.factor what B's total is of A's: 1 where each side is 100 %
 */
export function buildDiffTree(
  comparison: Comparison,
  options: { inverted: boolean; factor: number },
): DiffTree {
  const parents = [-1];
  const labels: CallLabel[] = [];
  const functions = [-1];
  const children = new Map<string, number>();
  const nodesOf = (tree: CallTree): number[] => {
    const nodes = [0];
    labels[0] ??= tree.labels[0]!;
    for (let at = 1; at < tree.parents.length; at++) {
      const parent = nodes[tree.parents[at]!]!;
      const key = `${parent}\0${tree.labels[at]!.key}`;
      let node = children.get(key);
      if (node === undefined) {
        node = parents.length;
        parents.push(parent);
        labels.push(tree.labels[at]!);
        functions.push(/^\d+$/.test(tree.labels[at]!.key) ? Number(tree.labels[at]!.key) : -1);
        children.set(key, node);
      }
      nodes.push(node);
    }
    return nodes;
  };
  /** Shares of all runs of a side together, by node; what a later tree adds has none yet. */
  const sharesOf = (runs: readonly ComparedRun[]): number[] => {
    const whole = runs.reduce((sum, { fold }) => sum + fold.ns, 0);
    const shares: number[] = [];
    for (const run of runs) {
      const tree = callTreeOf(run, options.inverted);
      nodesOf(tree).forEach((node, at) => {
        if (whole > 0) shares[node] = (shares[node] ?? 0) + tree.selfNs[at]! / whole;
      });
    }
    return shares;
  };
  const [sparseA, sparseB] = [sharesOf(comparison.a), sharesOf(comparison.b)];
  const aSelf = parents.map((_, node) => sparseA[node] ?? 0);
  const bSelf = parents.map((_, node) => (sparseB[node] ?? 0) * options.factor);
  const aTotal = totalsOf(parents, aSelf);
  const bTotal = totalsOf(parents, bSelf);
  const nodes = labels.map(
    ({ name, file, line, module }, at): DiffNode => ({
      parent: parents[at]!,
      function: functions[at]!,
      name,
      file,
      line,
      module,
      aSelf: aSelf[at]!,
      aTotal: aTotal[at]!,
      bSelf: bSelf[at]!,
      bTotal: bTotal[at]!,
    }),
  );
  return { metric: comparison.filter.metric, nodes };
}

function callTreeOf({ fold, match }: ComparedRun, inverted: boolean): CallTree {
  const tree = mergeStacks(fold, {
    threads: false,
    labelOf: (frame): CallLabel => {
      const { index, name, file, module } = match.get(functionKey(frame.function))!;
      // Lines move between two versions of a file, so the picture shows none.
      return { key: String(index), name, file, line: 0, module };
    },
  });
  return inverted ? invertTree(tree) : tree;
}
