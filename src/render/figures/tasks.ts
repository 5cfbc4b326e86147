/** Which task of asyncio calls belong to, and when it ran. */
import { type ColumnName, originNames, type PageHead, stateNames } from '../drawing/page-data.js';

type Columns = Readonly<Record<ColumnName, Float64Array>>;

export interface Tasks {
  /** Those with the most time first. */
  readonly names: readonly string[];
  /** By node of the calls: index of its task; -1 for none. */
  readonly of: Int32Array;
}

/** The nodes of calls that are no node of the tree. */
const without = 2;

/** Finds the tasks, whose frames are the outermost of what they ran. */
export function findTasks(columns: Columns, texts: PageHead['texts']): Tasks {
  const { functionName, functionOrigin, frameFunction, nodeParent, nodeFrame, callNode, callUs } = columns;
  const isTask = originNames.indexOf('task');
  const of = new Int32Array(nodeParent.length + without).fill(-1);
  const functions = [...functionOrigin.keys()].filter((at) => functionOrigin[at] === isTask);
  if (functions.length === 0) return { names: [], of };
  const taskOf = new Map(functions.map((at, task) => [at, task]));
  for (let node = 0; node < nodeParent.length; node++) {
    const parent = nodeParent[node]!;
    const frame = nodeFrame[node]!;
    if (parent > 0) of[node + without] = of[parent - 1 + without]!;
    else if (frame > 0) of[node + without] = taskOf.get(frameFunction[frame - 1]!) ?? -1;
  }
  const times = new Float64Array(functions.length);
  for (let at = 0; at < callNode.length; at++) {
    const task = of[callNode[at]!] ?? -1;
    if (task >= 0) times[task] = times[task]! + callUs[at]!;
  }
  const order = [...functions.keys()].sort((a, b) => times[b]! - times[a]! || a - b);
  const rank = new Int32Array(order.length);
  order.forEach((task, place) => {
    rank[task] = place;
  });
  return {
    names: order.map((task) => texts[functionName[functions[task]!]!] || '(no name)'),
    of: of.map((task) => (task < 0 ? -1 : rank[task]!)),
  };
}

/** By task: µs by slice of the calls and state. */
export function tasksUs({
  columns,
  tasks,
  taskOf,
  head,
  lengthNs,
}: {
  readonly columns: Columns;
  readonly tasks: Tasks['names'];
  readonly taskOf: Tasks['of'];
  readonly head: Pick<PageHead, 'callSliceNs'>;
  readonly lengthNs: number;
}): Float32Array[] {
  const { callSlice, callCount, callState, callNode, callUs } = columns;
  const slices = Math.max(1, Math.ceil(lengthNs / head.callSliceNs));
  const states = stateNames.length;
  const us = tasks.map(() => new Float32Array(slices * states));
  if (us.length === 0) return us;
  for (let at = 0; at < callNode.length; at++) {
    const sums = us[taskOf[callNode[at]!] ?? -1];
    if (sums === undefined) continue;
    const count = callCount[at]!;
    const end = Math.min(slices, callSlice[at]! + count);
    for (let slice = callSlice[at]!; slice < end; slice++) {
      const place = slice * states + callState[at]!;
      sums[place] = sums[place]! + callUs[at]! / count;
    }
  }
  return us;
}
