/**
 * No lean: the time that a tick stands for does not depend on where in its period it lies, so that a program that works in
 * step with the ticks gets its true share. Exactly: the mean weight by place in the period, from which follows the expected
 * share of every program that repeats with the periods.
 */
import { describe, expect, test } from 'vitest';
import { tickCells } from '../../../src/format/samples/tick-cells.js';
import { isInside, simulateTicks, type TickSpec } from '../../support/ticks.js';

const places = 64;
const none = { tickNs: [], weightNs: [] };

const cycles = [0.25, 1 / 3, 0.5, 1, 1.5, 2, 3, 4];
const shares = [0.02, 0.1, 0.5, 0.7];
const phases = Array.from({ length: 16 }, (_, at) => at / 16);

const specs: [string, TickSpec][] = [
  ...[1, 10, 100, 1_000, 10_000].map((rateHz): [string, TickSpec] => [
    `${rateHz} Hz`,
    { rateHz, ticks: 400_000 },
  ]),
  ['100 Hz, late by up to a tenth', { rateHz: 100, ticks: 400_000, late: 0.1 }],
  ['100 Hz, 2 % missed', { rateHz: 100, ticks: 400_000, missed: 0.02 }],
  ['100 Hz, 10 % missed', { rateHz: 100, ticks: 400_000, missed: 0.1 }],
  ['1000 Hz, 20 % missed', { rateHz: 1_000, ticks: 400_000, missed: 0.2 }],
];

function weightsOf(spec: TickSpec, cells = true) {
  const ticks = simulateTicks(spec);
  const around = { before: none, after: none, farthestNs: Math.max(1e9, 50 * ticks.periodNs) };
  return { ...ticks, weights: cells ? tickCells(ticks, around).weightNs : ticks.weightNs };
}

/** The greatest distance of an expected share from the true one, in points. */
function greatestLean({ exactNs, periodNs, weights }: ReturnType<typeof weightsOf>): number {
  const sums = new Float64Array(places);
  const counts = new Float64Array(places);
  for (const [at, ns] of exactNs.entries()) {
    const place = Math.floor(((ns / periodNs) % 1) * places);
    sums[place] = sums[place]! + weights[at]!;
    counts[place] = counts[place]! + 1;
  }
  // Ticks lie, and are missed, at any place alike: that is so by how they were made.
  const byPlace = sums.map((ns, place) => ns / counts[place]!);
  const all = byPlace.reduce((sum, ns) => sum + ns, 0);
  let worst = 0;
  for (const periods of cycles)
    for (const share of shares)
      for (const phase of phases) {
        // Of each place the share of the time that the program is in it there, over all periods that are not alike.
        let inside = 0;
        const steps = 12 * 8;
        for (let place = 0; place < places; place++) {
          let hits = 0;
          for (let step = 0; step < steps; step++) {
            const at = Math.floor(step / 8) + (place + ((step % 8) + 0.5) / 8) / places;
            if (isInside({ periods, phase, share }, at)) hits++;
          }
          inside += (byPlace[place]! / all) * (hits / steps);
        }
        let truth = 0;
        for (let step = 0; step < 12 * places * 8; step++)
          if (isInside({ periods, phase, share }, (step + 0.5) / places / 8)) truth++;
        worst = Math.max(worst, Math.abs(inside - truth / (12 * places * 8)) * 100);
      }
  return worst;
}

describe('the share of a program in step with the ticks', () => {
  test.each(specs)('%s: true to a tenth of a point', (_, spec) => {
    expect(greatestLean(weightsOf(spec))).toBeLessThan(0.1);
  });

  test('by the time since the tick before it would lean by ten points', () => {
    expect(greatestLean(weightsOf({ rateHz: 100, ticks: 400_000 }, false))).toBeGreaterThan(10);
  });

  test('as fast as possible, too', () => {
    const { exactNs, weights } = weightsOf({ rateHz: 0, ticks: 2_000_000 });
    const meanNs = exactNs.at(-1)! / exactNs.length;
    for (const share of [0.1, 0.7])
      for (const periods of [0.5, 1, 4]) {
        let [inside, all] = [0, 0];
        for (const [at, ns] of exactNs.entries()) {
          all += weights[at]!;
          if (isInside({ periods, phase: 0.3, share }, ns / meanNs)) inside += weights[at]!;
        }
        expect(Math.abs(inside / all - share) * 100).toBeLessThan(0.1);
      }
  });
});
