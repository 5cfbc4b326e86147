/**
 * Of threads that are ready to run, those had a CPU whom the sampler took its own from, and others on it had none; where nobody
 * waits, all had one.
 */
import { expect, test } from 'vitest';
import { CpuCertainty } from '../../../src/record/threads/cpu-certainty.js';

/** A thread in a tick: what it used and waited since the one before, and when the scheduler accounted for it. */
function makeThread() {
  const clock = {
    ...{
      alive: true,
      unchanged: false,
      onCpu: true as boolean | null,
      sleepsAt: 0,
      sleepsIn: null,
      totalNs: 0,
    },
    ...{ cpuNs: 0, queuedNs: 0, atNs: 0 as number | null, onNumber: 0 as number | null, asked: 0 },
    update: () => true,
    close: () => {},
    cpu: (): number | null => clock.onNumber,
    accountedNs(): number | null {
      this.asked++;
      return this.atNs;
    },
  };
  return { clock, readyNs: 0, queuedNs: 0, hadCpu: true as boolean | 'unsure' };
}

const own = {
  ...{ atNs: 700 as number | null, onNumber: 3 as number | null },
  accountedNs: (): number | null => own.atNs,
  cpu: (): number | null => own.onNumber,
  close: () => {},
};

/** After a while in which it ran and waited for so many ns of each 10 ms. */
function makeSeasoned(cpuNs: number, queuedNs: number) {
  const thread = makeThread();
  Object.assign(thread.clock, { cpuNs, queuedNs, onCpu: false });
  const certainty = new CpuCertainty(own, () => true);
  for (let tick = 0; tick < 100; tick++) certainty.judge([thread]);
  thread.clock.onCpu = true;
  return thread;
}

test('where a thread hardly ever waits for a CPU, nothing more is asked', () => {
  const thread = makeSeasoned(9.5e6, 0.5e6);
  thread.clock.atNs = 600;
  new CpuCertainty(own, () => true).judge([thread]);
  expect([thread.hadCpu, thread.clock.asked]).toEqual([true, 0]);
});

test('of a new thread nothing more is asked before it was ready for a while', () => {
  const thread = makeThread();
  Object.assign(thread.clock, { cpuNs: 1e5, queuedNs: 1e5 });
  for (let tick = 0; tick < 40; tick++) new CpuCertainty(own, () => true).judge([thread]);
  expect([thread.hadCpu, thread.clock.asked]).toEqual([true, 0]);
});

test.each([
  ['whom the sampler took the CPU from', 700, 3, true],
  ['whom it took the CPU from, and who runs on another now', 700, 1, true],
  ['who is on the CPU of the sampler, and was taken from it before', 600, 3, false],
  ['who is on another', 600, 1, 'unsure'],
  ['of whom the system does not say where', 600, null, 'unsure'],
  ['of whom it says nothing', null, 3, true],
])('where it often waits: %s', (_, atNs, onNumber, hadCpu) => {
  const thread = makeSeasoned(3e6, 6e6);
  Object.assign(thread.clock, { atNs, onNumber });
  new CpuCertainty(own, () => true).judge([thread]);
  expect(thread.hadCpu).toBe(hadCpu);
});

test('who sleeps is not asked, and nobody is by a sampler that waits for its CPU, or does not know itself', () => {
  const asleep = makeSeasoned(3e6, 6e6);
  asleep.clock.onCpu = false;
  new CpuCertainty(own, () => true).judge([asleep]);
  const ready = makeSeasoned(3e6, 6e6);
  new CpuCertainty(own, () => false).judge([ready]);
  own.atNs = null;
  new CpuCertainty(own, () => true).judge([ready]);
  own.atNs = 700;
  for (const { hadCpu, clock } of [asleep, ready]) expect([hadCpu, clock.asked]).toEqual([true, 0]);
});

test('what was long ago is forgotten', () => {
  const thread = makeSeasoned(3e6, 6e6);
  thread.clock.atNs = 600;
  Object.assign(thread.clock, { cpuNs: 10e6, queuedNs: 0 });
  const certainty = new CpuCertainty(own, () => true);
  let ticks = 0;
  for (; ticks === 0 || thread.clock.asked > 0; ticks++) {
    thread.clock.asked = 0;
    certainty.judge([thread]);
  }
  expect(ticks).toBeLessThan(200);
});
