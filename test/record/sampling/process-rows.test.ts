/** What is remembered of processes that were let go, however many there were, and of their threads. */
import { expect, test } from 'vitest';
import { ProcessRows } from '../../../src/record/sampling/process-rows.js';

const row = (size: number) => ({ leftThreads: { size } });

test('of a hundred thousand processes that were let go, a thousand are remembered', () => {
  const rows = new ProcessRows();
  const open = row(1);
  rows.set(1, open);
  for (let pid = 2; pid <= 100_000; pid++) {
    rows.set(pid, row(1));
    rows.letGo(pid);
    expect(rows.size).toBeLessThanOrEqual(1001);
  }
  // What is followed is never forgotten.
  expect(rows.get(1)).toBe(open);
  expect([rows.get(99_000), rows.get(99_001)]).toEqual([undefined, row(1)]);
});

test('of processes with many threads fewer are remembered', () => {
  const rows = new ProcessRows();
  for (let pid = 1; pid <= 10_000; pid++) {
    rows.set(pid, row(300));
    rows.letGo(pid);
    expect(rows.size).toBeLessThanOrEqual(Math.floor(20_000 / 300));
  }
  expect(rows.get(10_000)).toBeDefined();
  // The last one is remembered, whatever it has: it may be back in a moment.
  rows.set(5, row(1_000_000));
  rows.letGo(5);
  expect([rows.size, rows.get(5)]).toEqual([1, row(1_000_000)]);
});

test('one that comes back counts no longer among those that were let go, whatever became of its threads', () => {
  const rows = new ProcessRows<{ leftThreads: { size: number } }>();
  const back = row(19_999);
  rows.set(1, back);
  for (let times = 0; times < 100; times++) {
    rows.letGo(1);
    rows.takeBack(1);
    back.leftThreads.size = times % 2 === 0 ? 5 : 19_999;
  }
  for (let pid = 2; pid <= 1001; pid++) {
    rows.set(pid, row(20));
    rows.letGo(pid);
  }
  // 1,000 with 20 threads each are just as many as may be.
  expect(rows.size).toBe(1001);
});
