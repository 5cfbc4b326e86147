/** From the first moment on: programs that live shortly, what they see of being recorded, and recordings without a sample. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { describeEachPython, describeOnePython } from '../support/each-python.js';
import { ask, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { commandOf, hasOwnRoot, startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

const noProc = 'this root has no /proc, by which the program knows when it began';

describeEachPython('a program that lives shortly', (python) => {
  // py-spy needs some 20 ms until it looks for the first time.
  test.for(['0.3', '0.5'])(
    'for %s s is recorded for most of its life, imports included',
    async (seconds, { skip }) => {
      if (await hasOwnRoot(python)) skip(noProc);
      const command = await commandOf(python, 'first_moments.py', seconds);
      // On a busy machine a recorder may be late for once, but not always.
      const shares: number[] = [];
      let trace = '';
      while (shares.length < 6 && !shares.some((share) => share > 0.85)) {
        trace = traceName();
        const recorder = startPyspy(['record', '-r', '200', '-o', trace, '--', ...command]);
        expect(await recorder.exited).toMatchObject({ status: 0 });
        const lived = await recorder.told<number>('lived');
        const { ticks, missed } = await ask('info', trace);
        shares.push((ticks + missed) / 200 / lived);
      }
      expect(Math.max(...shares)).toBeGreaterThan(0.85);
      const top = await ask('top', trace, '--idle', '--limit', '0');
      expect(top.rows.find((row) => row.function === 'busy')?.self_samples).toBeGreaterThan(0);
    },
  );
});

describeOnePython('a command', (python) => {
  test('sees nothing of the recorder in its environment, files and signals', async ({ skip }) => {
    if (await hasOwnRoot(python)) skip(noProc);
    const command = await commandOf(python, 'first_moments.py', '0');
    const [plain, recorder] = [
      new Child(command),
      startPyspy(['record', '-s', '-r', '1000', '-o', traceName(), '--', ...command]),
    ];
    await Promise.all([plain.exited, recorder.exited]);
    for (const what of ['argv0', 'masks', 'env', 'files'])
      expect(await recorder.told(what), what).toEqual(await plain.told(what));
  });

  test('is told at once if there is none, or none that can be run', async () => {
    const file = join(workFolder(), 'no-program');
    writeFileSync(file, 'text');
    for (const [name, reason] of [
      ['no-such-program', 'no such program'],
      [file, 'not executable'],
    ]) {
      const { status, stderr } = await startPyspy(['record', '--', name!]).exited;
      expect(status).toBe(2);
      expect(stderr).toMatch(new RegExp(`cannot start ${name}: .*${reason}`));
    }
  });

  test('whose work goes on in a process that it left behind is recorded to the end of that', async ({
    skip,
  }) => {
    if (await hasOwnRoot(python)) skip('this root has no folder in common with ours');
    const [trace, stop] = [traceName(), join(workFolder(), 'stop')];
    const command = await commandOf(python, 'orphan.py', stop);
    const recorder = startPyspy(['record', '-s', '-o', trace, '--', ...command]);
    const [pid, parent] = await recorder.told<[number, number]>('worker');
    expect(parent).toBe(recorder.pid);
    // What has ended does not stay as a zombie.
    const brief = await recorder.told<number>('brief');
    await until('the brief one is gone', () => !existsSync(`/proc/${brief}`));
    await until('the worker is in the trace', () => infoNow(trace)?.processes.some((row) => row.pid === pid));
    writeFileSync(stop, '');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    const top = await ask('top', trace, '--process', String(pid));
    expect(top.rows.map((row) => row.function)).toContain('left_behind');
  });
});

describe('a recording without a sample', () => {
  describeOnePython('says why', (python) => {
    // The first moment of 1 Hz is at random within a second.
    const brief = ['--rate', '1', '--duration', '1ms'];

    test('and is an error: of a process', async () => {
      const target = await startTarget(python, 'workers.py');
      const trace = traceName();
      const { status, stderr } = await startPyspy(['record', ...brief, '-o', trace, '-p', `${target.pid}`])
        .exited;
      expect({ status, stderr }).toEqual({
        status: 5,
        stderr: expect.stringMatching(/^pyspy: no samples in/),
      });
      expect((await startPyspy(['info', trace]).exited).stdout).toMatch(/^samples +none: /m);
      expect(await startPyspy(['top', trace]).exited).toMatchObject({ status: 6 });
    });

    test('after the status of the command', async () => {
      const run = async (code: string) => {
        const words = [python.path, '-c', code];
        return startPyspy(['record', ...brief, '-o', traceName(), '--', ...words]).exited;
      };
      // On a busy machine it may be over before it was seen.
      const stderr = expect.stringMatching(/no samples in|ended before its interpreter was up/);
      expect(await run('pass')).toMatchObject({ status: 5, stderr });
      expect(await run('raise SystemExit(3)')).toMatchObject({ status: 3, stderr });
    });
  });
});
