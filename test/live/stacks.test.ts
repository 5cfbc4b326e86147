/** Every frame of every thread is what the interpreter itself says: function, file, line; thread names and ids. */
import { expect, test } from 'vitest';
import type { DumpThread } from '../../src/format/dump-result.js';
import { describeEachPython } from '../support/each-python.js';
import { dumpThreads } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';

/** What test/targets/shapes.py says of a thread. */
interface Truth {
  readonly id: number;
  readonly native: number | null;
  readonly name: string | null;
  readonly frames: readonly (readonly [string, string, number])[];
}

describeEachPython('stacks of code of many shapes', (python) => {
  test('are those of sys._current_frames()', async () => {
    const target = await startTarget(python, 'shapes.py');
    const reporter = await target.told<number>('reporter');
    const truth = await target.told<Truth[]>('threads');
    const found = await dumpThreads(target.pid);
    expect(found.map(({ thread_id }) => thread_id).sort()).toEqual(
      [...truth.map(({ id }) => id), reporter].sort(),
    );
    for (const expected of truth) {
      const thread = found.find(({ thread_id }) => thread_id === expected.id)!;
      expect(comparable(thread)).toEqual({
        name: expected.name,
        os_thread_id: expected.native ?? thread.os_thread_id,
        status: 'idle',
        gil: python.freeThreaded ? null : false,
        torn: false,
        failed: false,
        frames: expected.frames.map(([name, file, line]) => `${name} (${file}:${line})`),
      });
    }
    // All threads have ids of the operating system, and different ones, known to threading or not.
    expect(new Set(found.map((thread) => thread.os_thread_id)).size).toBe(found.length);
    expect(found.find((thread) => thread.os_thread_id === target.pid)?.name).toBe('MainThread');
  });
});

function comparable(thread: DumpThread) {
  const { name, os_thread_id, status, gil, torn, failed, frames } = thread;
  const texts = frames.map((frame) => `${frame.function} (${frame.file}:${frame.line})`);
  return { name, os_thread_id, status, gil, torn, failed, frames: texts };
}
