/**
 * Several interpreters in one process. py-spy 0.4.2 follows only the newest: the main interpreter vanishes, or all
 * stacks are empty.
 */
import { expect, type TestContext, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { describeEachPython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, pyspyWell, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

describeEachPython('subinterpreters', (python) => {
  // There the experimental module does not hand the GIL over between interpreters: the program itself comes to a halt.
  if (['3.9', '3.10', '3.11'].includes(python.minor)) {
    test.skip('are not to be had to run beside each other in this version', () => {});
    return;
  }
  test(
    'are all seen, and a thread that runs in one of them counts once',
    measured(async (context: TestContext) => {
      const target = await startTarget(python, 'subinterpreters.py');
      // Built without the module that makes them.
      if (target.stdout.includes('"none"')) context.skip('this Python has no subinterpreters');
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '--duration', '1.2s', '-o', trace);
      const top = await ask('top', trace, '--idle');
      const names = top.rows.map((row) => row.function);
      expect(names).toEqual(expect.arrayContaining(['in_main', 'in_sub', 'run_sub']));
      // An idle interpreter's empty states are nobody's time.
      const share = (name: string) => top.rows.find((row) => row.function === name)?.total_pct ?? 0;
      expectFigure('no frames', share('[no Python frames]'), { below: 5 });

      // No thread of the operating system runs in two interpreters at once.
      const info = await ask('info', trace);
      const running = new Set<string>();
      for (const { atNs, thread, flags } of readSamples(trace)) {
        if (!(flags & status.onCpu)) continue;
        const key = `${atNs} ${info.threads[thread - 1]!.os_thread_id}`;
        expect(running.has(key)).toBe(false);
        running.add(key);
      }
      expectFigure('running', running.size, { above: 20 });
    }),
  );
});
