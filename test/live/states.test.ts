/** What a thread does beyond running and sleeping: it waits for the GIL, or collects garbage. */
import { expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { describeEachPython } from '../support/each-python.js';
import { ask, dumpThreads, pyspyWell, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

/** Records waits.py; gives the share of a thread's samples (of those with some bits) that have a status bit. */
async function recordShares(python: Python, what: string) {
  const target = await startTarget(python, 'waits.py', what);
  const trace = traceName();
  await pyspyWell('record', '--pid', String(target.pid), '--duration', '1s', '--rate', '200', '-o', trace);
  const { threads } = await ask('info', trace);
  const samples = readSamples(trace);
  const share = (name: string, bit: number, among = { mask: 0, are: 0 }): number => {
    const id = threads.findIndex((thread) => thread.name === name) + 1;
    const own = samples.filter(({ thread, flags }) => thread === id && (flags & among.mask) === among.are);
    return own.filter(({ flags }) => flags & bit).length / own.length;
  };
  return { target, trace, share };
}

describeEachPython('states', (python) => {
  test('who wants the GIL waits for it, and who sleeps does not', async () => {
    const { target, trace, share } = await recordShares(python, 'wait');
    const names = ['MainThread', 'asleep', 'greedy', 'wanting'];
    for (const name of ['MainThread', 'asleep']) expect(share(name, status.gilWait)).toBe(0);
    if (share('asleep', status.gilWaitKnown) === 0) {
      // Before 3.7 the lock is a static variable: without symbols it is unknown, for all and always.
      for (const name of names) expect(share(name, status.gilWait | status.gilWaitKnown)).toBe(0);
      expect((await dumpThreads(target.pid)).map(({ gil_wait }) => gil_wait)).toEqual(names.map(() => null));
      return;
    }
    for (const name of names) expect(share(name, status.gilWaitKnown)).toBe(1);
    // These two never sleep for anything else; without the GIL they wait for it, or have just been woken.
    const asleep = { mask: status.onCpu | status.gil, are: 0 };
    for (const name of ['greedy', 'wanting']) {
      expect(share(name, status.gilWait)).toBeGreaterThan(0.05);
      expect(share(name, status.gilWait, asleep)).toBeGreaterThan(0.9);
    }
    const waiting = await ask('top', trace, '--by', 'thread', '--gil-wait');
    expect(waiting.rows.map(({ thread }) => thread?.name).sort()).toEqual(['greedy', 'wanting']);
  });

  test('garbage collection is seen in the thread that collects', async (context) => {
    const { trace, share } = await recordShares(python, 'collect');
    expect(share('asleep', status.collecting)).toBe(0);
    // Before 3.7 the flag is a static variable, and without a GIL nobody says in which thread.
    if (share('collect', status.collectingKnown) === 0)
      context.skip('whether this Python collects cannot be known');
    expect(share('collect', status.collecting)).toBeGreaterThan(0.5);
    const collecting = await ask('top', trace, '--by', 'thread', '--gc');
    expect(collecting.rows.map(({ thread }) => thread?.name)).toEqual(['collect']);
  });
});
