/** What cannot be recorded is refused in one sentence, with a hint and the exit status for it, and nothing is left behind. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Child, type Outcome } from '../support/child.js';
import { isAlive, processStatus, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, pyspy, startBehind, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { findPyPy, findPythons, freeThreadedMinors, python2, supportedMinors } from '../support/pythons.js';
import { atEnd } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

const shell = (line: string) => spawnSync('sh', ['-c', line]);
const isRoot = process.geteuid?.() === 0;
const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
const canBeNobody = isRoot && shell(`${nobody.join(' ')} true`).status === 0;

/** One line that says what is wrong, one that says what to do. */
function expectRefusal(outcome: Outcome, status: number, message: RegExp): void {
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).toMatch(/^pyspy: .+\nhint: .+\n$/);
  expect(outcome).toMatchObject({ status, stdout: '' });
}

/** Both commands that attach to a process. */
async function expectBothRefuse(pid: number, status: number, message: RegExp): Promise<void> {
  const trace = traceName();
  const [recorded, dumped] = await Promise.all([
    pyspy('record', '--pid', String(pid), '-o', trace),
    pyspy('dump', '--pid', String(pid)),
  ]);
  expectRefusal(recorded, status, message);
  expectRefusal(dumped, status, message);
  expect(readdirSync(join(trace, '..'))).toEqual([]);
}

describe('a process that is refused', () => {
  test('does not exist', async () => {
    const gone = new Child(['true']);
    await gone.exited;
    await expectBothRefuse(gone.pid, 5, new RegExp(`^pyspy: there is no process ${gone.pid}\\n`));
  });

  test('is no Python', async () => {
    const sleeper = new Child(['sleep', '60']);
    atEnd(() => sleeper.stop());
    await expectBothRefuse(sleeper.pid, 5, /is not a running Python: it runs \/\S*\n/);
    expect(isAlive(sleeper.pid)).toBe(true);
  });

  const pypy = findPyPy();
  test.skipIf(pypy === null)('runs PyPy (needs one, pypy3)', async () => {
    // Its start is slow, and needs the locale that it is given.
    const code = 'import sys; print(\'{"ready": 1}\'); sys.stdout.flush(); sys.stdin.read()';
    const child = new Child([pypy!, '-c', code], { env: { ...process.env, LC_ALL: 'C' } });
    atEnd(() => child.stop());
    await child.told('ready');
    await expectBothRefuse(child.pid, 5, /runs PyPy \(\/\S*pypy\S*\); pyspy reads CPython\n/);
  });

  const read: readonly string[] = [python2, ...supportedMinors, ...freeThreadedMinors];
  const unsupported = findPythons().filter(({ minor }) => !read.includes(minor));
  if (unsupported.length === 0)
    test.skip('runs a CPython that is not supported: no such interpreter was found', () => {});
  test.each(unsupported)('runs CPython $title', async (python) => {
    const child = new Child([
      python.path,
      '-c',
      'import sys; sys.stdout.write(\'{"ready": 1}\\n\'); sys.stdout.flush(); sys.stdin.read()',
    ]);
    atEnd(() => child.stop());
    await child.told('ready');
    const version = python.version.replaceAll('.', '\\.');
    await expectBothRefuse(
      child.pid,
      5,
      new RegExp(`runs (a .*)?CPython ${version}\\S*[;,] .*this version of pyspy`),
    );
  });
});

