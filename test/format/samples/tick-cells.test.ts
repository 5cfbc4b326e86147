/** Which wall time a tick stands for, at seams and edges too; that shares do not lean is in test/replay/shares.slow.test.ts. */
import { expect, test } from 'vitest';
import { type Surroundings, type Ticks, tickCells } from '../../../src/format/samples/tick-cells.js';
import { createRandom } from '../random.js';

const ms = 1e6;
const none: Ticks = { tickNs: [], weightNs: [] };

/** Ticks that follow each other at these distances in ms, of which so much is lost. */
function ticks(
  distances: readonly number[],
  lost: Record<number, number> = {},
): Record<keyof Ticks, Float64Array> {
  let at = 0;
  const moments = distances.map((distance) => {
    at += distance;
    return at * ms;
  });
  return {
    tickNs: Float64Array.from(moments),
    weightNs: Float64Array.from(distances, (distance, tick) => (distance - (lost[tick] ?? 0)) * ms),
  };
}

function cells(batch: Ticks, around: Partial<Surroundings> = {}) {
  const found = tickCells(batch, { before: none, after: none, farthestNs: 1e9, ...around });
  const inMs = (values: Float64Array) => [...values].map((ns) => ns / ms);
  return { from: inMs(found.fromNs), to: inMs(found.toNs), weight: inMs(found.weightNs) };
}

test('a tick has half of the time on either side', () => {
  expect(cells(ticks([10, 30, 20, 40, 10])).weight.slice(1, -1)).toEqual([25, 30, 25]);
  expect(cells(ticks([])).weight).toEqual([]);
});

test('missed ticks are shared by their neighbours', () => {
  expect(cells(ticks([10, 10, 90, 10, 10])).weight).toEqual([90, 50, 50, 10, 10]);
});

test('the first and the last stand for a distance that they are no end of', () => {
  expect(cells(ticks([3, 10, 20, 30, 40]))).toEqual({
    from: [-12, 8, 23, 48, 83],
    to: [8, 23, 48, 83, 113],
    weight: [20, 15, 25, 35, 30],
  });
});

test('so do the last before a loss and the first after it, whose weight in the file is a usual distance', () => {
  expect(cells(ticks([10, 10, 12, 80, 14, 16], { 3: 68 }))).toEqual({
    from: [3, 15, 26, 107, 119, 134],
    to: [15, 26, 36, 119, 134, 148],
    weight: [12, 11, 10, 12, 15, 14],
  });
});

test('where there are too few ticks for that, weights are as in the file', () => {
  expect(cells(ticks([7])).weight).toEqual([7]);
  expect(cells(ticks([7, 12])).weight).toEqual([7, 12]);
  expect(cells(ticks([10, 90, 90], { 1: 80, 2: 79 })).weight).toEqual([10, 10, 11]);
  expect(cells(ticks([10, 90, 8, 90, 10], { 1: 80, 3: 79 })).weight).toEqual([10, 10, 10, 11, 11]);
});

test('a tick that is farther away than it may be is none, nor is one that goes back', () => {
  expect(cells(ticks([10, 10, 2_000, 10, 10])).weight).toEqual([10, 10, 10, 10, 10]);
  expect(cells(ticks([2_000, 2_000, 2_100])).weight).toEqual([2_000, 2_000, 2_100]);
  expect(cells(ticks([10, 10]), { before: ticks([50]) }).weight).toEqual([10, 10]);
});

test('wherever batches are cut, cells are the same', () => {
  const random = createRandom(11);
  for (let run = 0; run < 200; run++) {
    const lost: Record<number, number> = {};
    const distances = Array.from({ length: 12 }, (_, at) => {
      if (random() > 0.2) return Math.ceil(random() * 20);
      lost[at] = 50;
      return 60 + Math.ceil(random() * 5);
    });
    const whole = ticks(distances, lost);
    const [low, high] = [Math.floor(random() * 6), 6 + Math.ceil(random() * 6)];
    const part = (from: number, to: number): Ticks => ({
      tickNs: whole.tickNs.slice(from, to),
      weightNs: whole.weightNs.slice(from, to),
    });
    const found = cells(part(low, high), {
      before: part(Math.max(0, low - 2), low),
      after: part(high, high + 2),
    });
    const all = cells(whole);
    for (const column of ['from', 'to', 'weight'] as const)
      expect(found[column]).toEqual(all[column].slice(low, high));
  }
});

test('times are whole, never negative, and overlap nowhere', () => {
  const random = createRandom(12);
  for (let run = 0; run < 300; run++) {
    let at = 0;
    const [tickNs, weightNs]: [number[], number[]] = [[], []];
    for (let tick = 0; tick < 20; tick++) {
      const distance = Math.floor(random() * 20_000_001);
      const isLost = random() < 0.2;
      const before = at;
      at += isLost ? 30_000_000 + distance : distance;
      tickNs.push(at);
      weightNs.push(isLost ? 10_000_000 : at - before);
    }
    const found = tickCells({ tickNs, weightNs }, { before: none, after: none, farthestNs: 1e9 });
    for (const [tick, weight] of found.weightNs.entries()) {
      expect(Number.isSafeInteger(weight) && weight >= 0).toBe(true);
      if (tick > 0) expect(found.fromNs[tick]).toBeGreaterThanOrEqual(found.toNs[tick - 1]!);
    }
  }
});
