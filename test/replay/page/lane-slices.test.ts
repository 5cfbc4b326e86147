/** Time in slices: sums hold, however long slices become. */
import { describe, expect, test } from 'vitest';
import { LaneSlices } from '../../../src/replay/page/lane-slices.js';
import { createRandom } from '../../format/random.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Half of it is CPU time. */
const of = (ns: number) => ({ ns, cpuNs: ns / 2 });

describe('slices of a window of 1,000 ns', () => {
  const window = { fromNs: 1_000, toNs: 2_000 };

  test('share a stretch out by how much of it lies in each', () => {
    const slices = new LaneSlices(window, { mostSlices: 10, mostEntries: 100 });
    slices.add(0, 7, 1_050, 1_250, of(400));
    expect(slices.sliceNs).toBe(100);
    expect(slices.entries()).toEqual({
      lane: [0, 0, 0],
      slice: [0, 1, 2],
      count: [1, 1, 1],
      key: [7, 7, 7],
      ns: [100, 200, 100],
      cpuNs: [50, 100, 50],
    });
  });

  test('are one entry where the same goes on', () => {
    const slices = new LaneSlices(window, { mostSlices: 10, mostEntries: 100 });
    slices.add(3, 1, 1_000, 1_400, of(400));
    slices.add(3, 1, 1_400, 1_800, of(400));
    slices.add(3, 2, 1_800, 2_000, of(200));
    expect(slices.entries()).toEqual({
      lane: [3, 3],
      slice: [0, 8],
      count: [8, 2],
      key: [1, 2],
      ns: [800, 200],
      cpuNs: [400, 100],
    });
  });

  test('are two entries where less CPU time is used from then on', () => {
    const slices = new LaneSlices(window, { mostSlices: 10, mostEntries: 100 });
    slices.add(0, 1, 1_000, 1_400, { ns: 400, cpuNs: 400 });
    slices.add(0, 1, 1_400, 2_000, { ns: 600, cpuNs: 60 });
    expect(slices.entries()).toMatchObject({
      slice: [0, 4],
      count: [4, 6],
      ns: [400, 600],
      cpuNs: [400, 60],
    });
  });

  test('what lies outside is the first one’s, or the last one’s', () => {
    const slices = new LaneSlices(window, { mostSlices: 4, mostEntries: 100 });
    slices.add(0, 1, 900, 1_100, of(200));
    slices.add(0, 1, 1_900, 2_100, of(200));
    expect(slices.entries()).toMatchObject({ slice: [0, 3], ns: [200, 200] });
  });

  test('become longer when there is no room, and lose no time', () => {
    const slices = new LaneSlices(window, { mostSlices: 1_000, mostEntries: 60 });
    const random = createRandom(9);
    const sums = new Map<string, number>();
    for (let at = 1_000; at < 2_000; at += 10)
      for (let lane = 0; lane < 3; lane++) {
        const key = Math.floor(random() * 4);
        slices.add(lane, key, at, at + 10, of(10));
        sums.set(`${lane} ${key}`, (sums.get(`${lane} ${key}`) ?? 0) + 10);
      }
    const entries = slices.entries();
    expect(slices.sliceNs).toBeGreaterThan(10);
    expect(entries.key.length).toBeLessThanOrEqual(60);
    for (const [name, ns] of sums) {
      const own = entries.ns.filter((_, at) => `${entries.lane[at]} ${entries.key[at]}` === name);
      expect(sum(own)).toBeCloseTo(ns, 6);
    }
  });

  test('keys that get one name are one', () => {
    const slices = new LaneSlices(window, { mostSlices: 10, mostEntries: 100 });
    slices.add(0, 1, 1_000, 1_050, of(50));
    slices.add(0, 2, 1_050, 1_100, of(50));
    slices.rename(() => 5);
    expect(slices.entries()).toEqual({ lane: [0], slice: [0], count: [1], key: [5], ns: [100], cpuNs: [50] });
  });

  test('one alone holds whatever there is', () => {
    const slices = new LaneSlices(window, { mostSlices: 8, mostEntries: 2 });
    for (let key = 0; key < 5; key++) slices.add(0, key, 1_000 + key * 200, 1_200 + key * 200, of(200));
    expect(slices.sliceNs).toBe(1_000);
    expect(slices.entries().ns).toEqual([200, 200, 200, 200, 200]);
  });
});
