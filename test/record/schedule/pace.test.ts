/** How much of the time between two ticks counts as known, after stalls and where ticks take longer than their period. */
import { expect, test } from 'vitest';
import { Pace } from '../../../src/record/schedule/pace.js';

const ms = 1e6;

test('all of a usual distance is known, and of one that jitter explains', () => {
  const pace = new Pace(10 * ms);
  for (const distance of [10, 3, 17, 20, 0, 10]) expect(pace.weigh(distance * ms)).toBe(distance * ms);
});

test('of a stall a usual distance is known, and the rest is lost', () => {
  const pace = new Pace(10 * ms);
  expect(pace.weigh(30 * ms)).toBe(30 * ms);
  // One that is three times the usual may be jitter; the average has moved by an eighth of it.
  expect(pace.weigh(1000 * ms)).toBe((10 + 20 / 8) * ms);
});

test('at high rates a stall is one that takes milliseconds', () => {
  const pace = new Pace(50_000);
  expect(pace.weigh(5 * ms)).toBe(5 * ms);
  const known = pace.weigh(5 * ms + 1);
  expect(known).toBeLessThan(1 * ms);
  expect(known).toBeGreaterThan(50_000);
});

test('who is always too slow for the rate settles on the distance that is achieved, and loses nothing then', () => {
  const pace = new Pace(1 * ms);
  const weights = Array.from({ length: 100 }, () => pace.weigh(20 * ms));
  expect(weights[0]).toBe(1 * ms);
  const settled = weights.findIndex((weight) => weight === 20 * ms);
  expect(settled).toBeGreaterThan(0);
  expect(settled).toBeLessThan(30);
  expect(weights.slice(settled).every((weight) => weight === 20 * ms)).toBe(true);
});

test('one long stall does not make the next one usual', () => {
  const pace = new Pace(10 * ms);
  pace.weigh(60_000 * ms);
  expect(pace.weigh(100 * ms)).toBeLessThan(15 * ms);
});

test('where the rate is lowered, the longer distances are known at once, and those of a raised rate are', () => {
  const pace = new Pace(1 * ms);
  pace.stretch(100);
  for (const distance of [100, 190, 20]) expect(pace.weigh(distance * ms)).toBe(distance * ms);
  pace.stretch(1 / 100);
  expect(pace.weigh(1 * ms)).toBe(1 * ms);
  expect(pace.weigh(100 * ms)).toBeLessThan(3 * ms);
});
