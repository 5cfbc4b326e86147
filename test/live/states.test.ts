/** What a thread does beyond running and sleeping: it waits for the GIL, or collects garbage. */
import { expect, type TestContext, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { type Wait, waitOf } from '../../src/format/wait-words.js';
import { describeEachPython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
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

/** Before 3.7 what says it is a static variable, without symbols not to be found; without a GIL nobody says it. */
function mayBeUnknown({ minor }: Python): boolean {
  return minor.endsWith('t') || minor === '2.7' || Number(minor.split('.')[1]) < 7;
}

describeEachPython('states', (python) => {
  test(
    'who wants the GIL waits for it, and who sleeps does not',
    measured(async () => {
      const { target, trace, share } = await recordShares(python, 'wait');
      const names = ['MainThread', 'asleep', 'greedy', 'wanting'];
      for (const name of ['MainThread', 'asleep']) expect(share(name, status.gilWait)).toBe(0);
      if (share('asleep', status.gilWaitKnown) === 0) {
        expect(mayBeUnknown(python)).toBe(true);
        // For all and always.
        for (const name of names) expect(share(name, status.gilWait | status.gilWaitKnown)).toBe(0);
        expect((await dumpThreads(target.pid)).map(({ gil_wait }) => gil_wait)).toEqual(
          names.map(() => null),
        );
        return;
      }
      for (const name of names) expect(share(name, status.gilWaitKnown)).toBe(1);
      // These two never sleep for anything else; without the GIL they wait for it, or have just been woken.
      const asleep = { mask: status.onCpu | status.gil, are: 0 };
      for (const name of ['greedy', 'wanting']) {
        expectFigure(`${name} waits`, share(name, status.gilWait), { above: 0.05 });
        expectFigure(`${name} waits where it sleeps`, share(name, status.gilWait, asleep), { above: 0.9 });
      }
      const waiting = await ask('top', trace, '--by', 'thread', '--gil-wait');
      expect(waiting.rows.map(({ thread }) => thread?.name).sort()).toEqual(['greedy', 'wanting']);
    }),
  );

  test(
    'of threads that compute in Python one runs, and the others wait for the GIL',
    measured(async (context: TestContext) => {
      const { share } = await recordShares(python, 'rivals');
      const names = [0, 1, 2, 3].map((i) => `rival-${i}`);
      if (share(names[0]!, status.gilWaitKnown) === 0) {
        expect(mayBeUnknown(python)).toBe(true);
        context.skip('who waits for the GIL cannot be known');
      }
      const without = { mask: status.gil, are: 0 };
      const ready = names.map((name) => share(name, status.onCpu, without));
      const mean = ready.reduce((sum, value) => sum + value) / names.length;
      // Who queues for a processor in the wait for the GIL is known by where it stands from 3.11 on, and where not, by the
      // number of waiters: not known is who lost the processor on the way into the wait. It was half of them.
      expectFigure('ready', mean, { below: Number(python.minor.split('.')[1]) >= 11 ? 0.12 : 0.4 });
      // Who gave the GIL up sleeps until another has taken it: up to 3.6 in a static variable of its own, which is not looked for.
      const least = Number(python.minor.split('.')[1]) < 7 ? 0.9 : 0.95;
      for (const name of names)
        expectFigure(`${name}, runs or waits`, share(name, status.onCpu | status.gilWait), { above: least });
    }),
  );

  test(
    'C code that needs no GIL runs, however many wait for it',
    measured(async (context: TestContext) => {
      const { share } = await recordShares(python, 'pack');
      if (share('pack-0', status.gilWaitKnown) === 0) {
        expect(mayBeUnknown(python)).toBe(true);
        context.skip('who waits for the GIL cannot be known');
      }
      const without = { mask: status.gil, are: 0 };
      for (const name of ['pack-0', 'pack-1'])
        expectFigure(`${name}, on a CPU`, share(name, status.onCpu, without), { above: 0.7 });
    }),
  );

  test(
    'garbage collection is seen in the thread that collects',
    measured(async (context: TestContext) => {
      const { trace, share } = await recordShares(python, 'collect');
      expect(share('asleep', status.collecting)).toBe(0);
      if (share('collect', status.collectingKnown) === 0) {
        expect(mayBeUnknown(python)).toBe(true);
        context.skip('whether this Python collects cannot be known');
      }
      expectFigure('collects', share('collect', status.collecting), { above: 0.5 });
      const collecting = await ask('top', trace, '--by', 'thread', '--gc');
      expect(collecting.rows.map(({ thread }) => thread?.name)).toEqual(['collect']);
    }),
  );

  test('what a thread sleeps for is told from what another sleeps for', async () => {
    const target = await startTarget(python, 'waiting.py');
    const trace = traceName();
    await pyspyWell('record', '--pid', String(target.pid), '--duration', '0.5s', '-o', trace);
    const { threads } = await ask('info', trace);
    const others = threads.map(({ name }) => name!).filter((name) => name !== 'MainThread');
    const isKnown = readSamples(trace).every(({ flags }) => flags & (status.gilWaitKnown | status.gilOff));
    expect(isKnown || mayBeUnknown(python)).toBe(true);
    // Where it is not known who waits for the GIL, each lock may be that.
    const expected = (name: string): Wait => {
      const wait = name.split(' ')[0] as Wait;
      return !isKnown && ['lock', 'condition'].includes(wait) ? 'unknown' : wait;
    };
    for (const [index, { name }] of threads.entries()) {
      const own = readSamples(trace).filter(({ thread }) => thread === index + 1);
      const found = [...new Set(own.map(({ flags }) => waitOf(flags)))];
      expect([name, ...found]).toEqual([name, name === 'MainThread' ? 'io' : expected(name!)]);
    }
    const dumped = (await dumpThreads(target.pid)).filter(({ name }) => name !== 'MainThread');
    expect(dumped.map(({ name, waits_for }) => [name, waits_for ?? 'unknown'])).toEqual(
      dumped.map(({ name }) => [name, expected(name!)]),
    );
    const held = others.filter((name) => expected(name) === 'lock');
    const waiting = await ask('top', trace, '--by', 'thread', '--waiting');
    expect(waiting.rows.map(({ thread }) => thread?.name).sort()).toEqual(held.sort());
    const { rows } = await ask('top', trace, '--by', 'wait');
    expect(rows.map(({ wait }) => wait).sort()).toEqual([...new Set(['io', ...others.map(expected)])].sort());
  });
});
