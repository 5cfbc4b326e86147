/** Threads that live shortly: ticks miss some of them altogether, and every one in part. */
import { expect, test } from 'vitest';
import { until } from '../support/conditions.js';
import { describeEachPython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, startPyspy, traceName } from '../support/pyspy.js';
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

describeEachPython('a program with a thread for each request', (python) => {
  const least = leastOf[python.minor] ?? usualLeast;
  /** Seconds of CPU time by case: shown, used, and not known of. */
  const cases = new Map<string, { shown: number; used: number; lost: number }>();
  // py-spy has no CPU time; Austin counts what lies between two samples of one thread.
  test.for(['3', '8', '40'])(
    'of %s ms is shown with the CPU time that it used',
    measured(async (each: string) => {
      const trace = traceName();
      const command = await commandOf(python, 'requests.py', each);
      const recorder = startPyspy(['record', '-o', trace, '--', ...command]);
      await recorder.told('ready');
      await until('it is being recorded', () => infoNow(trace)?.samples);
      recorder.tell('begin');
      expect(await recorder.exited).toMatchObject({ status: 0 });
      const [handlers, all] = await recorder.told<[number, number]>('used');
      const { rows, total_s } = await ask('top', trace, '--cpu', '--idle', '--limit', '0');
      const handler = rows.find((row) => row.function === 'handler')!;
      // Of what went on while the recorder could not run nothing is known.
      const { missed } = await ask('info', trace);
      const lost = missed / 100;
      cases.set(each, { shown: total_s, used: all, lost });
      // The interpreter's start and end are in the recording, too. More than was used is never shown.
      expectFigure('in all', total_s, { above: all * least.total - lost, below: all * 1.03 + 0.15 });
      expectFigure('handler', handler.total_s, {
        above: handlers * least.handler - lost,
        below: handlers * 1.05,
      });
    }),
  );

  test('is shown with it over all of them, where chance is smaller', ({ skip }) => {
    if (cases.size < 3) return skip('not all of them were measured');
    const sum = (of: 'shown' | 'used' | 'lost'): number =>
      [...cases.values()].reduce((all, seconds) => all + seconds[of], 0);
    expect(sum('shown')).toBeGreaterThan(sum('used') * least.pooled - sum('lost'));
  });
});
