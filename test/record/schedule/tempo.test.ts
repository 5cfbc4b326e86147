/** The rate while a recording goes on: what is due, what is left out on purpose, and how much of the time is known. */
import { expect, test } from 'vitest';
import { Tempo } from '../../../src/record/schedule/tempo.js';
import { createRandom } from '../../format/random.js';

const startNs = 3e12;

/** Runs a recorder of which each tick takes `tickNs` of CPU time, in time. */
function run(tempo: Tempo, seconds: number, used: { ns: number }, tickNs: number) {
  const seen = { ticks: 0, missed: 0, spared: 0, weightNs: 0, longestNs: 0 };
  let lastNs = 0;
  for (let nowNs = 0; ; ) {
    const { at, missed } = tempo.schedule.next(startNs + nowNs);
    nowNs = at - startNs;
    if (nowNs > seconds * 1e9) return seen;
    seen.ticks++;
    seen.missed += missed;
    seen.spared += (1 + missed) * tempo.sparedPerTick;
    seen.weightNs += tempo.weigh(nowNs - lastNs);
    seen.longestNs = Math.max(seen.longestNs, nowNs - lastNs);
    lastNs = nowNs;
    used.ns += tickNs;
    tempo.keepBudget(nowNs);
  }
}

test('a budget that is kept to leaves all as it is', () => {
  const used = { ns: 0 };
  const seen = run(new Tempo(startNs, 1000, 0.5, () => used.ns), 30, used, 100e3);
  expect(seen.spared).toBe(0);
  expect(Math.abs(seen.ticks - 30_000)).toBeLessThan(2);
});

test('with a lower rate, ticks and those that were spared are what the rate has; none is missed, no time is lost', () => {
  const used = { ns: 0 };
  const tempo = new Tempo(startNs, 1000, 0.01, () => used.ns);
  const seen = run(tempo, 120, used, 150e3);
  expect(tempo.rateHz).toBeLessThan(67);
  expect(tempo.rateHz).toBeGreaterThan(40);
  expect(tempo.schedule.periodNs).toBeCloseTo(1e9 / tempo.rateHz);
  expect(seen.missed).toBe(0);
  expect(Math.abs(seen.ticks + seen.spared - 120_000)).toBeLessThan(60);
  expect(seen.weightNs / 120e9).toBeCloseTo(1, 3);
  expect(tempo.longestNs).toBeGreaterThan(seen.longestNs);
});

test('there is nothing to lower where it goes as fast as it can', () => {
  const random = createRandom(1);
  const tempo = new Tempo(startNs, 0, 0.01, () => random() * 1e12);
  for (let second = 0; second < 60; second++) tempo.keepBudget(second * 1e9);
  expect(tempo.sparedPerTick).toBe(0);
  expect(tempo.excess).toBe(0);
});
