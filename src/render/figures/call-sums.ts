/** Time of a window by call, function and line. Nothing here recurses, and the tree is merged once for each kind of label. */
import { originNames } from '../drawing/page-data.js';
import type { Recording } from './recording.js';
import type { Selection } from './selection.js';

/** What of a recording counts, and whether as wall time or CPU time. */
export type Chosen = Pick<Selection, 'window' | 'states' | 'lane' | 'task' | 'cpu'>;

/** By node of the calls: µs of its own of what counts. */
export function sumCalls(recording: Recording, chosen: Chosen): Float64Array {
  const sums = new Float64Array(recording.callCount);
  forEachCall(recording, chosen, (_, node, us) => {
    sums[node] = sums[node]! + us;
  });
  return sums;
}

/** What counts, piece by piece. */
export function forEachCall(
  { columns, head, lengthNs, tasks, taskOf }: Recording,
  { window, states, lane, task, cpu }: Chosen,
  visit: (lane: number, node: number, us: number) => void,
): void {
  const { callLane, callSlice, callCount: counts, callState, callNode, callUs, callCpu } = columns;
  const [from, to] = window ?? [0, lengthNs];
  const sliceNs = head.callSliceNs;
  const onlyTask = task === '' ? null : tasks.indexOf(task);
  for (let at = 0; at < callLane.length; at++) {
    if (lane >= 0 && callLane[at] !== lane) continue;
    if (!states[callState[at]!]) continue;
    const begin = callSlice[at]! * sliceNs;
    const end = Math.min(lengthNs, begin + counts[at]! * sliceNs);
    const seen = Math.min(to, end) - Math.max(from, begin);
    if (seen <= 0) continue;
    const node = callNode[at]!;
    if (onlyTask !== null && taskOf[node] !== onlyTask) continue;
    const us = cpu ? (callUs[at]! * callCpu[at]!) / 1e4 : callUs[at]!;
    visit(callLane[at]!, node, (us * seen) / (end - begin));
  }
}

/** How calls are merged. */
export interface MergedBy extends Pick<Selection, 'lines' | 'mine' | 'native'> {}

/** A tree of calls in which nodes with the same label under the same caller are one. Node 0 is the root of all. */
export class MergedCalls {
  /** By node: the caller, smaller than the node; -1 for the root. */
  readonly parents: readonly number[];
  /** By node: its frame, or that of all that were merged with it; -1 for the root. */
  readonly frames: readonly number[];
  /** By node: the label, -1 for the root. */
  readonly labels: readonly number[];
  /** By node of the calls: the merged one. */
  readonly nodeOf: Int32Array;
  /** By node: whether none of its callers has its label. */
  readonly isOutermost: Uint8Array;

  /**
   * @param lines whether labels are lines, not functions
   * @param mine whether frames of other code than one's own are left out: their time is that of the own frame that called them
   * @param native whether frames of native code are there; else their time is likewise that of the Python frame that called them
   */
  constructor(recording: Recording, { lines, mine, native }: MergedBy) {
    const { frameFunction, emptyFrame, outsideFrame } = recording;
    const codeOf = codesOf(recording, { mine, native });
    const labelCount = recording.frameLine.length + recording.functions.length;
    const parents = [-1];
    const frames = [-1];
    const labels = [-1];
    const nodeOf = new Int32Array(recording.callCount);
    const known = new Map<number, number>();
    const add = (parent: number, frame: number): number => {
      const label = lines ? frame : frameFunction[frame]!;
      const key = parent * labelCount + label;
      let node = known.get(key);
      if (node === undefined) {
        node = parents.length;
        known.set(key, node);
        parents.push(parent);
        frames.push(frame);
        labels.push(label);
      }
      return node;
    };
    /** By node of the calls: the merged node of its frame, or of the last one before it that is shown; 0 for none. */
    const places = new Int32Array(nodeOf.length);
    const hasPython = new Uint8Array(nodeOf.length);
    for (let call = 0; call < nodeOf.length; call++) {
      const caller = recording.callerOf(call);
      const parent = caller < 0 ? 0 : places[caller]!;
      const frame = recording.frameOf(call);
      if (codeOf[frame] === 'shown') {
        hasPython[call] = 1;
        places[call] = add(parent, frame);
        nodeOf[call] = places[call]!;
        continue;
      }
      hasPython[call] = codeOf[frame] === 'python' || (caller >= 0 && hasPython[caller] === 1) ? 1 : 0;
      places[call] = parent;
      // A thread that ran no Python code is told as with all code.
      nodeOf[call] = parent > 0 ? parent : add(0, hasPython[call] === 1 ? outsideFrame : emptyFrame);
    }
    this.parents = parents;
    this.frames = frames;
    this.labels = labels;
    this.nodeOf = nodeOf;
    this.isOutermost = findOutermost(parents, labels, labelCount);
  }

