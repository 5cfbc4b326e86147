/** Totals over a stack forest: callers get what their callees have, and recursion counts once. */
import type { StackForest } from '../../format/reading/stack-forest.js';

/** Adds each node's sums to its caller's, in place, in one reverse pass: callers come before callees. */
export function addToCallers(forest: StackForest, sums: Float64Array): void {
  for (let node = sums.length - 1; node >= 0; node--) {
    const parent = forest.parents[node]!;
    if (parent >= 0) sums[parent] = sums[parent]! + sums[node]!;
  }
}

/**
 * Marks the nodes whose key no caller of theirs has: only they may add to the key's total, or recursion would count
 * several times.
 * @param keys one small integer for each node, from 0 to `keyCount` - 1
 */
export function findOutermost(forest: StackForest, keys: Uint32Array, keyCount: number): Uint8Array {
  const { parents } = forest;
  const size = parents.length;
  const firstChild = new Int32Array(size).fill(-1);
  const nextSibling = new Int32Array(size).fill(-1);
  let firstRoot = -1;
  for (let node = size - 1; node >= 0; node--) {
    const parent = parents[node]!;
    nextSibling[node] = parent < 0 ? firstRoot : firstChild[parent]!;
    if (parent < 0) firstRoot = node;
    else firstChild[parent] = node;
  }
  const outermost = new Uint8Array(size);
  const open = new Uint32Array(keyCount);
  // Depth first without recursion: stacks may be 50,000 frames deep.
  let node = firstRoot;
  while (node >= 0) {
    const key = keys[node]!;
    outermost[node] = open[key] === 0 ? 1 : 0;
    open[key] = open[key]! + 1;
    if (firstChild[node]! >= 0) {
      node = firstChild[node]!;
      continue;
    }
    while (node >= 0) {
      open[keys[node]!] = open[keys[node]!]! - 1;
      if (nextSibling[node]! >= 0) {
        node = nextSibling[node]!;
        break;
      }
      node = parents[node]!;
    }
  }
  return outermost;
}
