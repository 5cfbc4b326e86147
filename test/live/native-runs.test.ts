/** Native frames of threads that run, copied by the kernel with their Python frames: no call in them that did not happen. */
import { expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { registers } from '../../src/record/native/registers.js';
import { canCompile, compileLibrary } from '../support/compiled.js';
import { describeAnyPython, describeOnePython } from '../support/each-python.js';
import { refusal, whyNotCopied } from '../support/kernel-sampler.js';
import { ask, pyspyWell, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

const isPossible = registers !== null && canCompile && refusal === null;

const chains = [
  ['forever', 'goes_left', 'left', 'left_middle', 'left_leaf'],
  ['forever', 'goes_right', 'right', 'right_middle', 'right_leaf'],
  ['forever', 'goes_through', 'through', 'is_called', 'left', 'left_middle', 'left_leaf'],
];
const known = new Set(chains.flat());
const isPrefix = (found: readonly string[]): boolean =>
  chains.some((chain) => found.every((name, i) => chain[i] === name));

async function record(python: Python, rounds: number) {
  const library = await compileLibrary(python, 'native_runs.c');
  const target = await startTarget(python, 'native_runs.py', library, String(rounds));
  const trace = traceName();
  const options = ['--native', '--sampler', 'kernel', '-r', '500', '-d', '2', '-o', trace];
  const { stderr } = await pyspyWell('record', '--pid', String(target.pid), ...options);
  const samples = readSamples(trace).filter(({ functions }) => functions.includes('forever'));
  return { trace, stderr, samples };
}

describeAnyPython('native frames of a thread that runs', (python) => {
  test.skipIf(!isPossible)(
    `are among the Python frames that called them, some microseconds each${whyNotCopied}`,
    async ({ skip }) => {
      const { trace, samples } = await record(python, 1_000);
      const whole = samples.filter(
        ({ flags }) =>
          (flags & (status.native | status.nativeCut | status.onCpu)) === (status.native | status.onCpu),
      );
      if (whole.length < 20) skip('no processor was free for the program whenever it was asked');
      const ours = whole.map(({ functions }) => functions.toReversed().filter((name) => known.has(name)));
      expect(ours.filter((found) => !isPrefix(found)).map((found) => found.join(' > '))).toEqual([]);
      // All of the chains come, to their ends.
      for (const chain of chains)
        expect(
          ours.some((found) => found.length === chain.length && found[1] === chain[1]),
          chain[1],
        ).toBe(true);
      // Where native frames are known, they are known to the thread's start.
      const cut = samples.filter(({ flags }) => (flags & status.nativeCut) !== 0);
      expect(cut.length).toBeLessThanOrEqual(samples.length * 0.05);
      expect((await pyspyWell('verify', trace)).stdout).toContain('valid');
      const { rows } = await ask('top', trace, '--limit', '0');
      expect(rows.some(({ function: name }) => name === 'left_leaf')).toBe(true);
    },
  );
});

describeOnePython('the live view and a picture with --native', (python) => {
  test.skipIf(!isPossible)(`have native functions of running threads${whyNotCopied}`, async () => {
    const library = await compileLibrary(python, 'native_runs.c');
    const target = await startTarget(python, 'native_runs.py', library, '30000');
    const options = ['--pid', String(target.pid), '--native', '-r', '500', '-d', '2'];
    const { stdout } = await pyspyWell('top', ...options, '--limit', '0');
    expect(stdout).toMatch(/ (left|right)_leaf +\S*built\.so$/m);
    const { stdout: picture, stderr } = await pyspyWell('flame', ...options, '-o', '-');
    expect(stderr).toContain('native frames of all threads');
    expect(picture).toMatch(/(left|right)_leaf/);
    const { stdout: plain } = await pyspyWell('top', ...options, '--no-native', '--limit', '0');
    expect(plain).not.toMatch(/(left|right)_leaf/);
  });
});
