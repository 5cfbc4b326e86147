/** How often a stack is read again where the next tick is far. */
import { expect, test } from 'vitest';
import { spareWork, TickBudget } from '../../../src/record/unwind/tick-budget.js';
import { usualLimits } from '../../../src/record/unwind/walk-limits.js';

/** How many reads one stack gets that is torn each time. @param frames followed by each */
function reads(budget: TickBudget, frames: number): number {
  let attempt = 1;
  while (budget.allows(attempt, frames)) attempt++;
  return attempt;
}

test('what a tick has to spare goes to the stacks that need it, once', () => {
  const budget = new TickBudget(usualLimits, 50 * 175);
  for (let tick = 0; tick < 2; tick++) {
    budget.begin();
    expect([reads(budget, 75), reads(budget, 75), reads(budget, 75)]).toEqual([82, 32, 32]);
  }
});

test('at 100 Hz a usual stack gets some hundred reads more, and a deep one few', () => {
  const readsAt = (rateHz: number, frames: number): number => {
    const budget = new TickBudget(usualLimits, spareWork(1e9 / rateHz));
    budget.begin();
    return reads(budget, frames);
  };
  expect(readsAt(100, 75)).toBe(127);
  expect(readsAt(1, 75)).toBe(129);
  expect(readsAt(1000, 75)).toBe(41);
  expect(readsAt(100, 5000)).toBe(35);
  expect(readsAt(100, 100_000)).toBe(32);
  expect(readsAt(Number.POSITIVE_INFINITY, 75)).toBe(32);
});
