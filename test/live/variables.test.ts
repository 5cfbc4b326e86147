/** Arguments and locals of frames read as the interpreter itself would write them (test/targets/variables.py). */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { DumpThread } from '../../src/format/dump-result.js';
import { describeEachPython, describeOnePython } from '../support/each-python.js';
import { ask, pyspyWell } from '../support/pyspy.js';
import { findPythons, type Python } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';
import { expectVariables, type VariableTruth } from '../support/variable-truth.js';

/** Longer than every value of the program but one. */
const length = '5000';

async function dumpWithLocals(pid: number): Promise<DumpThread[]> {
  return (await ask('dump', '--pid', String(pid), '--locals', '--locals-length', length)).processes[0]!
    .threads;
}

async function expectTruth(python: Python): Promise<void> {
  const target = await startTarget(python, 'variables.py');
  const truth = await target.told<VariableTruth[]>('frames');
  const frames = (await dumpWithLocals(target.pid))[0]!.frames;
  expectVariables(truth, frames);
}

/** Where frames lie apart (to 3.10) one look in some thirty finds the leaf, which takes 0.1 ms. */
const mostLooks = 400;

describeEachPython('variables', (python) => {
  test('are what the interpreter would write', () => expectTruth(python));

  test('of a thread that runs on are those of one moment, or said not to be known', async () => {
    const target = await startTarget(python, 'descent.py');
    let known = 0;
    // On a busy machine a look may find nothing that holds still: until something did, there is one more.
    for (let round = 0; round < 5 || (known === 0 && round < mostLooks); round++) {
      const { frames } = (await dumpWithLocals(target.pid))[0]!;
      for (const [index, frame] of frames.entries()) {
        if (!frame.function.endsWith('descend')) continue;
        if (frame.locals === undefined) {
          expect(frame.locals_unknown).toMatch(/went on/);
          continue;
        }
        // descend(n, token) has the depth in n, and makes a text and a list of both.
        const { n, token, pair } = frame.locals;
        known++;
        expect(n).toMatch(/^(\d+|<unreadable>)$/);
        if (pair !== undefined && pair !== '<unreadable>' && n !== '<unreadable>' && token !== '<unreadable>')
          expect(pair).toBe(`[${n}, ${token}]`);
        const caller = frames[index + 1]?.locals;
        if (caller?.n === undefined || [n, token, caller.n, caller.token].includes('<unreadable>')) continue;
        expect(Number(n)).toBe(Number(caller.n) - 1);
        expect(token).toBe(caller.token);
      }
    }
    expect(known).toBeGreaterThan(0);
  }, 120_000);
});

describe('variables of 2.7', () => {
  const pythons = findPythons().filter((python) => python.minor === '2.7');
  if (pythons.length === 0) test.skip('CPython 2.7: no interpreter of this version was found', () => {});
  test.each(pythons)('CPython $title', expectTruth);
});

describe('variables of numpy', () => {
  const python: Python = {
    path: '/usr/bin/python3',
    version: '',
    minor: '',
    debug: false,
    freeThreaded: false,
    title: '/usr/bin/python3',
  };
  const hasNumpy = spawnSync(python.path, ['-c', 'import numpy']).status === 0;
  if (!hasNumpy) test.skip('numpy: /usr/bin/python3 has none', () => {});
  else
    test('scalars by value, arrays by shape and type', async () => {
      const target = await startTarget(python, 'numpy_variables.py');
      const truth = await target.told<Record<string, string>>('values');
      const frame = (await dumpWithLocals(target.pid))
        .flatMap(({ frames }) => frames)
        .find((candidate) => candidate.function === 'hold')!;
      expect(frame.locals).toMatchObject(truth);
    });
});

describeOnePython('dump --locals', (python) => {
  test('prints arguments as such, cuts what is long, and escapes what would command a terminal', async () => {
    const target = await startTarget(python, 'variables.py');
    await target.told('frames');
    const { stdout } = await pyspyWell(
      'dump',
      '--pid',
      String(target.pid),
      '--locals',
      '--locals-length',
      '20',
    );
    const lines = stdout.split('\n');
    expect(lines).toContain("        argument options = {'key': 'value'}");
    expect(lines).toContain('        small = 7');
    expect(lines).toContain(`        huge = ${String(7n ** 200n).slice(0, 20)}…`);
    expect(lines).toContain("        controls = 'a\\tb\\nc\\rd\\x00e\\x1b…");
    // Only line feeds are left of the control characters.
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    for (const line of lines) expect(line.length).toBeLessThan(200);
  });

  test('is what asks for them: without it there are none', async () => {
    const target = await startTarget(python, 'variables.py');
    await target.told('frames');
    const { stdout } = await pyspyWell('dump', '--pid', String(target.pid), '--json');
    expect(stdout).not.toMatch(/locals"|arguments"|captured/);
  });
});
