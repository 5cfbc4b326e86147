/** The calls of a window under roots: the processes, threads and tasks whose time it is, one in the other. */
import { type Chosen, forEachCall, type MergedCalls } from './call-sums.js';
import type { Recording } from './recording.js';
import type { Selection } from './selection.js';

/** What a graph is made of. */
export interface LabelledCalls extends Pick<MergedCalls, 'parents' | 'frames' | 'labels'> {
  /** By node: µs of its own. */
  readonly selfs: Float64Array;
}

/** Each root may have all of the calls. */
const mostNodes = 2_000_000;

export type Roots = Pick<Selection, 'processes' | 'threads' | 'tasks'>;

export function hasRoots({ processes, threads, tasks }: Roots): boolean {
  return processes || threads || tasks;
}

/**
 * @param calls the merged calls without roots
 * @param chosen what of the recording counts
 * @param options of which `lines` says how calls were merged
 * @param most nodes that there is room for, about: time of more is gathered under its root
 */
export function rootCalls(
  recording: Recording,
  calls: MergedCalls,
  chosen: Chosen,
  options: Roots & Pick<Selection, 'lines'>,
  most = mostNodes,
): LabelledCalls {
  const { processes, threads, tasks, lines } = options;
  const parents = [-1];
  const frames = [-1];
  const labels = [-1];
  const selfs = [0];
  const add = (parent: number, frame: number): number => {
    frames.push(frame);
    labels.push(lines ? frame : recording.frameFunction[frame]!);
    selfs.push(0);
    return parents.push(parent) - 1;
  };
  const rootNodes = new Map<number, number>();
  const frameCount = recording.frameLine.length;
  const root = (parent: number, frame: number): number => {
    const key = parent * frameCount + frame;
    let node = rootNodes.get(key);
    if (node === undefined) {
      node = add(parent, frame);
      rootNodes.set(key, node);
    }
    return node;
  };
  const size = calls.parents.length;
  /** By root and merged node: time of its own. */
  const times = new Map<number, number>();
  const tops = new Set<number>();
  forEachCall(recording, chosen, (lane, call, us) => {
    let top = 0;
    if (processes) top = root(top, recording.rootFrame('process', recording.lanes[lane]!.processAt));
    if (threads) top = root(top, recording.rootFrame(processes ? 'lane within' : 'lane', lane));
    if (tasks) top = root(top, recording.rootFrame('task', recording.taskOf[call]!));
    tops.add(top);
    const key = top * size + calls.nodeOf[call]!;
    times.set(key, (times.get(key) ?? 0) + us);
  });
  const places = new Map<number, number>();
  const path: number[] = [];
  /** Where a merged node is under a root. */
  const placeUnder = (top: number, merged: number): number => {
    let at = merged;
    let place: number | undefined;
    for (; at > 0; at = calls.parents[at]!) {
      place = places.get(top * size + at);
      if (place !== undefined) break;
      path.push(at);
    }
    place ??= top;
    for (let next = path.pop(); next !== undefined; next = path.pop()) {
      place = add(place, calls.frames[next]!);
      places.set(top * size + next, place);
    }
    return place;
  };
  const entries = [...times];
  // What there may be no room for is the lightest.
  if (tops.size * size > most) entries.sort(([, one], [, other]) => other - one);
  for (const [key, us] of entries) {
    const top = Math.floor(key / size);
    const place = parents.length < most ? placeUnder(top, key % size) : root(top, recording.cutFrame);
    selfs[place] = selfs[place]! + us;
  }
  return { parents, frames, labels, selfs: Float64Array.from(selfs) };
}
