/** Code objects that lie close together are read as one; what is gone takes its neighbours' stretch along. */
import { expect, test } from 'vitest';
import { RangeList } from '../../../src/platform/memory.js';
import { CodeAreas } from '../../../src/record/code/code-areas.js';

const rangesOf = (list: RangeList): [number, number][] =>
  Array.from({ length: list.count }, (_, i) => [list.addresses[i]!, list.lengths[i]!]);

test('neighbours share a range, once a read, and are found in it', () => {
  const areas = new CodeAreas();
  const list = new RangeList();
  const late = areas.at(0x10400, 32);
  const early = areas.at(0x10040, 32);
  const far = areas.at(0x20000, 32);
  expect(early).toBe(late);
  expect(far).not.toBe(late);
  list.add(0x99990, 8);
  for (const area of [late, far, early]) area.plan(list, 1);
  expect(rangesOf(list)).toEqual([
    [0x99990, 8],
    [0x10040, 0x3e0],
    [0x20000, 32],
  ]);
  expect(late.offsetOf(0x10040)).toBe(8);
  expect(late.offsetOf(0x10400)).toBe(8 + 0x3c0);
  expect(far.offsetOf(0x20000)).toBe(8 + 0x3e0);
  // Another that comes later is in the next read, and does not move what was read before.
  areas.at(0x10000, 32);
  expect(late.offsetOf(0x10400)).toBe(8 + 0x3c0);
  list.clear();
  late.plan(list, 2);
  expect(rangesOf(list)).toEqual([[0x10000, 0x420]]);
});

test('a stretch in which something is gone is made anew, of what is asked for', () => {
  const areas = new CodeAreas();
  const old = areas.at(0x10000, 32);
  areas.at(0x10400, 32);
  areas.retire(old);
  areas.retire(old);
  expect(old.retired).toBe(true);
  const list = new RangeList();
  areas.at(0x10400, 32).plan(list, 1);
  expect(rangesOf(list)).toEqual([[0x10400, 32]]);
});
