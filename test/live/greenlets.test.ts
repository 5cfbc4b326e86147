/** greenlet: the stack of a thread is that of the greenlet that runs, and of no other. */
import { expect, type TestContext, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { findPythonWith } from '../support/modules.js';
import { ask, pyspyWell, traceName } from '../support/pyspy.js';
import { markedLines, startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

test(
  'stacks of greenlets that take turns are whole, and not mixed',
  measured(async ({ skip }: TestContext) => {
    const python = await findPythonWith('greenlet');
    if (python === null) return skip('no interpreter here has greenlet');
    const target = await startTarget(python, 'greenlets.py', 'turns');
    const trace = traceName();
    await pyspyWell('record', '--pid', String(target.pid), '-r', '250', '-d', '3', '-o', trace);
    const all = readSamples(trace).filter(({ functions }) => functions.includes('burn'));
    // Of a torn one a part is shown, and a marker says so.
    const samples = all.filter(({ flags }) => (flags & status.torn) === 0);
    expectFigure('whole', samples.length, { above: Math.max(300, all.length * 0.95) });
    const count = (functions: readonly string[], name: string): number =>
      functions.filter((found) => found === name).length;
    let inAlpha = 0;
    for (const { functions } of samples) {
      const isAlpha = functions.includes('alpha');
      expect(functions.includes('beta')).toBe(!isAlpha);
      expect([count(functions, 'alpha_work'), count(functions, 'beta_work')]).toEqual(
        isAlpha ? [4, 0] : [0, 6],
      );
      if (isAlpha) inAlpha++;
    }
    expectNear('alpha', inAlpha / samples.length, 0.7, 0.08);
  }),
);

test('dump --greenlets shows those that wait, and no others', async ({ skip }) => {
  const python = await findPythonWith('greenlet');
  if (python === null) return skip('no interpreter here has greenlet');
  const target = await startTarget(python, 'greenlets.py', 'wait');
  const { processes } = await ask('dump', '--pid', String(target.pid), '--greenlets');
  const { threads, greenlets, greenlets_cut } = processes[0]!;
  expect(threads[0]!.frames.map((frame) => frame.function)).toEqual(['hog']);
  expect(greenlets_cut).toBe(false);
  const shown = greenlets!.map(({ type, torn, truncated, frames }) => ({
    type,
    isWhole: !torn && !truncated,
    functions: frames.map(({ function: name }) => name.slice(name.lastIndexOf('.') + 1)).join(),
  }));
  expect(shown.sort((a, b) => a.functions.localeCompare(b.functions))).toEqual([
    { type: 'greenlet', isWhole: true, functions: '<module>' },
    { type: 'Kind', isWhole: true, functions: 'parked' },
    { type: 'Kind', isWhole: true, functions: 'parked,parked,<lambda>,through_c' },
    { type: 'Kind', isWhole: true, functions: 'parked,parked,parked,parked' },
  ]);
  const lines = markedLines('greenlets.py');
  for (const { type, frames } of greenlets!)
    expect(frames[0]!.line).toBe(lines.get(type === 'Kind' ? 'parked' : 'main'));
  const { stdout } = await pyspyWell('dump', '--pid', String(target.pid), '--greenlets');
  expect(stdout).toMatch(/^Kind at 0x[0-9a-f]+ \(waits\)\n {4}parked \(.*greenlets\.py:\d+\)/m);
});
