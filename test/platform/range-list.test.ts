/** Ranges that are read in one call: in order, and those that lie close together as one where order does not matter. */
import { expect, test } from 'vitest';
import { RangeList } from '../../src/platform/memory.js';

const rangesOf = (list: RangeList): [number, number, number][] =>
  Array.from({ length: list.count }, (_, i) => [list.addresses[i]!, list.lengths[i]!, list.offsets[i]!]);

test('words near each other share a range, and land where it says', () => {
  const list = new RangeList();
  expect(list.addNear(0x1000, 8)).toBe(0);
  expect(list.addNear(0x1100, 32)).toBe(0x100);
  // Within what there is already, and at an odd place behind it.
  expect(list.addNear(0x1008, 8)).toBe(8);
  expect(list.addNear(0x1124, 8)).toBe(0x124);
  // Before it, or too far: ranges of their own.
  expect(list.addNear(0xff8, 8)).toBe(0x130);
  expect(list.addNear(0x9000, 8)).toBe(0x138);
  expect(rangesOf(list)).toEqual([
    [0x1000, 0x130, 0],
    [0xff8, 8, 0x130],
    [0x9000, 8, 0x138],
  ]);
  expect(list.totalBytes).toBe(0x140);
});

test('what is read in order is never brought together with anything', () => {
  const list = new RangeList();
  list.add(0x1000, 8);
  list.addNear(0x1008, 8);
  list.add(0x1010, 8);
  list.addNear(0x1018, 8);
  list.clear();
  expect(list.addNear(0x1010, 8)).toBe(0);
  list.add(0x1018, 8);
  list.add(0x1020, 8);
  expect(list.addNear(0x1028, 8)).toBe(24);
  expect(rangesOf(list).map(([, length]) => length)).toEqual([8, 8, 8, 8]);
});
