/** A command is started as it would be without us: same bytes, same ignored signals and limits; and each signal once. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { describeAnyPython, describeOnePython } from '../support/each-python.js';
import { installed, startInstalled, traceName, workFolder } from '../support/pyspy.js';
import { commandOf, hasOwnRoot } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

type Ready = { ready: boolean; ignored: string[]; files: string };

describeOnePython('a command', (python) => {
  /** @param behind what starts pyspy: setsid, nohup, sh */
  async function start(behind: readonly string[] = [], pyspyArgs: readonly string[] = []) {
    const trace = traceName();
    const command = await commandOf(python, 'signals.py');
    const words = ['record', ...pyspyArgs, '-o', trace, '--', ...command];
    // A group of its own: what is sent to that is not to reach the tests.
    const child = startInstalled(behind, words, { detached: true });
    await child.told('ready');
    await until('it is being recorded', () => infoNow(trace)?.samples);
    const ready = JSON.parse(child.stdout.split('\n').find((line) => line.includes('"ready"'))!) as Ready;
    return { child, trace, ready };
  }

  let asked = 0;
  /** How often the program got each signal, asked when all that is under way must have arrived. */
  async function countsOf(child: Child): Promise<Record<string, number>> {
    await sleep(300);
    const name = `c${++asked}`;
    child.tell(name);
    const line = await until('it counts', () =>
      child.stdout.split('\n').find((text) => text.includes(`"${name}"`) && text.endsWith('}')),
    );
    return (JSON.parse(line) as { signals: Record<string, number> }).signals;
  }

  const groupOf = (pid: number): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => statFields(name)?.[2] === String(pid))
      .map(Number);

  const senders: Readonly<Record<string, (pid: number, signal: NodeJS.Signals) => void>> = {
    'to pyspy alone': (pid, signal) => process.kill(pid, signal),
    'to the process group': (pid, signal) => process.kill(-pid, signal),
    'to pyspy and to the group, as timeout(1) does': (pid, signal) => {
      process.kill(pid, signal);
      process.kill(-pid, signal);
    },
    'to each process, as service managers do': (pid, signal) => {
      for (const each of groupOf(pid)) process.kill(each, signal);
    },
  };

  test.each(
    Object.keys(senders).flatMap((sender) =>
      (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const).map(
        (signal) => [signal, sender] as const,
      ),
    ),
  )('gets %s once that is sent %s', async (signal, sender) => {
    const { child, trace } = await start();
    const number = constants.signals[signal];
    senders[sender]!(child.pid, signal);
    expect(await countsOf(child)).toEqual({ [number]: 1 });
    // And again: what was seen is not remembered for the next one.
    process.kill(child.pid, signal);
    expect(await countsOf(child)).toEqual({ [number]: 2 });
    child.process.stdin!.end();
    expect((await child.exited).status).toBe(0);
    expect(infoNow(trace)?.processes).toHaveLength(1);
  });

  test('gets two kinds of signals that are sent to its group at once, each once, also with --subprocesses', async () => {
    const { child, trace } = await start([], ['--subprocesses']);
    process.kill(-child.pid, 'SIGTERM');
    process.kill(-child.pid, 'SIGINT');
    expect(await countsOf(child)).toEqual({ 2: 1, 15: 1 });
    child.process.stdin!.end();
    // What watches the group is no part of the program: the recording ends with that.
    expect((await child.exited).status).toBe(0);
    expect(infoNow(trace)).toMatchObject({ state: 'complete', processes: [{}] });
    expect(groupOf(child.pid)).toEqual([]);
  });

  test('leaves nothing behind in its group when the recorder is killed', async () => {
    const { child } = await start();
    child.kill('SIGKILL');
    child.process.stdin!.end();
    await until('all of the group are gone', () => groupOf(child.pid).length === 0);
  });

  test.each([
    ['nohup', ['nohup'], ['SIGHUP']],
    [
      'in the background of a script',
      ['sh', '-c', 'exec 3<&0; "$@" <&3 & wait $!', 'sh'],
      ['SIGINT', 'SIGQUIT'],
    ],
  ] as const)('and its recorder go on ignoring what was ignored: %s', async (_name, behind, names) => {
    const { child, trace, ready } = await start(behind);
    // Python itself ignores more.
    expect(ready.ignored).toEqual(expect.arrayContaining([...names]));
    const recorder = infoNow(trace)!.recordings[0]!.recorder_pid;
    for (const name of names) process.kill(recorder, name);
    expect(await countsOf(child)).toEqual({});
    expect(infoNow(trace)?.state).toBe('recording');
    process.kill(recorder, 'SIGTERM');
    expect(await countsOf(child)).toEqual({ 15: 1 });
    child.process.stdin!.end();
    await until('the recording is complete', () => infoNow(trace)?.state === 'complete');
  });

  test('ignores nothing that was not ignored', async () => {
    const { child, ready } = await start();
    expect(ready.ignored.filter((name) => !['SIGPIPE', 'SIGXFZ', 'SIGXFSZ'].includes(name))).toEqual([]);
    child.process.stdin!.end();
  });

  test.each([777, 1024])(
    'keeps its soft limit of %i open files, and the recorder has more',
    async (files) => {
      const { child, trace, ready } = await start(['sh', '-c', `ulimit -Sn ${files}; exec "$@"`, 'sh']);
      expect(ready.files).toBe(String(files));
      const recorder = infoNow(trace)!.recordings[0]!.recorder_pid;
      const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(
        readFileSync(`/proc/${recorder}/limits`, 'utf8'),
      )!;
      expect(soft).toBe(hard);
      child.process.stdin!.end();
    },
  );
});

