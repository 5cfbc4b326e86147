/** All is done and written: nothing of the surroundings makes the end of the process hang or fail. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { describePythonHere } from '../support/each-python.js';
import { ask, installed, traceName, workFolder } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { commandOf, startTarget } from '../support/targets.js';

const hasStrace = spawnSync('strace', ['-V']).status === 0;

describePythonHere('the end', (python) => {
  test.each([
    ['record', (trace: string) => ['-o', trace]],
    ['top', () => []],
  ] as const)('of %s is quiet where its terminal was closed', async (command, options) => {
    const target = await startTarget(python, 'share.py');
    const trace = traceName();
    const words = [...installed(), command, '--pid', String(target.pid), ...options(trace)];
    const child = new Child(await commandOf(python, 'closed_terminal.py', ...words));
    atEnd(() => child.stop());
    await child.told('shown');
    child.tell('close');
    await child.told('ended');
    const line = child.stdout.split('\n').find((text) => text.includes('"ended"'))!;
    expect(JSON.parse(line)).toMatchObject({ signal: 0, status: 0 });
    if (command === 'record') expect((await ask('info', trace)).state).toBe('complete');
  });

  test.skipIf(!hasStrace)('does not wait for a disk that cannot sync its output (needs strace)', async () => {
    const folder = workFolder();
    const [output, errors] = [join(folder, 'output'), join(folder, 'errors')];
    const fds = [openSync(output, 'w'), openSync(errors, 'w')] as const;
    const failing = ['-P', output, '-P', errors, '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO'];
    const command = await commandOf(python, 'share.py', '0.3', '0.1', '0');
    const trace = join(folder, 'run.trace');
    const child = new Child(
      [
        'strace',
        '-f',
        '-o',
        join(folder, 'calls'),
        ...failing,
        ...installed(),
        'record',
        '-o',
        trace,
        '--',
        ...command,
      ],
      { stdio: ['pipe', ...fds] },
    );
    atEnd(() => child.stop());
    for (const fd of fds) closeSync(fd);
    expect(await child.exited).toMatchObject({ status: 0 });
    // The last word is ours.
    expect(readFileSync(errors, 'utf8')).toMatch(/pyspy: the program ended/);
    expect(readFileSync(errors, 'utf8')).not.toMatch(/sync/);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).not.toMatch(/fsync\(/);
  });
});
