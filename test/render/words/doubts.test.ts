/** A recording with far fewer samples than its time and rate promise says so. */
import { expect, test } from 'vitest';
import { fewTicks, missedPct } from '../../../src/render/words/doubts.js';

test('a fifth of the ticks may be missed without a word', () => {
  expect(missedPct({ ticks: 80, missed: 20 })).toBe(20);
  expect(fewTicks(20)).toBeNull();
  expect(fewTicks(missedPct({ ticks: 79, missed: 21 }))).toMatch(
    /^21 % of the ticks that were due were missed/,
  );
  expect(fewTicks(99.9)).toMatch(/^99.9 %/);
  expect(missedPct({ ticks: 0, missed: 0 })).toBe(0);
});
