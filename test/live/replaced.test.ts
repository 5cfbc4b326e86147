/** A process that replaces its program (exec) while it is looked at: nothing of both is put together. */
import { expect, test, vi } from 'vitest';
import type { ProcessStat } from '../../src/platform/processes.js';
import { probe } from '../../src/record/target/target.js';
import { until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { startTarget } from '../support/targets.js';

/** What the next looks at a process's state are said to show instead, in turn. */
const shown: Partial<ProcessStat>[] = [];

vi.mock(import('../../src/platform/linux/proc.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    readStat: (pid) => {
      const stat = real.readStat(pid);
      return stat && { ...stat, ...shown.shift() };
    },
  };
});

describeOnePython('a Python that was', (python) => {
  test('another program when the look at it began is not taken for either', async () => {
    const { pid } = await startTarget(python, 'talk.py');
    await until('it can be recorded', () => probe(pid).kind === 'python');
    shown.push({ stackStart: 1 << 20 });
    expect(probe(pid)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('replacing its program'),
    });
    // Another process that has got its pid.
    shown.push({ startTicks: 1 });
    expect(probe(pid)).toEqual({ kind: 'gone' });
    expect(probe(pid).kind).toBe('python');
  });
});
