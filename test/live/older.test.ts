/**
 * Versions before f-strings and async comprehensions, whose program is of its own: stacks, lines, names and states
 * against what the interpreter says of itself.
 */
import { expect, test } from 'vitest';
import { describeEachPython } from '../support/each-python.js';
import { dumpThreads } from '../support/pyspy.js';
import { olderMinors, python2 } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';

interface Truth {
  readonly id: number;
  readonly name: string;
  readonly frames: readonly [string, string, number][];
}

const shapes = ['old', 'new', 'iterate', 'handle', 'deep', 'other script', 'far'];
const later: Readonly<Record<string, string[]>> = {
  [python2]: [],
  '3.3': ['größe', '一 🐍'],
  '3.4': ['größe', '一 🐍'],
  '3.5': ['größe', '一 🐍', 'await'],
};

describeEachPython(
  'stacks, lines and names of older versions',
  (python) => {
    test('are those of sys._current_frames()', async () => {
      const target = await startTarget(python, 'older.py');
      const truth = await target.told<Truth[]>('threads');
      const dumped = await dumpThreads(target.pid);
      expect(truth.map(({ name }) => name).sort()).toEqual([...shapes, ...later[python.minor]!].sort());
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
  },
  olderMinors,
);