describeAnyPython('bytes', (python) => {
  test("of arguments, of the environment and of a script's name reach the command", async ({ skip }) => {
    if (await hasOwnRoot(python)) return skip('it sees a file system of its own');
    const folder = workFolder();
    const program = `import sys, time
raw = lambda name: open("/proc/self/" + name, "rb").read()
sys.stdout.write(repr([raw("cmdline"), raw("environ")]) + "\\n")
sys.stdout.flush()
time.sleep(0.3)`;
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.py')]),
      program,
    );
    // printf makes bytes that a test's own command line could not hold.
    const script = `cd ${folder}; exec env -i "PATH=$PATH" "$(printf 'A\\351=\\377\\200')" 'a.b=c d' EMPTY= "$@" \
      "$(printf 'caf\\351.py')" "$(printf '\\377\\376x')" "" "ü" "a b"`;
    const run = async (words: readonly string[]) => {
      const child = new Child(['sh', '-c', script, 'sh', ...words]);
      expect(await child.exited).toMatchObject({ status: 0 });
      return child.stdout;
    };
    const [env, path] = installed();
    const alone = await run([env!, path!, python.path]);
    expect(alone).toContain('\\xff\\xfex');
    expect(alone).toContain('a.b=c d');
    const recorded = await run([...installed(), 'record', '-o', traceName(), '--', python.path]);
    expect(recorded).toBe(alone);
  });
});

describe('a command that cannot be started', () => {
  test.each([
    [
      '#!/no/such/python\n',
      /first line of the script asks for the interpreter "\/no\/such\/python", which is not there\nhint: Mend/,
    ],
    [
      '#!/bin/sh\r\nexit 0\r\n',
      /asks for the interpreter "\/bin\/sh\\r", which is not there\nhint: .*carriage return/,
    ],
    ['#!/etc/passwd\n', /interpreter "\/etc\/passwd" in the first line of the script is not executable/],
  ])('is told apart from one that is not there: %j', async (text, expected) => {
    const folder = workFolder();
    const file = join(folder, 'tool');
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    const outcome = await startInstalled([], ['record', '-o', join(folder, 'x.trace'), '--', file]).exited;
    expect(outcome.stderr).toMatch(expected);
    expect(outcome.stderr).not.toContain('there is no such');
  });

  test('is not there, is a directory, or is not executable', async () => {
    const folder = workFolder();
    const file = join(folder, 'tool');
    writeFileSync(file, 'exit 3\n');
    const says = async (name: string) => {
      const args = ['record', '-o', join(folder, 'x.trace'), '--', name];
      const { status, stderr } = await startInstalled([], args).exited;
      return `${status} ${stderr}`;
    };
    expect(await says(join(folder, 'none'))).toMatch(
      /^2 pyspy: cannot start \S+: there is no such program\n/,
    );
    expect(await says('no-such-program')).toMatch(
      /^2 pyspy: cannot start \S+: there is no such program on the PATH/,
    );
    expect(await says(folder)).toMatch(/^2 pyspy: cannot start \S+: it is a directory/);
    expect(await says(file)).toMatch(/^2 pyspy: cannot start \S+: it is not executable\nhint: chmod \+x/);
    // Without a first line it is a script of the shell, as for shells and execvp(3).
    chmodSync(file, 0o755);
    expect(await says(file)).toMatch(/^3 /);
  });
});

function statFields(pid: string): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
