/** `pyspy record -- COMMAND`: the command is the user's, with its terminal, its signals and its exit status. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { isAlive, until } from '../support/conditions.js';
import { describeEachPythonAtOnce, describeOnePython } from '../support/each-python.js';
import { ask, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { scoped } from '../support/scope.js';
import { commandOf, rootOf } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

describeEachPythonAtOnce('a command', (python) => {
  test(
    'is found behind a shell script, and speaks with the user',
    scoped(async () => {
      const trace = traceName();
      const folder = workFolder();
      const script = join(folder, 'run it.sh');
      const command = await commandOf(python, 'talk.py', '"$1"');
      // No exec: the shell stays, and the Python is its child.
      writeFileSync(script, `${command.join(' ')} one\nstatus=$?\necho "shell: $status"\nexit $status\n`);
      const recorder = startPyspy(['record', '-o', trace, '--', 'sh', script, '--not-ours']);
      const pid = await recorder.told<number>('ready');
      expect(await recorder.told('argv')).toEqual(['--not-ours', 'one']);
      recorder.tell('shout hello');
      expect(await recorder.told('shouted')).toBe('HELLO');
      await until('it is being recorded', () => infoNow(trace)?.samples);
      recorder.tell('exit 3');
      const { status, stdout } = await recorder.exited;
      expect(status).toBe(3);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe('shell: 3');
      const info = await ask('info', trace);
      expect(info).toMatchObject({ state: 'complete', processes: [{ pid, python: python.version }] });
      expect(info.recordings[0]!.recorder_command).toEqual([
        ...['pyspy', 'record', '-o', trace, '--', 'sh', script, '--not-ours'],
      ]);
      expect(info.recordings[0]).toMatchObject({ end_reason: 'target-exited', command_status: 3 });
    }),
  );

  test(
    'in a virtual environment is found',
    scoped(async ({ skip }) => {
      if ((await rootOf(python)) !== '/') return skip('its environments work inside its own root only');
      // 3.3 makes no environment in a folder that exists, and has no pip to leave out.
      const folder = join(workFolder(), 'environment');
      const bare = python.minor === '3.3' ? [] : ['--without-pip'];
      const made = await new Child([python.path, '-m', 'venv', ...bare, folder]).exited;
      if (/No module named venv/.test(made.stderr)) return skip('it has no module venv');
      expect(made).toMatchObject({ status: 0 });
      const trace = traceName();
      const [, ...rest] = await commandOf(python, 'talk.py');
      const recorder = startPyspy(['record', '-o', trace, '--', join(folder, 'bin', 'python'), ...rest]);
      const pid = await recorder.told<number>('ready');
      await until('it is being recorded', () => infoNow(trace)?.samples);
      recorder.tell('exit 0');
      expect(await recorder.exited).toMatchObject({ status: 0 });
      expect(await ask('info', trace)).toMatchObject({ state: 'complete', processes: [{ pid }] });
    }),
  );
});

describeOnePython('a command', (python) => {
  // py-spy ends with 0 whatever the command's status, and kills it at the end of --duration: no finally, no atexit.
  test.each([
    ['ends with 0', 'exit 0', 0],
    ['ends with a status of its own', 'exit 41', 41],
    ['ends by a signal', 'kill 9', 137],
  ])('%s, and so does pyspy', async (_name, line, status) => {
    const { recorder, trace } = await start();
    recorder.tell(line);
    expect((await recorder.exited).status).toBe(status);
    expect(infoNow(trace)).toMatchObject({ state: 'complete' });
  });

  test.each([
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const)('gets the %s that pyspy got', async (signal, number) => {
    const { recorder, trace } = await start();
    recorder.kill(signal);
    const { status, stderr } = await recorder.exited;
    // The program's own handler ran, once, and chose the status.
    expect(status).toBe(40 + number);
    expect(stderr.match(/^signal \d+$/gm)).toEqual([`signal ${number}`]);
    expect(infoNow(trace)).toMatchObject({ state: 'complete' });
  });

  test('is marked by SIGUSR1, and gets it where it has a handler', async () => {
    const { recorder, trace } = await start();
    recorder.kill('SIGUSR1');
    await until('it is marked', () => infoNow(trace)?.marks.length);
    recorder.tell('shout alive');
    expect(await recorder.told('shouted')).toBe('ALIVE');
    recorder.tell('catch 10');
    expect(await recorder.told('caught')).toBe(10);
    recorder.kill('SIGUSR1');
    const { status, stderr } = await recorder.exited;
    expect(status).toBe(50);
    expect(stderr).toMatch(/pyspy: mark-1 is at[\s\S]*signal 10/);
    expect(infoNow(trace)?.marks.map(({ name }) => name)).toEqual(['mark-1', 'mark-2']);
  });

  test('outlives the recording', async () => {
    const { recorder, trace } = await start('--duration', '300ms');
    await until('the recording ends', () => infoNow(trace)?.state === 'complete');
    // The program is there, is still the user's, and pyspy waits for it.
    recorder.tell('shout late');
    expect(await recorder.told('shouted')).toBe('LATE');
    expect(recorder.outcome).toBeNull();
    recorder.tell('exit 5');
    expect((await recorder.exited).status).toBe(5);
    expect(infoNow(trace)?.recordings[0]?.end_reason).toBe('duration');
  });

  test('outlives a recorder that is killed', async () => {
    const { recorder, pid } = await start();
    recorder.kill('SIGKILL');
    await until('the recorder is gone', () => recorder.process.signalCode);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGTERM');
    await until('the program answers', () => recorder.stderr.includes('signal 15'));
  });

  test('gives the recording its name', async () => {
    const folder = workFolder();
    mkdirSync(join(folder, 'deeper'));
    const command = await commandOf(python, 'talk.py');
    const recorder = startPyspy(['record', '--', ...command], { cwd: join(folder, 'deeper') });
    const pid = await recorder.told<number>('ready');
    await until('the trace is there', () => {
      const trace = readdirSync(join(folder, 'deeper')).find((file) => file.endsWith('.trace'));
      return trace !== undefined && infoNow(join(folder, 'deeper', trace));
    });
    recorder.tell('exit 0');
    const { status, stderr } = await recorder.exited;
    expect(status).toBe(0);
    const name = /wrote (talk\.py-\d+-\d{8}-\d{6}\.trace)/.exec(stderr)?.[1];
    expect(name).toContain(`talk.py-${pid}-`);
    const header = readFileSync(join(folder, 'deeper', name!)).subarray(0, 15);
    expect(header.toString()).toBe('SQLite format 3');
  });

  async function start(...options: string[]) {
    const trace = traceName();
    const command = await commandOf(python, 'talk.py');
    const recorder = startPyspy(['record', ...options, '-o', trace, '--', ...command]);
    const pid = await recorder.told<number>('ready');
    await until('the trace is there', () => infoNow(trace));
    return { recorder, trace, pid };
  }
});

describeOnePython('--stop', (python) => {
  test('ends a command with its recording, which counts as a good end', async () => {
    const trace = traceName();
    const args = ['record', '--stop', '--duration', '1s', '-o', trace, '--'];
    const recorder = startPyspy([...args, ...(await commandOf(python, 'share.py'))]);
    const pid = await recorder.told<number>('ready');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    expect(isAlive(pid)).toBe(false);
    expect((await ask('info', trace)).recordings[0]!.end_reason).toBe('duration');
  });

  test('leaves the command its own way to end, and its status', async () => {
    const program = `import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
while True: time.sleep(0.01)`;
    const args = ['record', '--stop', '--duration', '1s', '-o', traceName(), '--'];
    expect(await startPyspy([...args, python.path, '-c', program]).exited).toMatchObject({ status: 9 });
  });
});