  /** By node: time of its own. @param calls by node of the calls */
  selfs(calls: Float64Array): Float64Array {
    const sums = new Float64Array(this.parents.length);
    for (let call = 0; call < calls.length; call++) {
      const node = this.nodeOf[call]!;
      sums[node] = sums[node]! + calls[call]!;
    }
    return sums;
  }
}

/** By frame: whether it is shown, or else whether it is Python's. What stands for no code is shown, but for tasks. */
function codesOf(
  { frameFunction, functions, columns }: Recording,
  { mine, native }: Pick<MergedBy, 'mine' | 'native'>,
): ('shown' | 'python' | 'other')[] {
  return frameFunction.map((of, frame) => {
    if (frame >= columns.frameLine.length) return 'shown';
    const { isMine, origin } = functions[of]!;
    const name = originNames[origin];
    if (name === 'task' || (name === 'native code' && !native)) return 'other';
    if (isMine || !mine) return 'shown';
    return name === 'native code' ? 'other' : 'python';
  });
}

/** By node: whether none of its callers has its label. From the root down, with the labels that are open. */
export function findOutermost(
  parents: readonly number[],
  labels: readonly number[],
  labelCount: number,
): Uint8Array {
  const size = parents.length;
  const firstChild = new Int32Array(size).fill(-1);
  const nextSibling = new Int32Array(size).fill(-1);
  for (let node = size - 1; node > 0; node--) {
    nextSibling[node] = firstChild[parents[node]!]!;
    firstChild[parents[node]!] = node;
  }
  const isOutermost = new Uint8Array(size);
  const open = new Int32Array(labelCount);
  const enter = (node: number): void => {
    if (node === 0) return;
    const label = labels[node]!;
    isOutermost[node] = open[label] === 0 ? 1 : 0;
    open[label] = open[label]! + 1;
  };
  let node = 0;
  enter(node);
  while (node >= 0) {
    if (firstChild[node]! >= 0) {
      node = firstChild[node]!;
      enter(node);
      continue;
    }
    while (node >= 0) {
      if (node > 0) open[labels[node]!] = open[labels[node]!]! - 1;
      const next = nextSibling[node]!;
      if (next >= 0) {
        node = next;
        enter(node);
        break;
      }
      node = parents[node]!;
    }
  }
  return isOutermost;
}

/** By node: time with all that it called. @param parents each smaller than its node @param selfs time of its own */
export function totalsOf(parents: readonly number[], selfs: Float64Array): Float64Array {
  const totals = Float64Array.from(selfs);
  for (let node = totals.length - 1; node > 0; node--) {
    const parent = parents[node]!;
    totals[parent] = totals[parent]! + totals[node]!;
  }
  return totals;
}

/** Time of functions: of their own, and with all that they called. Recursion counts once. */
export interface FunctionTime {
  readonly function: number;
  readonly selfUs: number;
  readonly totalUs: number;
}

/** @param calls merged by function @param selfs of its nodes */
export function sumFunctions(calls: MergedCalls, selfs: Float64Array, count: number): FunctionTime[] {
  const totals = totalsOf(calls.parents, selfs);
  const selfUs = new Float64Array(count);
  const totalUs = new Float64Array(count);
  for (let node = 1; node < totals.length; node++) {
    const label = calls.labels[node]!;
    selfUs[label] = selfUs[label]! + selfs[node]!;
    if (calls.isOutermost[node] === 1) totalUs[label] = totalUs[label]! + totals[node]!;
  }
  const rows: FunctionTime[] = [];
  for (let at = 0; at < count; at++)
    if (totalUs[at]! > 0) rows.push({ function: at, selfUs: selfUs[at]!, totalUs: totalUs[at]! });
  return rows;
}

/** Time of a function's line, likewise. */
export interface LineTime {
  readonly line: number;
  readonly selfUs: number;
  readonly totalUs: number;
}

/** The lines of a function, from the first on. @param calls merged by line @param selfs of its nodes */
export function sumLines(
  { frameFunction, frameLine }: Recording,
  calls: MergedCalls,
  selfs: Float64Array,
  of: number,
): LineTime[] {
  const totals = totalsOf(calls.parents, selfs);
  const lines = new Map<number, { line: number; selfUs: number; totalUs: number }>();
  for (let node = 1; node < totals.length; node++) {
    const frame = calls.frames[node]!;
    if (frameFunction[frame] !== of || !(totals[node]! > 0)) continue;
    const line = frameLine[frame]!;
    const sums = lines.get(line) ?? { line, selfUs: 0, totalUs: 0 };
    lines.set(line, sums);
    sums.selfUs += selfs[node]!;
    if (calls.isOutermost[node] === 1) sums.totalUs += totals[node]!;
  }
  return [...lines.values()].sort((a, b) => a.line - b.line);
}
