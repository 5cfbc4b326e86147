/** Threads that live shortly: ticks miss some of them altogether, and every one in part. */
import { expect, type TestContext, test } from 'vitest';
import { until } from '../support/conditions.js';
import { describeEachPython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, startPyspy, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { commandOf } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

/**
 * What is shown of what was used, at least. Of threads of 3 ms it was 94.4 to 100.0 % in 15 recordings on a quiet machine, 98.3 in
 * the mean; bench/ has the goal. On 3.6 threads begin and end slowly.
 */
const usualLeast = { total: 0.9, pooled: 0.95, handler: 0.85 };
const leastOf: Readonly<Record<string, typeof usualLeast>> = {
  '3.6': { total: 0.88, pooled: 0.9, handler: 0.85 },
};

/** Records a program whose requests take so many ms each: seconds of CPU time that are shown, used, and not known of. */
async function recordRequests(python: Python, each: string) {
  const trace = traceName();
  const command = await commandOf(python, 'requests.py', each);
  const recorder = startPyspy(['record', '-o', trace, '--', ...command]);
  await recorder.told('ready');
  await until('it is being recorded', () => infoNow(trace)?.samples);
  recorder.tell('begin');
  expect(await recorder.exited).toMatchObject({ status: 0 });
  const [handlers, threads, all] = await recorder.told<[number, number, number]>('used');
  const { rows, total_s } = await ask('top', trace, '--cpu', '--idle', '--limit', '0');
  const handler = rows.find((row) => row.function === 'handler')!;
  // Of what went on while the recorder could not run nothing is known.
  const { missed } = await ask('info', trace);
  return {
    shown: total_s,
    used: all,
    lost: missed / 100,
    handler: { shown: handler.total_s, used: handlers, threads },
  };
}

describeEachPython('a program with a thread for each request', (python) => {
  const least = leastOf[python.minor] ?? usualLeast;
  // py-spy has no CPU time; Austin counts what lies between two samples of one thread.
  test(
    'is shown with the CPU time that it used, the more so over requests of 3, 8 and 40 ms, where chance is smaller',
    measured(async (_context: TestContext) => {
      const pooled = { shown: 0, used: 0, lost: 0 };
      for (const each of ['3', '8', '40']) {
        const { shown, used, lost, handler } = await recordRequests(python, each);
        // The interpreter's start and end are in the recording, too. More than was used is never shown.
        expectFigure(`${each} ms`, shown, { above: used * least.total - lost, below: used * 1.03 + 0.15 });
        expectFigure(`handlers of ${each} ms`, handler.shown, {
          above: handler.used * least.handler - lost,
          // A thread starts and ends outside of Python: no tick sees that, and on a busy machine it can be a third of a request.
          below: handler.threads * 1.05,
        });
        pooled.shown += shown;
        pooled.used += used;
        pooled.lost += lost;
      }
      expectFigure('all', pooled.shown, { above: pooled.used * least.pooled - pooled.lost });
    }),
  );
});
