/** How a stretch is cut: without a gap, and so that no two pieces begin within the same millisecond. */
import { describe, expect, test } from 'vitest';
import { slicesOf } from '../../../src/run/push/slices.js';

const slices = (fromNs: number, toNs: number, everyNs: number | null, isOpen = false) =>
  [...slicesOf({ fromNs, toNs, extentNs: toNs }, everyNs, isOpen)].map((slice) => [slice.fromNs, slice.toNs]);

describe('slicesOf', () => {
  test('cuts at multiples of the length, which the first and the last need not have', () => {
    expect(slices(0.5e9, 3.2e9, 1e9)).toEqual([
      [0.5e9, 1e9],
      [1e9, 2e9],
      [2e9, 3e9],
      [3e9, 3.2e9],
    ]);
    expect(slices(0.5e9, 3.2e9, null)).toEqual([[0.5e9, 3.2e9]]);
    expect(slices(0.5e9, 3.2e9, 1e9, true).at(-1)).toEqual([2e9, 3e9]);
    expect(slices(2e9, 2e9, 1e9)).toEqual([]);
  });

  test('leaves no gap, and has no two that begin within a millisecond, wherever it begins', () => {
    for (const everyNs of [1e9, 1.5e9, 1_000_000_001])
      for (const before of [1, 1e3, 999_999, 1e6, 1_000_001, 0.4e9]) {
        const fromNs = 3 * everyNs - before;
        const found = slices(fromNs, fromNs + 5.3e9, everyNs);
        expect(found[0]![0]).toBe(fromNs);
        expect(found.at(-1)![1]).toBe(fromNs + 5.3e9);
        for (const [i, [from]] of found.slice(1).entries()) {
          expect(from).toBe(found[i]![1]);
          expect(from! - found[i]![0]!).toBeGreaterThanOrEqual(1e6);
        }
      }
  });
});
