/** greenlet: the stack of a thread is that of the greenlet that runs, and of no other. */
import { expect, test } from 'vitest';
import { findPythonWith } from '../support/modules.js';
import { pyspyWell, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

test('stacks of greenlets that take turns are whole, and not mixed', async ({ skip }) => {
  const python = await findPythonWith('greenlet');
  if (python === null) return skip('no interpreter here has greenlet');
  const target = await startTarget(python, 'greenlets.py');
  const trace = traceName();
  await pyspyWell('record', '--pid', String(target.pid), '-r', '250', '-d', '3', '-o', trace);
  const samples = readSamples(trace).filter(({ functions }) => functions.includes('burn'));
  expect(samples.length).toBeGreaterThan(300);
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
  expect(Math.abs(inAlpha / samples.length - 0.7)).toBeLessThan(0.08);
});
