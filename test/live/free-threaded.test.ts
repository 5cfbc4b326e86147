/**
 * Free-threaded builds: threads that run at once, each with a copy of the bytecode of its own (3.14+), and no GIL,
 * or one that was switched on again.
 */
import { expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { describeFreeThreaded } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, dumpThreads, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { atEnd } from '../support/scope.js';
import { commandOf, markedLines, startTarget } from '../support/targets.js';
import { infoNow, readSamples } from '../support/trace-view.js';

const marks = markedLines('free_threaded.py');

/** Where the function `both` can be on a side: the head of its loop, and the line in it. */
const linesOf = (side: 'left' | 'right'): readonly number[] => [marks.get(side)! - 1, marks.get(side)!];

/** Samples of a side that are on the line of no side, or of the other one; and how many there are at all. */
function check(trace: string, side: 'left' | 'right', others: readonly number[]) {
  const inBoth = readSamples(trace).filter(
    ({ functions, flags }) => functions[0] === 'both' && functions[1] === side && !(flags & status.torn),
  );
  const wrong = inBoth.map(({ lines }) => lines[0]!).filter((line) => !others.includes(line));
  return { wrong, count: inBoth.length };
}

describeFreeThreaded('a free-threaded build', (python) => {
  test('shows every thread on its own lines of a function that several are in', async () => {
    const target = await startTarget(python, 'free_threaded.py');
    target.tell('rest');
    const truth =
      await target.told<{ id: number; name: string; frames: [string, string, number][] }[]>('threads');
    const found = await dumpThreads(target.pid);
    for (const { id, name, frames } of truth)
      expect(found.find(({ thread_id }) => thread_id === id)).toMatchObject({
        name,
        status: 'idle',
        gil: null,
        torn: false,
        failed: false,
        frames: frames.map(([called, file, line]) => ({ function: called, file, line })),
      });
    expect(new Set(truth.map(({ frames }) => JSON.stringify(frames))).size).toBe(4);
  });

  test(
    'runs threads at once, and says that there is no GIL',
    measured(async () => {
      const target = await startTarget(python, 'free_threaded.py');
      target.tell('spin');
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '-r', '500', '-d', '1.5s', '-o', trace);
      for (const side of ['left', 'right'] as const) {
        const { wrong, count } = check(trace, side, linesOf(side));
        expect(wrong).toEqual([]);
        expectFigure(side, count, { above: 100 });
      }
      const samples = readSamples(trace);
      const running = new Map<number, number>();
      for (const { atNs, flags, functions } of samples)
        if (flags & status.onCpu && functions.includes('both'))
          running.set(atNs, (running.get(atNs) ?? 0) + 1);
      const ticks = new Set(samples.map(({ atNs }) => atNs)).size;
      const both = [...running.values()].filter((count) => count === 2).length;
      expectFigure('both run', both, { above: 0.8 * ticks });
      expect(samples.every(({ flags }) => flags & status.gilOff && !(flags & status.gil))).toBe(true);

      const { stdout } = await pyspyWell('top', trace, '--gil');
      expect(stdout).toContain('No samples passed the filters');
      expect(stdout).toMatch(/ {2}\d+ samples left out by --gil: the interpreter ran without a GIL\n/);
      expect((await ask('top', trace, '--gil')).gil_off_samples).toBe(samples.length);
      expect((await ask('top', trace)).gil_off_samples).toBe(0);
    }),
  );

  test('is read truly while threads, and their copies of bytecode, come and go', async () => {
    const target = await startTarget(python, 'free_threaded.py');
    const trace = traceName();
    const recorder = startPyspy(['record', '--pid', String(target.pid), '-r', '500', '-o', trace]);
    await until('it is being recorded', () => (infoNow(trace)?.samples ?? 0) > 0);
    target.tell('churn');
    expect(await target.told('pairs')).toBe(20);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    for (const side of ['left', 'right'] as const) {
      // The first line of a function that is being entered, the tests before the loop, and what it returns.
      const line = marks.get(side)!;
      const entry = [marks.get('left')! - 3, marks.get('left')! - 2];
      const { wrong, count } = check(trace, side, [...entry, line - 1, line, line + 1]);
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(20);
    }
  });

  test(
    'with its GIL switched on, shows who holds it',
    measured(async () => {
      const target = await startWithGil(python);
      target.tell('spin');
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '-d', '1s', '-o', trace);
      const holders = new Map<number, number>();
      for (const { atNs, flags } of readSamples(trace)) {
        expect(flags & (status.gilOff | status.gilUnknown)).toBe(0);
        if (flags & status.gil) holders.set(atNs, (holders.get(atNs) ?? 0) + 1);
      }
      expect(Math.max(...holders.values())).toBe(1);
      const top = await ask('top', trace, '--gil');
      expectFigure('both', top.rows.find((row) => row.function === 'both')?.total_pct, { above: 80 });
      expect(top.gil_off_samples).toBe(0);
    }),
  );
});

async function startWithGil(python: Python): Promise<Child> {
  const [interpreter, ...args] = await commandOf(python, 'free_threaded.py');
  const child = new Child([interpreter!, '-X', 'gil=1', ...args]);
  atEnd(() => child.stop());
  await child.told('ready');
  return child;
}
