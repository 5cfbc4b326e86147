/** Commands about processes that are there: the list of them, stacks of a family, and completion of pids. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { expectSchema } from '../commands/schemas.js';
import { Child } from '../support/child.js';
import { describeEachPython, describeOnePython } from '../support/each-python.js';
import { ask, pyspyWell, startPyspy } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { commandOf, startTarget } from '../support/targets.js';

const cli = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));

describeEachPython('a process in a list', (python) => {
  test('has its pid, version and command', async () => {
    const target = await startTarget(python, 'share.py');
    const { stdout } = await pyspyWell('ps', '--json');
    expectSchema('ps', JSON.parse(stdout));
    const { processes } = JSON.parse(stdout) as {
      processes: { pid: number; python: string; command: string[]; refused: string | null; uid: number }[];
    };
    expect(processes.find(({ pid }) => pid === target.pid)).toMatchObject({
      python: expect.stringMatching(new RegExp(`^${python.minor.replace('.', '\\.')}\\.`)),
      command: expect.arrayContaining([expect.stringMatching(/share\.py$/)]),
      refused: null,
      uid: process.geteuid!(),
    });
    expect(processes.some(({ pid }) => pid === process.pid)).toBe(false);
  });
});

describeOnePython('a process that is named instead of its pid', (python) => {
  test('is found by its command line, if it is the only one', async () => {
    const mark = `only-${process.pid}`;
    const [target] = [
      await startTarget(python, 'share.py', '60', '0', mark),
      await startTarget(python, 'share.py'),
    ];
    const found = await pyspyWell('dump', '--pid', mark);
    expect(found.stdout).toContain(`Process ${target.pid}: `);
    expect(found.stderr).toContain(`pyspy: process ${target.pid}: `);
    const outcome = await startPyspy(['dump', '--pid', `share\\.py$|${mark}`]).exited;
    expect(outcome).toMatchObject({
      status: 5,
      stderr: expect.stringMatching(/Python processes match[\s\S]*hint: Give the pid of one: \d+ /),
    });
    expect((await pyspyWell('dump', String(target.pid))).stdout).toContain(`Process ${target.pid}: `);
  });
});

describeOnePython('a family', (python) => {
  test('is shown whole by dump --subprocesses, each process once, and others left out', async () => {
    const family = new Child([
      'sh',
      '-c',
      '"$@" & sleep 100 & wait',
      'sh',
      ...(await commandOf(python, 'family.py', 'fork', '60', '60')),
    ]);
    atEnd(() => family.stop());
    const pids = [
      await family.told<number>('main'),
      await family.told<number>('left'),
      await family.told<number>('right'),
    ];
    atEnd(() => {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    });
    const { stdout, stderr } = await pyspyWell('dump', '--pid', String(family.pid), '--subprocesses');
    expect(stderr).toBe('');
    const headers = [...stdout.matchAll(/^Process (\d+):/gm)].map((match) => Number(match[1]));
    expect(headers.toSorted()).toEqual(pids.toSorted());
    const result = await ask('dump', '--pid', String(pids[0]), '--subprocesses');
    const tops = Object.fromEntries(
      result.processes.map(({ pid, threads }) => [pid, threads[0]!.frames.map((frame) => frame.function)]),
    );
    expect(tops[pids[1]!]).toContain('left');
    expect(tops[pids[2]!]).toContain('right');
  });

  test('pids are completed with their commands, in bash', async () => {
    const target = await startTarget(python, 'share.py');
    const complete = (...words: string[]) => {
      const script = `pyspy() { "${process.execPath}" "${cli}" "$@"; }
compopt() { echo files; }
eval "$(pyspy completion bash)"
COMP_WORDS=(pyspy ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_pyspy
printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.split('\n').filter((line) => line !== '');
    };
    expect(complete('top', '--pid', '')).toContain(String(target.pid));
    expect(complete('--pid', '')).toContain(String(target.pid));
    expect(complete('--flame', 'x.svg', '--pid', '')).toContain(String(target.pid));
    expect(complete('re')).toEqual(['record', 'report']);
    expect(complete('rec')).toEqual(['record']);
    expect(complete('top', '--sub')).toEqual(['--subprocesses']);
    expect(complete('top', '--by', 'f')).toEqual(['function', 'file']);
    expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(complete('flame', '')).toEqual(['files']);
    expect(complete('record', '--', '')).toEqual(['files']);
    const { stdout } = await pyspyWell('complete', '--', 'dump', '-p', '');
    expect(stdout).toMatch(new RegExp(`^${target.pid}\\t.*share\\.py`, 'm'));
  });
});
