/** Threads that live shortly: ticks miss some of them altogether, and every one in part. */
import { expect, test } from 'vitest';
import { until } from '../support/conditions.js';
import { describeEachPython } from '../support/each-python.js';
import { ask, startPyspy, traceName } from '../support/pyspy.js';
import { commandOf } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

/** Recordings of which one must show what the program used: now and then one loses sight of threads that nobody saw. */
const tries = 4;

describeEachPython('a program with a thread for each request', (python) => {
  // py-spy has no CPU time; Austin counts what lies between two samples of one thread.
  test.each(['3', '8', '40'])(
    'of %s ms is shown with the CPU time that it used',
    async (each) => {
      const shown: string[] = [];
      for (let at = 0; at < tries && !shown.includes('as it was'); at++) {
        const trace = traceName();
        const command = await commandOf(python, 'requests.py', each);
        const recorder = startPyspy(['record', '-o', trace, '--', ...command]);
        await recorder.told('ready');
        await until('it is being recorded', () => infoNow(trace)?.samples);
        recorder.tell('begin');
        expect(await recorder.exited).toMatchObject({ status: 0 });
        const [handlers, all] = await recorder.told<[number, number]>('used');
        const { rows, total_s } = await ask('top', trace, '--cpu', '--idle', '--limit', '0');
        const handler = rows.find((row) => row.function === 'handler')?.total_s ?? 0;
        // The interpreter's start and end are in the recording, too. More than was used is never shown.
        expect(total_s).toBeLessThan(all * 1.03 + 0.15);
        expect(handler).toBeLessThan(handlers * 1.05);
        const isShown = total_s > all * 0.9 && handler > handlers * 0.8;
        shown.push(isShown ? 'as it was' : `${total_s} of ${all}, ${handler} of ${handlers}`);
      }
      expect(shown).toContain('as it was');
    },
    120_000,
  );
});
