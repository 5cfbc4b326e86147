/**
 * A window's stacks merged into one call tree: nodes with the same label under the same caller are one. Flat, callers
 * before callees, node 0 the root of all. Flame graphs, differences and folded stacks are made of it.
 */
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import { emptyStack, programOf, unknownStack } from '../names/code-name.js';
import { mostSingleThreads, threadKind, threadPattern } from '../names/thread-pattern.js';
import type { NamedThread } from '../samples/named-thread.js';
import { type Fold, unreadNode } from '../sums/fold.js';

export interface CallLabel {
  /** Nodes with equal keys merge. */
  readonly key: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly module: string;
}

export interface CallTree {
  /** -1 for node 0, the root. */
  readonly parents: readonly number[];
  readonly labels: readonly CallLabel[];
  /** Weight (ns) and samples with the node innermost. */
  readonly selfNs: readonly number[];
  readonly selfSamples: readonly number[];
}

const rootLabel: CallLabel = { key: 'all', name: 'all', file: '', line: 0, module: '' };

export interface CallTreeOptions {
  /** What a frame is called, and what merges. Asked once for each frame. */
  readonly labelOf: (frame: CodeFrame) => CallLabel;
  /** Whether each process has a root of its own, and in it, or under the root of all, each thread. */
  readonly processes?: boolean;
  readonly threads: boolean;
  /** Whether many threads whose names differ in nothing but numbers share one. */
  readonly gathersThreads?: boolean;
}

/** Merges the stacks of a fold. */
export function mergeStacks(fold: Fold, options: CallTreeOptions): CallTree {
  const { forest } = fold;
  const labelIds = new Map<string, number>();
  const allLabels: CallLabel[] = [];
  const labelId = (label: CallLabel): number => {
    let id = labelIds.get(label.key);
    if (id === undefined) {
      id = allLabels.length;
      allLabels.push(label);
      labelIds.set(label.key, id);
    }
    return id;
  };
  const labelOfFrame = forest.frames.map((frame) => labelId(options.labelOf(frame)));

  const parents = [-1];
  const labels = [rootLabel];
  const selfNs = [0];
  const selfSamples = [0];
  const children: Map<number, number>[] = [];
  const child = (parent: number, label: number): number => {
    children[label] ??= new Map();
    const byParent = children[label]!;
    let node = byParent.get(parent);
    if (node === undefined) {
      node = parents.length;
      parents.push(parent);
      labels.push(allLabels[label]!);
      selfNs.push(0);
      selfSamples.push(0);
      byParent.set(parent, node);
    }
    return node;
  };

  // For each root: where a node of the forest went.
  const merged = new Map<number, Map<number, number>>();
  const path: number[] = [];
  const labelOfThread = options.gathersThreads ? gatheredLabels(fold) : threadLabelOf;
  for (const { namedThread, node, ns, samples } of fold.cells) {
    const process = options.processes ? child(0, labelId(processLabelOf(namedThread))) : 0;
    const root = options.threads ? child(process, labelId(labelOfThread(namedThread))) : process;
    let target = root;
    if (node < 0) {
      const name = node === unreadNode ? unknownStack : emptyStack;
      target = child(root, labelId({ key: `\0${name}`, name, file: '', line: 0, module: '' }));
    } else {
      let known = merged.get(root);
      if (known === undefined) {
        known = new Map();
        merged.set(root, known);
      }
      let at = node;
      while (at >= 0 && !known.has(at)) {
        path.push(at);
        at = forest.parents[at]!;
      }
      target = at < 0 ? root : known.get(at)!;
      for (let next = path.pop(); next !== undefined; next = path.pop()) {
        target = child(target, labelOfFrame[forest.frameOf[next]!]!);
        known.set(next, target);
      }
    }
    selfNs[target] = selfNs[target]! + ns;
    selfSamples[target] = selfSamples[target]! + samples;
  }
  return { parents, labels, selfNs, selfSamples };
}

function processLabelOf({ thread: { process } }: NamedThread): CallLabel {
  const name = `${programOf(process)} (pid ${process.pid})`;
  return { key: `process ${process.id}`, name, file: '', line: 0, module: '' };
}

function threadLabelOf(namedThread: NamedThread): CallLabel {
  const { thread, name, label } = namedThread;
  const shown = name === null || thread.osId === null ? label : `${label} (${thread.osId})`;
  return { key: `thread ${thread.id}\0${label}`, name: shown, file: '', line: 0, module: '' };
}

/** Labels by kind of thread where there are many, each with the number of its threads. */
function gatheredLabels({ cells }: Fold): (namedThread: NamedThread) => CallLabel {
  const threads = new Set(cells.map(({ namedThread }) => namedThread));
  if (threads.size <= mostSingleThreads) return threadLabelOf;
  const kindOf = ({ thread, label }: NamedThread) => threadKind(thread.process.id, label);
  const ids = new Map<string, Set<number>>();
  for (const each of threads) {
    const kind = kindOf(each);
    ids.set(kind, (ids.get(kind) ?? new Set()).add(each.thread.id));
  }
  return (namedThread) => {
    const kind = kindOf(namedThread);
    const count = ids.get(kind)!.size;
    if (count === 1) return threadLabelOf(namedThread);
    const name = `${threadPattern(namedThread.label)} × ${count}`;
    return { key: `threads ${kind}`, name, file: '', line: 0, module: '' };
  };
}

/** Totals (a node and everything under it) from selfs. */
export function totalsOf(parents: readonly number[], selfs: readonly number[]): number[] {
  const totals = [...selfs];
  for (let node = totals.length - 1; node > 0; node--) {
    const parent = parents[node]!;
    totals[parent] = totals[parent]! + totals[node]!;
  }
  return totals;
}
