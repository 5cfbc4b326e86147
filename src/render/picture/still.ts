/** The still picture of frames: what is drawn of them at first, and what is gathered. */
import { type Arrangement, arrange } from '../drawing/arrangement.js';
import { type Box, hiddenIn, layOut, wholeView } from '../drawing/boxes.js';
import type { Frames } from '../drawing/frames.js';
import { measures } from '../drawing/measures.js';
import { showCount, showCounted, showSeconds } from '../words/picture-numbers.js';
import type { GatherLimits } from './gather.js';

/** Frames in the still picture, gathering boxes not counted: each costs jsdom about 14 KB of memory and 0.1 ms. */
const maxDrawnFrames = 5000;

/** Frames kept for zooming. Ten times what fits on a screen, in half a megabyte. */
const maxCarriedFrames = 20_000;

/** What is drawn of a tree. @param inner pixels of its root */
export function drawnLimits(total: number, inner: number): GatherLimits {
  const minTotal = (total * measures.minBox) / inner;
  return { minTotal, maxFrames: maxDrawnFrames, maxDepth: measures.maxRows - 2 };
}

/** What of a tree the picture carries for its script. */
export const carriedLimits: GatherLimits = {
  minTotal: 0,
  maxFrames: maxCarriedFrames,
  maxDepth: Number.POSITIVE_INFINITY,
};

export interface StillFrames {
  readonly tree: Arrangement;
  readonly boxes: readonly Box[];
}

/** Lays all frames out. */
export function stillFrames(frames: Frames, inner: number): StillFrames {
  const tree = arrange(frames, 'union');
  return { tree, boxes: layOut(tree, wholeView, inner, Number.POSITIVE_INFINITY) };
}

/** What the still picture does not show of so many nodes. */
export function noteOf({ tree, boxes }: StillFrames, nodeCount: number, perPixel?: number): string {
  const drawn = boxes.reduce((count, box) => count + (hiddenIn(tree, box) === 0 ? 1 : 0), 0);
  if (drawn >= nodeCount) return `All ${showCounted(nodeCount, 'frame')} are drawn.`;
  const pixel = perPixel === undefined ? '' : ` (a pixel is ${showSeconds(perPixel)})`;
  return `${showCount(drawn)} of ${showCounted(nodeCount, 'frame')} are drawn, the others are gathered in dotted boxes${pixel}.`;
}
