/** Threads of Windows between two questions: nothing is said of a moment that nobody asked about. */
import { expect, test } from 'vitest';
import { ProcessTable } from '../../../src/platform/windows/process-table.js';
import { tellProcesses } from '../../support/process-information.js';

const [own, other, ownThread, thread] = [100, 200, 104, 204];
const [running, waiting] = [2, 5];

/** A system with a clock, which takes 1 ms to answer. */
class System {
  nowMs = 1000;
  asked = 0;
  ownState = running;
  state = waiting;
  switches = 7;
  hasOther = true;

  readonly table = new ProcessTable({
    ask: () => {
      this.asked++;
      const found = [
        {
          pid: own,
          parentPid: 4,
          name: 'node.exe',
          created: 0n,
          threads: [[ownThread, 1, this.ownState]] as const,
        },
        ...(this.hasOther
          ? [
              {
                pid: other,
                parentPid: own,
                name: 'python.exe',
                created: 0n,
                threads: [[thread, this.switches, this.state]] as const,
              },
            ]
          : []),
      ];
      this.nowMs += 1;
      return { view: tellProcesses(found, 0), base: 0 };
    },
    nowMs: () => this.nowMs,
    ownPid: own,
    ownThreadId: () => ownThread,
  });
}

test('a thread is told to wait or run, and how often it got a processor', () => {
  const system = new System();
  expect(system.table.sight(other, thread)).toEqual({ runs: false, switches: 7, isNew: true });
  system.state = running;
  system.switches = 8;
  system.table.noteRead(other);
  system.nowMs += 10;
  expect(system.table.sight(other, thread)).toEqual({ runs: true, switches: 8, isNew: true });
  expect(system.table.sight(other, 999)).toBeNull();
  expect(system.table.sight(999, thread)).toBeNull();
});

test('an answer from before memory was read is old, however young it is', () => {
  const system = new System();
  system.table.sight(other, thread);
  expect(system.asked).toBe(1);
  system.table.noteRead(other);
  // Too soon to ask again.
  expect(system.table.sight(other, thread)).toMatchObject({ isNew: false });
  expect(system.asked).toBe(1);
  system.nowMs += 10;
  expect(system.table.sight(other, thread)).toMatchObject({ isNew: true });
  expect(system.table.sight(other, thread)).toMatchObject({ isNew: true });
  expect(system.asked).toBe(2);
});

test('reads of one process make no answer about another one old', () => {
  const system = new System();
  system.table.sight(other, thread);
  system.table.noteRead(own);
  expect(system.table.sight(other, thread)).toMatchObject({ isNew: true });
});

// Wine 8 gives all threads the same state.
test.each([0, waiting])(
  'where the thread that asks is told to be in state %i, no state is believed',
  (state) => {
    const system = new System();
    system.ownState = state;
    expect(system.table.sight(other, thread)).toMatchObject({ runs: null, switches: 7 });
  },
);

test('what is asked often takes at most a fifth of a processor', () => {
  const system = new System();
  const startMs = system.nowMs;
  for (let i = 0; i < 10_000; i++) {
    system.table.noteRead(other);
    system.table.sight(other, thread);
    system.nowMs += 0.01;
  }
  expect(system.asked).toBeGreaterThan(10);
  expect(system.asked * 1).toBeLessThanOrEqual((system.nowMs - startMs) / 4 + 1);
});

test('a process that has just begun is found at once, and one that is gone is not', () => {
  const system = new System();
  system.hasOther = false;
  expect(system.table.find(other)).toBeNull();
  system.hasOther = true;
  system.nowMs += 2;
  expect(system.table.find(other)).toMatchObject({ pid: other, parentPid: own });
  expect(system.table.threadIds(other)).toEqual([thread]);
  system.hasOther = false;
  system.nowMs += 10;
  expect(system.table.find(other)).toBeNull();
  expect(system.table.threadIds(other)).toEqual([]);
});
