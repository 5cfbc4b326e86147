/** Where samples of imported profiles lie. */
import { describe, expect, test } from 'vitest';
import {
  ImportedBatches,
  type ImportedTick,
  type Seen,
} from '../../../src/format/assembly/imported-batches.js';
import { TrueTimes } from '../../../src/format/assembly/imported-times.js';
import { AustinClock } from '../../../src/format/incoming/austin-clock.js';

class Told extends ImportedBatches {
  readonly ticks: (ImportedTick & Seen & { cpuNs: number })[] = [];

  constructor() {
    super({} as never);
  }

  override add(tick: ImportedTick, seen: Seen, cpuNs: number): void {
    this.ticks.push({ ...tick, ...seen, cpuNs });
  }

  override flush(): void {}
}

describe('times of samples', () => {
  test('begin with the first one, by time, whatever the order of threads', () => {
    const told = new Told();
    const began: [number, number][] = [];
    const line = new TrueTimes(told, 'x', (thread, firstNs) => began.push([thread, firstNs]));
    const seen = (thread: number) => ({ thread, stack: 1, bits: 0 });
    line.add(seen(2), { fromNs: 1_500, wallNs: 200, cpuNs: 7 }, 1);
    line.add(seen(1), { fromNs: 1_000, wallNs: 600, cpuNs: 0 }, 1);
    line.add(seen(1), { fromNs: 1_900, wallNs: 100, cpuNs: 0 }, 1);
    expect(line.lengthNs).toBe(1_000);
    expect(line.finish()).toEqual({ endNs: 1_000, originNs: 1_000 });
    expect(told.ticks).toEqual([
      { atNs: 0, weightNs: 0, spanNs: 600, ...seen(1), cpuNs: 0 },
      { atNs: 500, weightNs: 500, spanNs: 200, ...seen(2), cpuNs: 7 },
      { atNs: 900, weightNs: 400, spanNs: 100, ...seen(1), cpuNs: 0 },
    ]);
    expect(began).toEqual([
      [1, 0],
      [2, 500],
    ]);
  });

  test('of one thread do not overlap', () => {
    const told = new Told();
    const line = new TrueTimes(told, 'x', () => {});
    const seen = (thread: number) => ({ thread, stack: 1, bits: 0 });
    line.add(seen(1), { fromNs: 0, wallNs: 1_000, cpuNs: 0 }, 1);
    line.add(seen(1), { fromNs: 300, wallNs: 100, cpuNs: 0 }, 1);
    line.add(seen(2), { fromNs: 400, wallNs: 100, cpuNs: 0 }, 1);
    expect(line.finish()).toEqual({ endNs: 1_100, originNs: 0 });
    expect(told.ticks.map(({ thread, atNs, spanNs }) => [thread, atNs, spanNs])).toEqual([
      [1, 0, 1_000],
      [2, 400, 100],
      [1, 1_000, 100],
    ]);
  });

  test('that all begin at once, one behind the other, are refused where they have no end', () => {
    const told = new Told();
    const line = new TrueTimes(told, 'x', () => {});
    const days = 86_400e9;
    for (let count = 1; count <= 5; count++)
      line.add({ thread: 1, stack: 1, bits: 0 }, { fromNs: 0, wallNs: 12 * days, cpuNs: 0 }, 1);
    expect(line.lengthNs).toBe(12 * days);
    expect(() => line.finish()).toThrow(/x has more than can be imported: over 50 days/);
    expect(told.ticks).toEqual([]);
  });

  test('of nothing are none', () => {
    expect(new TrueTimes(new Told(), 'x', () => {}).finish()).toEqual({ endNs: 0, originNs: 0 });
  });
});

test("Austin's rounds follow each other, and a process begins when it is seen", () => {
  const clock = new AustinClock();
  const times = [
    clock.next('1', 'a', 10),
    clock.next('1', 'b', 10),
    clock.next('1', 'a', 20),
    clock.next('1', 'b', 20),
    clock.next('2', 'a', 5),
    clock.next('1', 'b', 30),
    clock.next('2', 'a', 5),
  ];
  expect(times).toEqual([0, 0, 10, 10, 30, 30, 35]);
});
