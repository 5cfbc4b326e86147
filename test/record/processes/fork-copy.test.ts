/** How long a copy of its parent is waited for, over simulated times: no clock is asked. */
import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { mayReplaceItself, ranMs } from '../../../src/record/processes/fork-copy.js';

/** When a child is taken for a Python of its own, in ms, if it is looked at every ms. */
function takenAt(ran: (ageMs: number) => number | null): number {
  let ageMs = 0;
  while (ageMs < 10_000 && mayReplaceItself(ageMs, () => ran(ageMs))) ageMs++;
  return ageMs;
}

test('a copy that has run for a while, or sleeps, is a Python of its own', () => {
  expect(takenAt((ageMs) => ageMs)).toBe(8);
  expect(takenAt(() => null)).toBe(8);
});

test('a copy that gets no processor is waited for until it had one, but not for ever', () => {
  // It has one ms of each twenty.
  expect(takenAt((ageMs) => Math.floor(ageMs / 20))).toBe(80);
  expect(takenAt(() => 0)).toBe(250);
  // It fell asleep after 30 ms: what is about to run another program does not.
  expect(takenAt((ageMs) => (ageMs < 30 ? 0 : null))).toBe(30);
});

test('what a copy has run is not asked of one that is younger, or older', () => {
  for (const ageMs of [0, 7.9, 250, 3000]) {
    const asked = (): number => {
      throw new Error('asked');
    };
    expect(mayReplaceItself(ageMs, asked)).toBe(ageMs < 8);
  }
});

test('what runs another program by now is no copy that waits, nor is what has ended', () => {
  // This process runs, and so is ready for a processor.
  const { stackStart } = currentPlatform().readStat(process.pid)!;
  expect(ranMs(process.pid, stackStart)).toBeGreaterThan(0);
  expect(ranMs(process.pid, stackStart + 4096)).toBeNull();
  expect(ranMs(2 ** 30, stackStart)).toBeNull();
});
