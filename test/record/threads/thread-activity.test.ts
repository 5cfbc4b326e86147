/** Which threads are read at a tick, over clocks that behave as the kernel's do. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ProcessClock, ThreadClock } from '../../../src/platform/clocks.js';
import { ThreadActivity } from '../../../src/record/threads/thread-activity.js';
import { ThreadTrack } from '../../../src/record/threads/thread-track.js';

/** CPU time as it is visible: a running thread's is brought up to date now and then, by the scheduler's tick. */
class Kernel implements ProcessClock {
  readonly clocks = Array.from({ length: 40 }, () => new Clock());
  asked = 0;
  /** What happens just before the process's clock is read. */
  meanwhile = (): void => {};

  totalNs(): number {
    this.meanwhile();
    return this.clocks.reduce((sum, clock) => sum + clock.visibleNs, 0);
  }
}

class Clock implements ThreadClock {
  alive = true;
  unchanged = false;
  onCpu: boolean | null = null;
  sleepsAt = 0;
  sleepsIn = null;
  cpuNs = 0;
  visibleNs = 1e6;
  timeslices = 1;
  isRunning = false;
  questions = 0;
  totalNs = -1;
  queuedNs = 0;
  #line = '';

  update(): boolean {
    this.questions++;
    const line = `${this.visibleNs} ${this.timeslices}`;
    this.unchanged = this.onCpu === false && line === this.#line;
    this.#line = line;
    this.cpuNs = this.totalNs < 0 || this.unchanged ? 0 : Math.max(0, this.visibleNs - this.totalNs);
    this.totalNs = Math.max(this.totalNs, this.visibleNs);
    if (!this.unchanged) this.onCpu = this.isRunning;
    return true;
  }

  accountedNs(): null {
    return null;
  }

  cpu(): null {
    return null;
  }

  close(): void {}
}

let kernel: Kernel;
let activity: ThreadActivity;
let threads: ThreadTrack[];

/** @returns ids of the threads that are read, and so found out */
function tick(canWake = true): number[] {
  activity.update(canWake);
  const read = activity.changed.threads.map(({ id }) => id);
  for (const thread of activity.awake) thread.settled = true;
  activity.changed.clear();
  return read.sort((a, b) => a - b);
}

beforeEach(() => {
  kernel = new Kernel();
  activity = new ThreadActivity(kernel);
  kernel.clocks[0]!.isRunning = true;
  threads = kernel.clocks.map((clock, id) => {
    const [threadState, interpreter] = [0x7000_0000 + id * 4096, 0x6000_0000];
    const ids = { pythonId: BigInt(id), nativeId: id, osId: id };
    return new ThreadTrack({ id, threadState, interpreter, ...ids, clock, firstNs: 0 });
  });
  activity.watch(threads);
  expect(tick()).toHaveLength(40);
  kernel.clocks[0]!.visibleNs += 1e6;
  tick();
  tick();
});

const questionsToSleepers = (): number =>
  kernel.clocks.slice(1).reduce((sum, { questions }) => sum + questions, 0);

describe('threads of which most sleep', () => {
  test('are asked only where somebody else must have run', () => {
    const before = questionsToSleepers();
    for (let i = 0; i < 100; i++) {
      kernel.clocks[0]!.visibleNs += 1e6;
      expect(tick()).toEqual([0]);
    }
    expect(questionsToSleepers()).toBe(before);
  });

  test('are seen at the first tick after they ran', () => {
    for (let i = 0; i < 100; i++) {
      const one = kernel.clocks[1 + (i % 39)]!;
      one.visibleNs += 50_000;
      one.timeslices++;
      expect(tick()).toContain(1 + (i % 39));
    }
  });

  test('are not hidden by what an awake one uses while they are counted', () => {
    kernel.meanwhile = () => {
      kernel.clocks[0]!.visibleNs += 4e6;
    };
    tick();
    kernel.meanwhile = () => {};
    let missed = 0;
    for (let i = 0; i < 60; i++) {
      kernel.clocks[0]!.visibleNs += 1e6;
      kernel.clocks[5]!.visibleNs += 100_000;
      kernel.clocks[5]!.timeslices++;
      if (!tick().includes(5)) missed++;
    }
    expect(missed).toBe(0);
  });

  test('are found running by their hold on the GIL before the kernel counts their time', () => {
    kernel.clocks[7]!.isRunning = true;
    kernel.clocks[7]!.timeslices++;
    expect(tick()).not.toContain(7);
    expect(activity.wake(threads[7]!.frames.threadState)).toBe(true);
    expect(activity.awake).toContain(threads[7]);
    expect(activity.changed.threads).toContain(threads[7]);
    // One that holds it and sleeps all the same has not run.
    expect(activity.wake(threads[8]!.frames.threadState)).toBe(false);
  });

  test('are all asked where nobody tells who runs', () => {
    const before = questionsToSleepers();
    tick(false);
    expect(questionsToSleepers()).toBe(before + 39);
  });

  test('are all read again after everything was given up', () => {
    activity.wakeAll();
    expect(tick()).toHaveLength(40);
  });
});
