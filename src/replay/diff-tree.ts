/** The union of two call trees, for the differential flame graph. */
import { type CallLabel, type CallTree, mergeStacks, totalsOf } from './call-tree.js';
import { functionKey } from './code-name.js';
import type { ComparedRun, Comparison } from './diff.js';
import type { DiffNode, DiffTree } from './flame-tree.js';
import type { FunctionMatch } from './function-match.js';
import { invertTree } from './inverted-tree.js';

/** Nodes are functions as `match` pairs them; each side's values are fractions of its own total. */
export function buildDiffTree(comparison: Comparison, options: { inverted: boolean }): DiffTree {
  const { a, b, match } = comparison;
  const treeA = callTreeOf(a, match.ofA, options.inverted);
  const treeB = callTreeOf(b, match.ofB, options.inverted);

  const parents = [-1];
  const labels = [treeA.labels[0]!];
  const children = new Map<string, number>();
  const nodesOf = (tree: CallTree): number[] => {
    const nodes = [0];
    for (let at = 1; at < tree.parents.length; at++) {
      const parent = nodes[tree.parents[at]!]!;
      const key = `${parent}\0${tree.labels[at]!.key}`;
      let node = children.get(key);
      if (node === undefined) {
        node = parents.length;
        parents.push(parent);
        labels.push(tree.labels[at]!);
        children.set(key, node);
      }
      nodes.push(node);
    }
    return nodes;
  };
  const nodesA = nodesOf(treeA);
  const nodesB = nodesOf(treeB);
  const sharesOf = (tree: CallTree, nodes: number[], run: ComparedRun): number[] => {
    const shares = new Array<number>(parents.length).fill(0);
    tree.selfNs.forEach((ns, at) => {
      const node = nodes[at]!;
      if (run.fold.ns > 0) shares[node] = shares[node]! + ns / run.fold.ns;
    });
    return shares;
  };
  const aSelf = sharesOf(treeA, nodesA, a);
  const bSelf = sharesOf(treeB, nodesB, b);
  const aTotal = totalsOf(parents, aSelf);
  const bTotal = totalsOf(parents, bSelf);
  const nodes = labels.map(
    ({ name, file, line, module }, at): DiffNode => ({
      parent: parents[at]!,
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
  return { metric: a.fold.metric, nodes };
}

function callTreeOf({ fold }: ComparedRun, byKey: FunctionMatch['ofA'], inverted: boolean): CallTree {
  const tree = mergeStacks(fold, {
    threads: false,
    labelOf: (frame): CallLabel => {
      const { index, name, file, module } = byKey.get(functionKey(frame.function))!;
      // Lines move between two versions of a file, so the picture shows none.
      return { key: String(index), name, file, line: 0, module };
    },
  });
  return inverted ? invertTree(tree) : tree;
}
