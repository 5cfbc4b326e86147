/** Threads that come and go many times between two ticks: the list changes while it is read, all the time. */
import { expect, test } from 'vitest';
import { describeOnePython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, dumpThreads, pyspyWell, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';

describeOnePython('a program that starts threads without end', (python) => {
  test(
    'has a main thread whose stack is always the one of now',
    measured(async () => {
      const target = await startTarget(python, 'spawner.py');
      for (let look = 0; look < 6; look++) {
        const main = (await dumpThreads(target.pid)).find(({ os_thread_id }) => os_thread_id === target.pid);
        const names = main?.frames.map((frame) => frame.function) ?? [];
        // At a first look at what never holds still, not all of it may be certain.
        if (main?.torn) expect(names).toContain('<torn>');
        else expect(names.slice(-2)).toEqual(['spawn', '<module>']);
      }
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '--duration', '1s', '-o', trace);
      const top = await ask('top', trace, '--idle', '--thread', '^MainThread$');
      const share = (name: string) => top.rows.find((row) => row.function === name)?.total_pct ?? 0;
      expectFigure('spawn', share('spawn'), { above: 97 });
    }),
  );
});
