/** The rate that keeps to a budget: simulated recorders of which it is known what a tick takes, and what goes besides. */
import { describe, expect, test } from 'vitest';
import { CpuBudget, leastRateHz } from '../../../src/record/schedule/cpu-budget.js';
import { createRandom } from '../../format/random.js';

interface Recorder {
  readonly budget: number;
  readonly rateHz: number;
  /** CPU time of a tick, in ns, at a time in seconds. */
  readonly tickNs: (atS: number) => number;
  /** CPU time of a second besides ticks, in ns. */
  readonly fixedNs?: number;
  /** What it takes each ten seconds for each tick since, in ns. */
  readonly mergeNs?: number;
  /** By how much a second can be off. */
  readonly noise?: number;
}

/** The rate and the share of a CPU, second by second. */
function run(recorder: Recorder, seconds: number): { rates: number[]; shares: number[]; budget: CpuBudget } {
  const { rateHz, tickNs, fixedNs = 0, mergeNs = 0, noise = 0 } = recorder;
  const budget = new CpuBudget(recorder.budget, rateHz);
  const random = createRandom(7);
  const [rates, shares]: number[][] = [[], []];
  let usedNs = 0;
  let ticks = 0;
  for (let second = 0; second < seconds; second++) {
    let took = (fixedNs + budget.rateHz * tickNs(second)) * (1 + noise * (2 * random() - 1));
    ticks += budget.rateHz;
    if (second % 10 === 9) {
      took += ticks * mergeNs;
      ticks = 0;
    }
    rates!.push(budget.rateHz);
    shares!.push(took / 1e9);
    for (let part = 1; part <= 4; part++) {
      budget.look((second + part / 4) * 1e9, usedNs + (took * part) / 4);
    }
    usedNs += took;
  }
  return { rates: rates!, shares: shares!, budget };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const changes = (rates: readonly number[]) =>
  rates.filter((rate, at) => at > 0 && rate !== rates[at - 1]).length;

describe('a recorder that is above its budget', () => {
  for (const [name, recorder] of Object.entries<Recorder>({
    'twenty threads at 1 kHz': { budget: 0.01, rateHz: 1000, tickNs: () => 150e3 },
    'with much besides the ticks': { budget: 0.02, rateHz: 1000, tickNs: () => 100e3, fixedNs: 12e6 },
    'that merges each ten seconds': { budget: 0.01, rateHz: 100, tickNs: () => 200e3, mergeNs: 150e3 },
    'on a machine that is not quiet': {
      ...{ budget: 0.05, rateHz: 10_000, tickNs: () => 40e3, fixedNs: 3e6, mergeNs: 10e3, noise: 0.3 },
    },
    'a little above it': { budget: 0.01, rateHz: 100, tickNs: () => 105e3 },
  }))
    test(`${name} settles below it, not far, and stays there`, () => {
      const { rates, shares } = run(recorder, 600);
      for (let at = 120; at + 20 <= 600; at += 20)
        expect(mean(shares.slice(at, at + 20))).toBeLessThanOrEqual(recorder.budget);
      expect(mean(shares.slice(240))).toBeGreaterThan(0.55 * recorder.budget);
      expect(changes(rates.slice(240))).toBe(0);
    });

  test('is far below what it took within seconds', () => {
    const { shares } = run({ budget: 0.01, rateHz: 1000, tickNs: () => 150e3 }, 10);
    expect(shares[0]).toBeCloseTo(0.15);
    expect(shares[9]).toBeLessThanOrEqual(0.01);
  });

  test('never goes below the rate at which ticks are neighbours, and says that it is above the budget there', () => {
    const { rates, budget } = run({ budget: 0.001, rateHz: 100, tickNs: () => 100e3, fixedNs: 5e6 }, 200);
    expect(rates.at(-1)).toBe(leastRateHz);
    expect(budget.excess).toBeCloseTo(0.0052);
    expect(changes(rates.slice(60))).toBe(0);
  });
});

describe('a recorder that is below its budget', () => {
  test('keeps the rate that was asked for', () => {
    const { rates, budget } = run({ budget: 0.05, rateHz: 100, tickNs: () => 50e3, noise: 0.5 }, 300);
    expect(new Set(rates)).toEqual(new Set([100]));
    expect(budget.excess).toBeNull();
  });

  test('does not count what it takes to begin', () => {
    const { rates } = run({ budget: 0.01, rateHz: 100, tickNs: (at) => (at < 2 ? 3e6 : 50e3) }, 60);
    expect(new Set(rates)).toEqual(new Set([100]));
  });

  test('is as quick again as it was once a load has gone', () => {
    const { rates, shares } = run(
      { budget: 0.01, rateHz: 100, tickNs: (at) => (at < 100 ? 2e6 : 20e3) },
      900,
    );
    expect(rates[99]).toBeLessThan(6);
    expect(rates.at(-1)).toBe(100);
    for (let at = 120; at < 900; at += 20) expect(mean(shares.slice(at, at + 20))).toBeLessThanOrEqual(0.01);
    // One step at a time: none is taken back.
    for (let at = 101; at < 900; at++) expect(rates[at]).toBeGreaterThanOrEqual(rates[at - 1]!);
  });
});

test('where a load comes and goes, the rate goes up ever more rarely', () => {
  // Each raise is followed by a load that the raised rate has no room for.
  const rates = new CpuBudget(0.01, 100);
  let usedNs = 0;
  const raises: number[] = [];
  for (let second = 0; second < 4000; second++) {
    const before = rates.rateHz;
    usedNs += before >= 100 ? 0.015e9 : 0.005e9;
    if (rates.look((second + 1) * 1e9, usedNs) && rates.rateHz > before) raises.push(second);
  }
  const pauses = raises.slice(1).map((at, i) => at - raises[i]!);
  expect(raises.length).toBeGreaterThan(2);
  expect(pauses[1]).toBeGreaterThan(1.5 * pauses[0]!);
  expect(Math.max(...pauses)).toBeLessThan(900);
});
