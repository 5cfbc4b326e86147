/** How often a stack is read again where the next tick is far. */
import { expect, test } from 'vitest';
import { spareAttempts, TickBudget } from '../../../src/record/unwind/tick-budget.js';
import { usualLimits } from '../../../src/record/unwind/walk-limits.js';

/** How many reads one stack gets that is torn each time. */
function reads(budget: TickBudget): number {
  let attempt = 1;
  while (budget.allows(attempt)) attempt++;
  return attempt;
}

test('what a tick has to spare goes to the stacks that need it, once', () => {
  const budget = new TickBudget(usualLimits, 50);
  for (let tick = 0; tick < 2; tick++) {
    budget.begin();
    expect([reads(budget), reads(budget), reads(budget)]).toEqual([82, 32, 32]);
  }
});

test('a short period has little to spare, and a long one not more than helps', () => {
  expect(spareAttempts(0)).toBe(0);
  expect(spareAttempts(1e6)).toBe(10);
  expect(spareAttempts(1e7)).toBe(96);
  expect(spareAttempts(1e9)).toBe(96);
});
