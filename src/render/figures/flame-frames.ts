/** The frames of a flame graph, made of the time of a window. */
import { type FlameFrames, hiddenLook, type Look } from '../drawing/frames.js';
import { packFrames } from '../picture/frame-data.js';
import { gather, type LayoutNode, weigh } from '../picture/gather.js';
import type { MergedCalls } from './call-sums.js';
import type { Recording } from './recording.js';

/** Callers of an inverted tree beyond this are left out: their time is that of the last one. */
const mostCallers = 300;

/** Frames that are drawn or zoomed to; others are gathered. */
const mostFrames = 12_000;

/** Of an inverted tree: nodes with time of their own that are turned round; the lightest of more are one. */
const mostTurned = 20_000;

export interface CallTree {
  readonly parents: readonly number[];
  /** By node: index of the frame, -1 for the root. */
  readonly frames: readonly number[];
  readonly selfs: Float64Array;
}

/** The frames of a flame graph that know their functions. */
export interface PageFrames extends FlameFrames {
  /** `function` by frame: its index, -1 for what has none. */
  readonly values: { readonly time: readonly number[]; readonly function: readonly number[] };
}

export interface FrameOptions {
  /** Whether labels are lines, not functions. */
  readonly hasLines: boolean;
  /** By function; the root's is `rootLook`. */
  readonly lookOf: (at: number) => Look;
  readonly rootLook: Look;
  /** The function that the root stands for; -1 for all. */
  readonly root: number;
}

/** @param tree time is in µs */
export function flameFrames(recording: Recording, tree: CallTree, options: FrameOptions): PageFrames {
  const { root: rootFunction } = options;
  const { parents, frames, selfs: own } = withTime(tree);
  const { functions, frameFunction, frameLine } = recording;
  const functionOf = (node: number): number =>
    frames[node]! < 0 ? rootFunction : frameFunction[frames[node]!]!;
  const nodes = parents.map((parent, node): LayoutNode => {
    const frame = frames[node]!;
    if (frame < 0 && rootFunction < 0) return { parent, name: 'all', file: '', line: 0 };
    const { name, file, line } = functions[frame < 0 ? rootFunction : frameFunction[frame]!]!;
    if (frame < 0) return { parent, name, file, line };
    return { parent, name, file, line: options.hasLines ? frameLine[frame]! : line };
  });
  const weighed = weigh(nodes, (node) => own[node]!);
  const root = gather(weighed, { minTotal: 0, maxFrames: mostFrames, maxDepth: Number.POSITIVE_INFINITY });
  const columns = packFrames(
    root,
    nodes,
    ({ hidden, node }) => {
      if (hidden > 0) return hiddenLook;
      const of = functionOf(node);
      return of < 0 ? options.rootLook : options.lookOf(of);
    },
    ({ hidden, node, total }) => ({
      time: total,
      function: hidden > 0 || !recording.isCode(functionOf(node)) ? -1 : functionOf(node),
    }),
  );
  return { kind: 'flame', unit: 1e-6, ...columns };
}

/** The nodes that have time in the window, with what they called; the root always. */
function withTime({ parents, frames, selfs }: CallTree): CallTree {
  const totals = Float64Array.from(selfs);
  for (let node = totals.length - 1; node > 0; node--) {
    const parent = parents[node]!;
    totals[parent] = totals[parent]! + totals[node]!;
  }
  const now = new Int32Array(totals.length);
  const kept = { parents: [-1], frames: [-1], selfs: [selfs[0] ?? 0] };
  for (let node = 1; node < totals.length; node++) {
    if (!(totals[node]! > 0)) continue;
    now[node] = kept.parents.length;
    kept.parents.push(now[parents[node]!]!);
    kept.frames.push(frames[node]!);
    kept.selfs.push(selfs[node]!);
  }
  return { ...kept, selfs: Float64Array.from(kept.selfs) };
}

/**
 * Some nodes under the root, their callers above them.
 * @param selfs time of the nodes that are turned round; 0 of others
 * @param isLabelled whether the nodes themselves are frames, or only their callers
 */
export function turnRound(
  recording: Recording,
  calls: Pick<MergedCalls, 'parents' | 'frames' | 'labels'>,
  selfs: Float64Array,
  isLabelled: boolean,
): CallTree {
  let chosen: number[] = [];
  for (let node = 1; node < selfs.length; node++) if (selfs[node]! > 0) chosen.push(node);
  let rest = 0;
  if (chosen.length > mostTurned) {
    chosen.sort((a, b) => selfs[b]! - selfs[a]! || a - b);
    for (const node of chosen.slice(mostTurned)) rest += selfs[node]!;
    chosen = chosen.slice(0, mostTurned);
  }
  const parents = [-1];
  const frames = [-1];
  const own = [0];
  const known = new Map<number, number>();
  const labels = recording.frameLine.length + recording.functions.length;
  const child = (parent: number, label: number, frame: number): number => {
    const key = parent * labels + label;
    let node = known.get(key);
    if (node === undefined) {
      node = parents.length;
      known.set(key, node);
      parents.push(parent);
      frames.push(frame);
      own.push(0);
    }
    return node;
  };
  for (const node of chosen) {
    let place = 0;
    let left = mostCallers;
    for (
      let at = isLabelled ? node : calls.parents[node]!;
      at > 0 && left > 0;
      at = calls.parents[at]!, left--
    )
      place = child(place, calls.labels[at]!, calls.frames[at]!);
    own[place] = own[place]! + selfs[node]!;
  }
  if (rest > 0) {
    const place = child(0, labels - 1, recording.cutFrame);
    own[place] = own[place]! + rest;
  }
  return { parents, frames, selfs: Float64Array.from(own) };
}
