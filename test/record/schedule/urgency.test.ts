/** Real time comes before everything else on a machine: it is asked for where that does no harm, and has a budget. */
import { describe, expect, test } from 'vitest';
import type { Priority } from '../../../src/platform/clocks.js';
import { Urgency } from '../../../src/record/schedule/urgency.js';
import { createRandom } from '../../format/random.js';

class FakePriority implements Priority {
  isRealTime = false;
  isModest = false;
  isAllowed = true;
  isRaised = false;
  usedNs = 123_456_789;
  raise(): boolean {
    this.isRaised = this.isAllowed;
    return this.isAllowed;
  }
  lower(): void {
    this.isRaised = false;
  }
  cpuNs(): number {
    return this.usedNs;
  }
}

/** Ticks at 100 Hz from a time on, each with so much work. @returns real-time CPU time and when it ended, in ns */
function run(urgency: Urgency, priority: FakePriority, fromNs: number, ticks: number, workNs: () => number) {
  let realTimeNs = 0;
  let nowNs = fromNs;
  for (let tick = 0; tick < ticks; tick++) {
    urgency.check(nowNs);
    const work = workNs();
    priority.usedNs += work;
    if (priority.isRaised) realTimeNs += work;
    nowNs += Math.max(10e6, work);
  }
  return { realTimeNs, nowNs };
}

describe('real time', () => {
  test('is asked for where it is wanted and allowed', () => {
    const cases: [Partial<FakePriority>, boolean, string][] = [
      [{}, true, 'real-time'],
      [{}, false, 'normal'],
      [{ isAllowed: false }, true, 'refused'],
      [{ isModest: true }, true, 'normal'],
    ];
    for (const [traits, isWanted, expected] of cases) {
      const priority = Object.assign(new FakePriority(), traits);
      expect(new Urgency(priority, isWanted).scheduling).toBe(expected);
      expect(priority.isRaised).toBe(expected === 'real-time');
    }
  });

  test('stays for a recorder that takes its share, for a day', () => {
    const priority = new FakePriority();
    const urgency = new Urgency(priority, true);
    run(urgency, priority, 0, 8_640_000, () => 1e6);
    expect([urgency.scheduling, priority.isRaised]).toEqual(['real-time', true]);
  });

  test('is given up by one that takes the processor, within less than a second of it', () => {
    const priority = new FakePriority();
    const urgency = new Urgency(priority, true);
    const { realTimeNs } = run(urgency, priority, 0, 20_000, () => 10e6);
    expect([urgency.scheduling, priority.isRaised]).toEqual(['given-up', false]);
    expect(realTimeNs).toBeLessThan(1e9);
  });

  test('comes back after one busy moment, and not while the recorder is busy', () => {
    const priority = new FakePriority();
    const urgency = new Urgency(priority, true);
    let { nowNs } = run(urgency, priority, 0, 100, () => 10e6);
    expect([urgency.scheduling, priority.isRaised]).toEqual(['given-up', false]);
    ({ nowNs } = run(urgency, priority, nowNs, 5_000, () => 10e6));
    expect(priority.isRaised).toBe(false);
    run(urgency, priority, nowNs, 2_000, () => 1e5);
    expect([urgency.scheduling, priority.isRaised]).toEqual(['real-time', true]);
  });

  test('comes back a second after a busy beginning, and ten seconds after a later moment', () => {
    const priority = new FakePriority();
    const urgency = new Urgency(priority, true);
    let { nowNs } = run(urgency, priority, 0, 50, () => 10e6);
    expect(priority.isRaised).toBe(false);
    ({ nowNs } = run(urgency, priority, nowNs, 150, () => 1e5));
    expect(priority.isRaised).toBe(true);
    ({ nowNs } = run(urgency, priority, nowNs, 50, () => 10e6));
    ({ nowNs } = run(urgency, priority, nowNs, 900, () => 1e5));
    expect(priority.isRaised).toBe(false);
    run(urgency, priority, nowNs, 200, () => 1e5);
    expect(priority.isRaised).toBe(true);
  });

  test('never takes more than its share for long, whatever the work', () => {
    const random = createRandom(14);
    for (let round = 0; round < 50; round++) {
      const priority = new FakePriority();
      const urgency = new Urgency(priority, true);
      const most = random() * 40e6;
      let nowNs = 0;
      for (let part = 0; part < 60; part++) {
        const ended = run(urgency, priority, nowNs, 100, () => random() ** 2 * most);
        // A stretch of up to 250 ms and one tick may go over, before it is noticed.
        expect(ended.realTimeNs).toBeLessThan(0.5 * (ended.nowNs - nowNs) + 250e6 + 2 * most);
        nowNs = ended.nowNs;
      }
    }
  });

  test('that somebody else gave is left as it is', () => {
    const priority = Object.assign(new FakePriority(), { isRealTime: true, isAllowed: false });
    const lowered: string[] = [];
    priority.lower = () => lowered.push('lowered');
    const urgency = new Urgency(priority, false);
    run(urgency, priority, 0, 5_000, () => 10e6);
    expect([urgency.scheduling, lowered]).toEqual(['real-time', []]);
  });

  test('that is taken away while it pauses is given up', () => {
    const priority = new FakePriority();
    const urgency = new Urgency(priority, true);
    const { nowNs } = run(urgency, priority, 0, 50, () => 10e6);
    priority.isAllowed = false;
    run(urgency, priority, nowNs, 3_000, () => 1e5);
    expect([urgency.scheduling, priority.isRaised]).toEqual(['given-up', false]);
  });
});
