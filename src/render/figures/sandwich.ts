/** Callers and callees of one function. Where it calls itself, its outermost call counts: each sample once. */
import { type MergedCalls, totalsOf } from './call-sums.js';
import { type CallTree, turnRound } from './flame-frames.js';
import type { Recording } from './recording.js';

export interface Sandwich {
  /** Under the function, which is the root: who called it, and who called them. */
  readonly callers: CallTree;
  /** Likewise what it called; with lines, its own lines come first. */
  readonly callees: CallTree;
}

/**
 * @param of index of the function
 * @param selfs of the merged calls' nodes, in µs
 * @param hasLines whether they were merged by line
 */
export function sandwichOf(
  recording: Recording,
  calls: Pick<MergedCalls, 'parents' | 'frames' | 'labels'>,
  selfs: Float64Array,
  { of, hasLines }: { readonly of: number; readonly hasLines: boolean },
): Sandwich {
  const { parents, frames, labels } = calls;
  const size = parents.length;
  const none = -1;
  /** By node: the one that stands for it under the function; none for what the function did not call. */
  const places = new Int32Array(size).fill(none);
  const callees = { parents: [-1], frames: [-1], selfs: [0] };
  const known = new Map<number, number>();
  const labelCount = recording.frameLine.length + recording.functions.length;
  const child = (parent: number, node: number): number => {
    const key = parent * labelCount + labels[node]!;
    let place = known.get(key);
    if (place === undefined) {
      place = callees.parents.length;
      known.set(key, place);
      callees.parents.push(parent);
      callees.frames.push(frames[node]!);
      callees.selfs.push(0);
    }
    return place;
  };
  const totals = totalsOf(parents, selfs);
  const outermost = new Float64Array(size);
  for (let node = 1; node < size; node++) {
    const caller = places[parents[node]!]!;
    if (caller !== none) places[node] = child(caller, node);
    else if (recording.frameFunction[frames[node]!] === of) {
      places[node] = hasLines ? child(0, node) : 0;
      outermost[node] = totals[node]!;
    }
    const place = places[node]!;
    if (place !== none) callees.selfs[place] = callees.selfs[place]! + selfs[node]!;
  }
  return {
    callers: turnRound(recording, calls, outermost, false),
    callees: { ...callees, selfs: Float64Array.from(callees.selfs) },
  };
}