describeOnePython('what is refused', (python) => {
  test.skipIf(!canBeNobody)('for lack of permission, as another user (needs root and setpriv)', async () => {
    const target = await startTarget(python, 'talk.py');
    const pid = String(target.pid);
    const folder = workFolder();
    chmodSync(folder, 0o777);
    const listed = await startBehind(nobody, ['ps']).exited;
    expect(listed.stdout).toMatch(new RegExp(`^ *${pid} +0 +not readable +.*talk\\.py`, 'm'));
    expect(listed.stderr).toMatch(
      /no permission to read the memory of process \d+: it runs as user 0, pyspy as user 65534/,
    );
    for (const args of [
      ['record', '--pid', pid, '-o', join(folder, 'run.trace')],
      ['dump', '--pid', pid],
    ])
      expectRefusal(
        await startBehind(nobody, args).exited,
        5,
        new RegExp(
          `no permission to read the memory of process ${pid}: it runs as user 0, pyspy as user 65534`,
        ),
      );
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(!canBeNobody)('for lack of the capability (needs root and setpriv)', async () => {
    // Root without CAP_SYS_PTRACE, as in a container, and a process of another user: what it runs is not even seen.
    const target = new Child([...nobody, 'sleep', '60']);
    atEnd(() => target.stop());
    await until('it is that user', () => processStatus(target.pid, 'Uid')?.startsWith('65534'));
    const bounded = ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace'];
    expectRefusal(
      await startBehind(bounded, ['dump', '--pid', String(target.pid)]).exited,
      5,
      /this is root without the capability CAP_SYS_PTRACE/,
    );
  });

  const unshared = ['unshare', '--user', '--map-root-user'];
  test.skipIf(shell(`${unshared.join(' ')} true`).status !== 0)(
    'from a user namespace of its own (needs unshare and the right to make one)',
    async () => {
      const target = await startTarget(python, 'talk.py');
      expectRefusal(
        await startBehind(unshared, ['dump', '--pid', String(target.pid)]).exited,
        5,
        /has CAP_SYS_PTRACE in a user namespace of its own, and the other process is outside of that/,
      );
    },
  );

  test('because the target exits meanwhile', async () => {
    // Attaching to something that is no Python yet is given some time; it ends within that.
    const brief = new Child(['sleep', '0.7']);
    const outcome = await pyspy('record', '--pid', String(brief.pid), '-o', traceName());
    expectRefusal(outcome, 5, /ended before it could be read|there is no process/);
  });

  test('because the command never was a Python', async () => {
    const outcome = await pyspy('record', '-o', traceName(), '--', 'true');
    expectRefusal(outcome, 5, /true ended without having been a Python|not known whether/);
  });

  test.each([
    [['record'], /record needs a process or a command/],
    [['record', '--pid', '1', '--', 'python3'], /record takes one of --pid, --all and a command/],
    [['record', '--pid', '0'], /--pid/],
    [['record', '--pid', '('], /--pid is not a regular expression/],
    [['record', '--pid', '--rate', '5'], /--pid/],
    [['record', '--pid', '1', '--rate', '0'], /--rate/],
    [['record', '--pid', '1', '--rate', 'fast'], /--rate/],
    [['record', '--pid', '1', '--rate', '1e9'], /--rate/],
    [['record', '--pid', '1', '--duration', '0'], /--duration "0" is not a length of time/],
    [['record', '--pid', '1', '--duration', '10%'], /--duration "10%" is not a length of time/],
    [['record', '--pid', '1', '--duration', 'soon'], /--duration "soon" is not a time/],
    [['record', '--', '/no/such/program'], /cannot start \/no\/such\/program: there is no such program/],
    [['record', '--', '/etc/passwd'], /cannot start \/etc\/passwd: it is not executable/],
    [['record', '--no-such-option', '--pid', '1'], /no-such-option/],
    [['dump', '--pid'], /--pid/],
    [['dump', '--pid', '1', '--at', '5s'], /dump takes either --pid or a trace/],
    [['dump'], /dump needs --pid or a trace/],
  ])('pyspy %j', async (args, message) => {
    const folder = workFolder();
    const outcome = await startPyspy(args, { cwd: folder }).exited;
    expectRefusal(outcome, 2, message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('because of the output', async () => {
    const target = await startTarget(python, 'share.py');
    const folder = workFolder();
    const record = (output: string, ...more: string[]) =>
      pyspy('record', '--pid', String(target.pid), '--duration', '200ms', '-o', output, ...more);

    const taken = join(folder, 'taken.trace');
    writeFileSync(taken, 'mine');
    mkdirSync(join(folder, 'inner'));
    const refused = await Promise.all([
      record(taken),
      record(join(folder, 'missing', 'run.trace')),
      record(join(folder, 'inner')),
      record(join(taken, 'run.trace')),
      record('/proc/run.trace'),
    ]);
    expectRefusal(refused[0], 2, /taken\.trace exists already/);
    expectRefusal(refused[1], 2, /there is no directory \S*missing\n/);
    expectRefusal(refused[2], 2, /cannot write \S*inner: it is a directory/);
    expectRefusal(refused[3], 2, /cannot write \S*run\.trace: \S*taken\.trace is not a directory/);
    expectRefusal(refused[4], 2, /cannot write \/proc\/run\.trace/);
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual(['inner', 'taken.trace']);
    expect(readdirSync(join(folder, 'inner'))).toEqual([]);

    expect(await record(taken, '--force')).toMatchObject({ status: 0 });
    expect(infoNow(taken)).toMatchObject({ state: 'complete' });
    expect(readdirSync(folder).sort()).toEqual(['inner', 'taken.trace']);
    expect(isAlive(target.pid)).toBe(true);
  });

  test.skipIf(!canBeNobody)('because the folder is not writable (needs root and setpriv)', async () => {
    const folder = workFolder();
    chmodSync(folder, 0o755);
    const outcome = await startBehind(nobody, ['record', '-o', join(folder, 'x.trace'), '--', 'true']).exited;
    expectRefusal(outcome, 2, /cannot write \S*x\.trace: no permission to create files/);
  });

  const canMount = isRoot && shell('unshare --mount true').status === 0;
  test.skipIf(!canMount)('because the disk is full (needs root, to mount a small one)', async () => {
    const target = await startTarget(python, 'churn.py');
    const folder = workFolder();
    const mounted = shell(`mount -t tmpfs -o size=256k pyspy-test ${folder}`);
    expect(mounted.status).toBe(0);
    try {
      const trace = join(folder, 'run.trace');
      const outcome = await pyspy('record', '--pid', String(target.pid), '--rate', '2000', '-o', trace);
      expectRefusal(outcome, 74, /recording to \S*run\.trace stopped: the disk is full/);
      expect(statSync(trace).size).toBeGreaterThan(0);
      // What was written before is there.
      await until('the recorder is gone', () => infoNow(trace)?.state !== 'recording');
      const info = await ask('info', trace);
      expect(info.samples).toBeGreaterThan(100);
      await ask('top', trace);
      expect(isAlive(target.pid)).toBe(true);
      target.tell('enough');
      expect(await target.exited).toMatchObject({ status: 0 });

      const filler = join(folder, 'filler');
      shell(`dd if=/dev/zero of=${filler} bs=4k`);
      const second = await pyspy('record', '-o', join(folder, 'second.trace'), '--', ...['sleep', '0.1']);
      expect(second.status).not.toBe(70);
      expect(existsSync(join(folder, 'second.trace'))).toBe(false);
    } finally {
      shell(`umount -l ${folder}`);
    }
  });
});
