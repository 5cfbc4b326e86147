/** Lines of frames where a line table is long, or says nothing of an instruction. */
import { expect, test } from 'vitest';
import { describeEachPython, describeEachPythonAtOnce } from '../support/each-python.js';
import { ask, dumpThreads, pyspyWell, traceName } from '../support/pyspy.js';
import { scoped } from '../support/scope.js';
import { commandOf, startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

describeEachPythonAtOnce('a module whose line table is larger than 1 MiB', (python) => {
  test(
    'has lines to its end',
    scoped(async () => {
      // From 3.11 on a line takes some five bytes; before, 127 lines take two.
      const isShort = Number.parseInt(python.minor.split('.')[1]!, 10) <= 10;
      const lines = isShort ? 70_000_000 : 230_000;
      const target = await startTarget(python, 'big_module.py', String(lines));
      const [thread] = await dumpThreads(target.pid);
      const [, module] = thread!.frames;
      expect(module).toMatchObject({ function: '<module>', file: 'big', line: lines });
    }),
  );
});

describeEachPython('closures', (python) => {
  test('stand at lines, from their first instruction on', async () => {
    const trace = traceName();
    const command = await commandOf(python, 'closures.py', '1.2');
    await pyspyWell('record', '-r', '2000', '-o', trace, '--', ...command);
    const { rows } = await ask('top', trace, '--by', 'line', '--limit', '0', '--idle');
    const names = ['wrapper', 'leaf', 'inner', 'main'].map((name) => new RegExp(`(^|\\.)${name}$`));
    const ours = rows.filter((row) => names.some((name) => name.test(row.function!)));
    expect(ours.length).toBeGreaterThan(4);
    expect(ours.filter(({ line }) => !line)).toEqual([]);
    expect(readSamples(trace).length).toBeGreaterThan(200);
  });
});
