/** Where frames are expected: few ranges, that hold every frame of the last stack. */
import { describe, expect, test } from 'vitest';
import { RangeList } from '../../../src/platform/memory.js';
import { Prediction } from '../../../src/record/unwind/prediction.js';
import { Stack } from '../../../src/record/unwind/stack.js';

const size = 72;

function stackAt(...addresses: number[]): Stack {
  const stack = new Stack();
  for (const address of addresses) stack.meet(address);
  return stack;
}

describe('a prediction', () => {
  test('holds neighbouring frames in one range, distant ones in others', () => {
    const prediction = new Prediction();
    prediction.cover(
      stackAt(0x7000_2000, 0x7000_1100, 0x7000_1000, 0x9000_0000),
      { frameSize: size, chunkStart: 0, chunkEnd: 0 },
      false,
    );
    expect(prediction.start).toEqual([0x7000_1000, 0x7000_2000, 0x9000_0000]);
    expect(prediction.length).toEqual([0x100 + size, size, size]);
    for (const [address, range] of [
      [0x7000_1000, 0],
      [0x7000_1100, 0],
      [0x7000_2000, 1],
      [0x9000_0000, 2],
      [0x9000_0008, -1],
      [0x7000_0ff8, -1],
      [0, -1],
    ] as const)
      for (const hint of [0, 1, 2]) expect(prediction.find(address, size, hint)).toBe(range);
  });

  test('does not read what lies between frames where that would be much', () => {
    const prediction = new Prediction();
    const addresses = Array.from({ length: 20_000 }, (_, i) => 0x7000_0000 + i * 2000);
    prediction.cover(stackAt(...addresses), { frameSize: size, chunkStart: 0, chunkEnd: 0 }, false);
    expect(prediction.length).toEqual(addresses.map(() => size));
  });

  test('forgets what was, or keeps what may come back', () => {
    const prediction = new Prediction();
    prediction.cover(stackAt(0x1_0000, 0x2_0000), { frameSize: size, chunkStart: 0, chunkEnd: 0 }, false);
    prediction.cover(stackAt(0x3_0000), { frameSize: size, chunkStart: 0, chunkEnd: 0 }, true);
    expect(prediction.start).toEqual([0x1_0000, 0x2_0000, 0x3_0000]);
    prediction.cover(stackAt(0x3_0000), { frameSize: size, chunkStart: 0, chunkEnd: 0 }, false);
    expect(prediction.start).toEqual([0x3_0000]);
    prediction.clear();
    expect(prediction.start).toEqual([]);
  });

  test('does not keep more and more', () => {
    const prediction = new Prediction();
    for (let i = 1; i < 2000; i++)
      prediction.cover(stackAt(i * 0x1_0000), { frameSize: size, chunkStart: 0, chunkEnd: 0 }, true);
    expect(prediction.start.length).toBeLessThan(200);
  });

  test('has room for newer frames in the chunk of the data stack, and not beyond it', () => {
    const prediction = new Prediction();
    prediction.cover(
      stackAt(0x10_0100),
      { frameSize: size, chunkStart: 0x10_0000, chunkEnd: 0x10_4000 },
      false,
    );
    expect(prediction.length[0]).toBeGreaterThan(size);
    prediction.cover(
      stackAt(0x10_3fa0),
      { frameSize: size, chunkStart: 0x10_0000, chunkEnd: 0x10_4000 },
      false,
    );
    expect(prediction.start[0]! + prediction.length[0]!).toBeLessThanOrEqual(0x10_4000);
    expect(prediction.length[0]! % 8).toBe(0);
    prediction.cover(
      stackAt(0x20_0000),
      { frameSize: size, chunkStart: 0x10_0000, chunkEnd: 0x10_4000 },
      false,
    );
    expect(prediction.length).toEqual([size]);
  });

  test('adds copies whose ranges land where it says', () => {
    const prediction = new Prediction();
    prediction.cover(stackAt(0x1000, 0x9000), { frameSize: size, chunkStart: 0, chunkEnd: 0 }, false);
    const list = new RangeList();
    list.add(0x5000, 40);
    expect([prediction.addTo(list), prediction.addTo(list)]).toEqual([40, 40 + 2 * size]);
    expect(prediction.offset).toEqual([0, size]);
    expect([...list.addresses.subarray(0, list.count)]).toEqual([0x5000, 0x1000, 0x9000, 0x1000, 0x9000]);
    expect([...list.offsets.subarray(0, list.count)]).toEqual([
      0,
      40,
      40 + size,
      40 + 2 * size,
      40 + 3 * size,
    ]);
    expect(list.totalBytes).toBe(40 + 4 * size);
  });
});

test('a list of ranges grows, and begins anew', () => {
  const list = new RangeList();
  for (let i = 0; i < 1000; i++) expect(list.add(i * 4096, 8)).toBe(i * 8);
  expect([list.count, list.totalBytes, list.addresses[999], list.offsets[999]]).toEqual([
    1000,
    8000,
    999 * 4096,
    7992,
  ]);
  list.clear();
  expect(list.add(0x1000, 16)).toBe(0);
  expect(list.count).toBe(1);
});
