/**
 * Turns a call tree inside out: under the root stand the functions that were innermost, under each its callers. Answers
 * who called what is expensive, from wherever it was called.
 */
import type { CallLabel, CallTree } from './call-tree.js';

/**
 * Steps from a callee to a caller that are made at most. A recursion 50,000 deep, sampled at every depth, would take
 * a billion; what is not followed is gathered under one label.
 */
const maxSteps = 10_000_000;

const restLabel: CallLabel = {
  key: '\0[more callers]',
  name: '[more callers]',
  file: '',
  line: 0,
  module: '',
};

/** Call paths (innermost part first) that an inverted node stands for: where each has got to in the call tree. */
type Paths = Map<number, { ns: number; samples: number }>;

/** @returns a tree of the same kind, in which a node's self is what no further caller explains */
export function invertTree(tree: CallTree): CallTree {
  const parents = [-1];
  const labels = [tree.labels[0]!];
  const selfNs = [tree.selfNs[0]!];
  const selfSamples = [tree.selfSamples[0]!];
  const addNode = (parent: number, label: CallLabel): number => {
    parents.push(parent);
    labels.push(label);
    selfNs.push(0);
    selfSamples.push(0);
    return parents.length - 1;
  };

  const start: Paths = new Map();
  for (let node = 1; node < tree.parents.length; node++) {
    const ns = tree.selfNs[node]!;
    const samples = tree.selfSamples[node]!;
    if (ns > 0 || samples > 0) start.set(node, { ns, samples });
  }
  // Breadth first: what is cut when the steps run out is the deepest.
  let steps = maxSteps;
  const queue: { node: number; byLabel: Map<string, Paths> }[] = [
    { node: 0, byLabel: groupByLabel(tree, start) },
  ];
  for (let at = 0; at < queue.length; at++) {
    const { node, byLabel } = queue[at]!;
    for (const paths of byLabel.values()) {
      const [first] = paths.keys();
      const inverted = addNode(node, tree.labels[first!]!);
      const callers: Paths = new Map();
      for (const [callee, weight] of paths) {
        const caller = tree.parents[callee]!;
        const target = caller > 0 ? callers : null;
        if (target === null) {
          selfNs[inverted] = selfNs[inverted]! + weight.ns;
          selfSamples[inverted] = selfSamples[inverted]! + weight.samples;
          continue;
        }
        const known = target.get(caller);
        if (known === undefined) target.set(caller, { ...weight });
        else {
          known.ns += weight.ns;
          known.samples += weight.samples;
        }
      }
      if (callers.size === 0) continue;
      steps -= callers.size;
      if (steps >= 0) {
        queue.push({ node: inverted, byLabel: groupByLabel(tree, callers) });
        continue;
      }
      const rest = addNode(inverted, restLabel);
      for (const weight of callers.values()) {
        selfNs[rest] = selfNs[rest]! + weight.ns;
        selfSamples[rest] = selfSamples[rest]! + weight.samples;
      }
    }
    // Paths are dear and not needed again.
    byLabel.clear();
  }
  return { parents, labels, selfNs, selfSamples };
}

function groupByLabel(tree: CallTree, paths: Paths): Map<string, Paths> {
  const groups = new Map<string, Paths>();
  for (const [node, weight] of paths) {
    const { key } = tree.labels[node]!;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, new Map([[node, weight]]));
    else group.set(node, weight);
  }
  return groups;
}
