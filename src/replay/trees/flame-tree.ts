/** The merged call tree that a flame graph draws, as a flat list: a stack 50,000 frames deep must not recurse. */

import type { CodeFrame } from '../../format/reading/stack-forest.js';
import { functionKey, functionName, isBinaryCode } from '../names/code-name.js';
import type { CodeOrigin } from '../names/code-origin.js';
import type { CodePaths } from '../names/code-path.js';
import type { Fold } from '../sums/fold.js';
import { seconds } from '../window/figure.js';
import { type CallLabel, mergeStacks, totalsOf } from './call-tree.js';
import { invertTree } from './inverted-tree.js';

/** Behind the module of a native frame. */
const nativeMark = ' (native)';

export interface FlameNode {
  /** Index of the parent in the list, always smaller than the node's own; -1 for the root, which is node 0. */
  readonly parent: number;
  /** Qualified function name; for the root, "all". Text from the target: may hold anything. */
  readonly name: string;
  /** File as the code object names it, or "" where there is none. */
  readonly file: string;
  /** Line executed (or first line of the function, by options of the tree); 0 where it is not known. */
  readonly line: number;
  /** What the colour is made of: the package or module that the file belongs to, with " (native)" behind it for a native frame. */
  readonly module: string;
  /** Whose code it is, which colours tell, too; "none" for native frames and the root. */
  readonly origin: CodeOrigin;
  /** Seconds with this node innermost, and with it anywhere on the stack (self + children). */
  readonly selfS: number;
  readonly totalS: number;
  /** The same as numbers of samples. */
  readonly selfSamples: number;
  readonly totalSamples: number;
}

export interface FlameTree {
  /** What a second is: wall time or CPU time. */
  readonly metric: 'wall' | 'cpu';
  /** Root first; parents before children. */
  readonly nodes: readonly FlameNode[];
}

export interface FlameTreeOptions {
  /** A node for each line that called or ran, instead of one for each function with its first line. */
  readonly lines: boolean;
  /** A root for each thread, or for each kind of thread where there are many. */
  readonly threads: boolean;
  /** A root for each process, above those of its threads. */
  readonly processes?: boolean;
  /** Innermost functions under the root, their callers above them. */
  readonly inverted: boolean;
}

/** The call tree of a fold, for drawing. */
export function buildFlameTree(fold: Fold, paths: CodePaths, options: FlameTreeOptions): FlameTree {
  const merged = mergeStacks(fold, {
    threads: options.threads,
    processes: options.processes ?? false,
    gathersThreads: true,
    labelOf: (frame) => labelOfFrame(frame, paths, options.lines),
  });
  const tree = options.inverted ? invertTree(merged) : merged;
  const totalNs = totalsOf(tree.parents, tree.selfNs);
  const totalSamples = totalsOf(tree.parents, tree.selfSamples);
  const nodes = tree.labels.map(
    ({ name, file, line, module }, at): FlameNode => ({
      parent: tree.parents[at]!,
      name,
      file,
      line,
      module,
      origin: module.endsWith(nativeMark) ? 'none' : paths.origin(file),
      selfS: seconds(tree.selfNs[at]!),
      totalS: seconds(totalNs[at]!),
      selfSamples: tree.selfSamples[at]!,
      totalSamples: totalSamples[at]!,
    }),
  );
  return { metric: fold.metric, nodes };
}

function labelOfFrame(frame: CodeFrame, paths: CodePaths, lines: boolean): CallLabel {
  const code = frame.function;
  const key = functionKey(code);
  const module = paths.module(code.file);
  return {
    key: lines ? `${key}\0${frame.line}` : key,
    name: functionName(code),
    file: code.file,
    line: lines ? frame.line : code.firstLine,
    module: isBinaryCode(frame.function) ? `${module}${nativeMark}` : module,
  };
}
