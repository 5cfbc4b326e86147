/** Sums of a fold by any key of its frames: self (innermost) and total (anywhere on the stack, recursion once). */
import { addToCallers, findOutermost } from './call-totals.js';
import type { Fold } from './fold.js';

/** One element for each key; weights in ns. Samples without frames are in none of them. */
export interface KeySums {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selfSamples: Float64Array;
  readonly totalSamples: Float64Array;
}

/** @param keyOfFrame a key from 0 to `keyCount` - 1 for each of the forest's frames */
export function sumByKey(fold: Fold, keyOfFrame: readonly number[], keyCount: number): KeySums {
  const { forest } = fold;
  const sums: KeySums = {
    self: new Float64Array(keyCount),
    total: new Float64Array(keyCount),
    selfSamples: new Float64Array(keyCount),
    totalSamples: new Float64Array(keyCount),
  };
  const keys = forest.frameOf.map((frame) => keyOfFrame[frame]!);
  const ns = new Float64Array(keys.length);
  const samples = new Float64Array(keys.length);
  for (const cell of fold.cells) {
    if (cell.node < 0) continue;
    const key = keys[cell.node]!;
    sums.self[key] = sums.self[key]! + cell.ns;
    sums.selfSamples[key] = sums.selfSamples[key]! + cell.samples;
    ns[cell.node] = ns[cell.node]! + cell.ns;
    samples[cell.node] = samples[cell.node]! + cell.samples;
  }
  addToCallers(forest, ns);
  addToCallers(forest, samples);
  const outermost = findOutermost(forest, keys, keyCount);
  for (let node = 0; node < keys.length; node++) {
    if (outermost[node] === 0) continue;
    const key = keys[node]!;
    sums.total[key] = sums.total[key]! + ns[node]!;
    sums.totalSamples[key] = sums.totalSamples[key]! + samples[node]!;
  }
  return sums;
}
