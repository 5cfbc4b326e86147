/** What a program is not, and what to do: one that goes on in the background, and one that only starts a Python. */
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { isAlive, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, pyspy, startPyspy, traceName } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { commandOf } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

describeOnePython('a command that becomes a daemon', (python) => {
  async function start(seconds: number, ...options: string[]) {
    const trace = traceName();
    const command = await commandOf(python, 'daemon.py', String(seconds));
    const child = startPyspy(['record', ...options, '-o', trace, '--', ...command]);
    const daemon = await child.told<number>('daemon');
    atEnd(() => {
      if (isAlive(daemon)) process.kill(daemon, 'SIGKILL');
    });
    return { child, daemon, trace };
  }

  test('is said to go on, with what to do', async () => {
    const { child, daemon, trace } = await start(60);
    const { status, stderr } = await child.exited;
    expect(status).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `pyspy: the command has ended and left ${daemon} \\(\\S*python\\S* .*daemon\\.py 60\\) in the background`,
      ),
    );
    expect(stderr).toMatch(new RegExp(`\\nhint: With --subprocesses .*pyspy record --pid ${daemon}\\n`));
    expect(isAlive(daemon)).toBe(true);
    expect(infoNow(trace)?.state).toBe('complete');
  });

  test('is recorded to its end with --subprocesses, without a word', async () => {
    const { child, daemon, trace } = await start(1.5, '--subprocesses');
    const { status, stderr } = await child.exited;
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/in the background/);
    expect(isAlive(daemon)).toBe(false);
    expect((await ask('info', trace)).processes.map(({ pid }) => pid)).toContain(daemon);
  });
});

describeOnePython('the pid of a shell that has started a Python', (python) => {
  test.each([
    ['record', (trace: string) => ['-o', trace]],
    ['dump', () => []],
    ['top', () => []],
  ] as const)('%s names the Python, and what follows it', async (name, options) => {
    const command = await commandOf(python, 'still.py');
    // Two commands: the shell stays.
    const shell = new Child(['sh', '-c', '"$@"; true', 'sh', ...command]);
    atEnd(() => shell.stop());
    const pid = await shell.told<number>('ready');
    atEnd(() => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    await until('it is below the shell', () => pid !== shell.pid);
    const { status, stderr } = await pyspy(name, '--pid', String(shell.pid), ...options(traceName()));
    expect(status).toBe(5);
    expect(stderr).toMatch(
      new RegExp(`^pyspy: process ${shell.pid} is not a running Python: it runs \\S*sh\\n`),
    );
    expect(stderr).toMatch(
      new RegExp(
        `hint: It has started one: ${pid} \\(python\\S* .*still\\.py\\S*\\)\\. Give --pid ${pid}, or --pid ${shell.pid} --subprocesses for all that it starts\\.\\n`,
      ),
    );
  });
});
