/** When samples are taken: once in every period, at random within it; never to make up for time that went by. */
import { describe, expect, test } from 'vitest';
import { Jittered, periodsAfter } from '../../../src/record/schedule/schedule.js';

const start = 5e9;

describe('a recorder that is in time', () => {
  test('gets one moment in every period', () => {
    const schedule = new Jittered(start, 100);
    let now = start;
    for (let period = 0; period < 5000; period++) {
      const { at, missed } = schedule.next(now);
      expect(missed).toBe(0);
      expect(at).toBeGreaterThanOrEqual(start + period * 1e7);
      expect(at).toBeLessThan(start + (period + 1) * 1e7);
      now = at;
    }
  });

  test('gets them anywhere in their periods', () => {
    const schedule = new Jittered(start, 1000);
    const tenths = new Array<number>(10).fill(0);
    let now = start;
    for (let i = 0; i < 20_000; i++) {
      now = schedule.next(now).at;
      tenths[Math.min(9, Math.floor((((now - start) % 1e6) / 1e6) * 10))]!++;
    }
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(400);
  });
});

describe('a recorder that is late', () => {
  test('but still in the period serves it', () => {
    const schedule = new Jittered(start, 100, () => 0.5);
    expect(schedule.next(start)).toEqual({ at: start + 5e6, missed: 0 });
    expect(schedule.next(start + 1.9e7)).toEqual({ at: start + 1.5e7, missed: 0 });
  });

  // py-spy takes the samples that it missed one after the other.
  test('skips periods that went by, counts them as missed, and does not catch up', () => {
    const schedule = new Jittered(start, 100, () => 0.5);
    schedule.next(start);
    // 1 s later: periods 1 to 99 are over.
    const late = schedule.next(start + 1.0001e9);
    expect(late).toEqual({ at: start + 100.5 * 1e7, missed: 99 });
    expect(schedule.next(start + 1.0051e9)).toEqual({ at: start + 101.5 * 1e7, missed: 0 });
    expect(schedule.next(start + 1.0152e9)).toEqual({ at: start + 102.5 * 1e7, missed: 0 });
  });

  test('accounts for every period: served or missed', () => {
    let state = 3;
    const random = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state / 2 ** 31;
    };
    const schedule = new Jittered(start, 1000, random);
    let now = start;
    let served = 0;
    let skipped = 0;
    let last = 0;
    for (let i = 0; i < 3000; i++) {
      const { at, missed } = schedule.next(now);
      served++;
      skipped += missed;
      const period = Math.floor((at - start) / 1e6);
      expect(period).toBe(served + skipped - 1);
      expect(at).toBeGreaterThanOrEqual(last);
      last = at;
      now = Math.max(now, at) + (random() < 0.05 ? random() * 3e7 : 1e5);
    }
    expect(skipped).toBeGreaterThan(100);
  });
});

describe('a rate that changes', () => {
  test('has one moment in each period, of the old length and then of the new one, none twice', () => {
    const schedule = new Jittered(start, 100, () => 0.25);
    expect(schedule.next(start).at).toBe(start + 0.25e7);
    expect(schedule.next(start + 0.3e7).at).toBe(start + 1.25e7);
    schedule.stretch(4e7);
    expect(schedule.next(start + 1.3e7)).toEqual({ at: start + 2e7 + 1e7, missed: 0 });
    expect(schedule.next(start + 3.1e7)).toEqual({ at: start + 6e7 + 1e7, missed: 0 });
    schedule.stretch(1e7);
    expect(schedule.next(start + 7.1e7)).toEqual({ at: start + 10e7 + 0.25e7, missed: 0 });
  });

  test('misses periods of the length that they have', () => {
    const schedule = new Jittered(start, 100, () => 0.5);
    schedule.next(start);
    schedule.stretch(1e8);
    schedule.next(start + 0.6e7);
    // Until 1.05 s later: one of 10 ms and ten of 100 ms, of which one was served.
    expect(schedule.next(start + 1.05e9).missed).toBe(9);
  });

  test('has as many periods after the end as there are in its grid', () => {
    const schedule = new Jittered(start, 100, () => 0.5);
    schedule.next(start);
    schedule.stretch(1e8);
    // Periods begin at 0.01 s, 0.11 s, 0.21 s …: of those between 0.3 s and 0.75 s one begins before the former.
    expect(periodsAfter(start + 0.3e9, start + 0.75e9, schedule)).toBe(4);
    expect(periodsAfter(start + 0.75e9, start + 0.3e9, schedule)).toBe(0);
  });
});
