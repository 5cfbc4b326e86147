/** Python 2.7, whose programs are of their own: stacks, lines, names and states against what it says of itself. */
import { describe, expect, test } from 'vitest';
import { dumpThreads } from '../support/pyspy.js';
import { findPythons } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';

interface Truth {
  readonly id: number;
  readonly name: string;
  readonly frames: readonly [string, string, number][];
}

describe('stacks, lines and names of 2.7', () => {
  const pythons = findPythons().filter((python) => python.minor === '2.7');
  if (pythons.length === 0) test.skip('CPython 2.7: no interpreter of this version was found', () => {});

  test.each(pythons)('CPython $title', async (python) => {
    const target = await startTarget(python, 'python2.py');
    const truth = await target.told<Truth[]>('threads');
    const dumped = await dumpThreads(target.pid);
    expect(truth.length).toBe(5);
    for (const { id, name, frames } of truth)
      expect(dumped.find(({ thread_id }) => thread_id === id)).toMatchObject({
        name,
        status: 'idle',
        gil: false,
        os_thread_id: expect.any(Number),
        torn: false,
        frames: frames.map(([called, file, line]) => ({ function: called, file, line })),
      });
    expect(dumped.map(({ name }) => name)).toContain('spin');
    expect(dumped.find(({ os_thread_id }) => os_thread_id === target.pid)?.name).toBe('MainThread');
  });
});
