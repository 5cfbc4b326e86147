/** How much time of a fold is one's own code's, and how much that of libraries. Weights in ns. */
import type { OwnCode } from '../names/own-code.js';
import { isOutsideFrame } from '../samples/stack-filter.js';
import type { Fold } from './fold.js';

/** Time in other code that one's own called: what --mine counts for its callers. */
export function calledLibraryNs({ forest, cells }: Fold, own: OwnCode): number {
  const isOwn = forest.frames.map((frame) => own.has(frame.function));
  const hasOwn = new Uint8Array(forest.parents.length);
  forest.parents.forEach((parent, node) => {
    hasOwn[node] = isOwn[forest.frameOf[node]!] || (parent >= 0 && hasOwn[parent]) ? 1 : 0;
  });
  return cells.reduce(
    (sum, { node, ns }) => (node >= 0 && hasOwn[node] && !isOwn[forest.frameOf[node]!] ? sum + ns : sum),
    0,
  );
}

/** Time of stacks without a frame of one's own, in a fold by --mine. */
export function outsideNs({ forest, cells }: Fold): number {
  const outside = forest.frameOf.findIndex((frame) => isOutsideFrame(forest.frames[frame]!));
  return cells.reduce((sum, { node, ns }) => (node >= 0 && node === outside ? sum + ns : sum), 0);
}
