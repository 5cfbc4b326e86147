/** A window as folded stacks, for `export --format folded`. */
import type { FoldedStack } from '../../format/foreign/folded.js';
import { type FrameDetail, frameText } from '../names/frame-text.js';
import type { Fold } from '../sums/fold.js';
import { mergeStacks } from './call-tree.js';

/** Counts are samples, or microseconds where the fold is of CPU time. Stacks that round to nothing are left out. */
export function* listFoldedStacks(
  fold: Fold,
  options: { detail: FrameDetail; threads: boolean },
): Generator<FoldedStack, void> {
  const { parents, labels, selfNs, selfSamples } = mergeStacks(fold, {
    threads: options.threads,
    labelOf: (frame) => {
      const name = frameText(frame, options.detail);
      return { key: name, name, file: '', line: 0, module: '' };
    },
  });
  for (let node = 1; node < parents.length; node++) {
    const count = fold.metric === 'cpu' ? Math.round(selfNs[node]! / 1_000) : selfSamples[node]!;
    if (count === 0) continue;
    const frames: string[] = [];
    for (let at = node; at > 0; at = parents[at]!) frames.push(labels[at]!.name);
    yield { frames: frames.reverse(), count };
  }
}
