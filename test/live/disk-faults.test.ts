/** Disks that fail while something is recorded: each is told of in a sentence, and at once. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { isAlive, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, installed, startPyspy, workFolder } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { commandOf } from '../support/targets.js';

const shell = (line: string) => spawnSync('sh', ['-c', line], { encoding: 'utf8' });
const hasStrace = shell('strace -V').status === 0;
const canMount = process.geteuid?.() === 0 && shell('unshare --mount true').status === 0;

/** A folder on a disk with little room. */
function smallDisk(): string {
  const folder = workFolder();
  expect(shell(`mount -t tmpfs -o size=256k pyspy-test ${folder}`).status).toBe(0);
  atEnd(() => {
    shell(`umount -l ${folder}`);
  });
  return folder;
}

describe.skipIf(!canMount)('a disk that gets full (needs root, to mount a small one)', () => {
  describeOnePython('under a command that goes on', (python) => {
    test.each(['record', 'top'])('%s says so while it runs, and waits for it', async (name) => {
      const command = await commandOf(python, 'talk.py');
      const folder = smallDisk();
      const trace = join(folder, 'run.trace');
      const output = name === 'record' ? ['-o', trace] : [];
      const child = startPyspy([name, '-r', '1000', ...output, '--', ...command], {
        // The live view's trace lies in the folder for what is temporary.
        env: { ...process.env, TMPDIR: folder },
      });
      // Beside a table that is printed, what the program prints goes to stderr.
      const ready = () => /"ready": (\d+)/.exec(child.stdout + child.stderr)?.[1];
      const pid = Number(await until('the program is up', ready));
      await until('the recording is under way', () => shell(`ls -R ${folder}`).stdout.includes('.trace'));
      shell(`dd if=/dev/zero of=${folder}/filler bs=1k`);
      await until('it is told', () => /stopped: the disk is full[\s\S]*\nhint: /.test(child.stderr));
      expect(isAlive(pid)).toBe(true);
      expect(child.outcome).toBeNull();
      child.tell('exit 0');
      const { status, stderr } = await child.exited;
      expect(status).toBe(74);
      expect(stderr.match(/the disk is full/g)).toHaveLength(1);
      if (name === 'record') expect(await ask('info', trace)).toMatchObject({ samples: expect.any(Number) });
    });

    test('its own status counts first', async () => {
      const folder = smallDisk();
      const command = await commandOf(python, 'talk.py');
      const child = startPyspy(['record', '-r', '1000', '-o', join(folder, 'run.trace'), '--', ...command]);
      await child.told('ready');
      await until('the recording is under way', () => existsSync(join(folder, 'run.trace')));
      shell(`dd if=/dev/zero of=${folder}/filler bs=1k`);
      await until('it is told', () => child.stderr.includes('still runs; pyspy waits for it to exit'));
      child.tell('exit 3');
      expect((await child.exited).status).toBe(3);
    });

    test('--stop ends it', async () => {
      const folder = smallDisk();
      const trace = join(folder, 'run.trace');
      // Without a handler for SIGTERM.
      const child = startPyspy([
        'record',
        '--stop',
        '-r',
        '1000',
        '-o',
        trace,
        '--',
        ...(await commandOf(python, 'still.py')),
      ]);
      const pid = await child.told<number>('ready');
      await until('the recording is under way', () => existsSync(trace));
      shell(`dd if=/dev/zero of=${folder}/filler bs=1k`);
      const { status, stderr } = await child.exited;
      expect(status).toBe(74);
      expect(stderr).toMatch(/stopped: the disk is full/);
      expect(isAlive(pid)).toBe(false);
    });
  });
});

describe.skipIf(!hasStrace)('an error of the disk (needs strace)', () => {
  describeOnePython('is told in a sentence', (python) => {
    test.each([
      ['link,linkat:error=EIO', /^pyspy: writing \S*run\.trace failed: the disk failed \(EIO\)\nhint: /],
      ['unlink,unlinkat:error=EIO', /the disk failed \(EIO\).*\nhint: /],
      ['fsync:error=EIO', /stopped: the disk failed \(SQLITE_IOERR_FSYNC\)\nhint: /],
      ['ftruncate:error=EIO', /stopped: the disk failed \(SQLITE_IOERR\w+\)\nhint: /],
      ['pwrite64:error=EDQUOT:when=1', /the disk, or a quota of it, does not take what is written/],
      ['pwrite64:error=EDQUOT:when=60+', /the disk, or a quota of it, does not take what is written/],
      ['pwrite64:error=EIO:when=60+', /does not take what is written|the disk failed/],
      ['pwrite64:error=ENOSPC:when=60+', /stopped: the disk is full/],
    ])('%s', async (injected, expected) => {
      const folder = workFolder();
      const [calls] = injected.split(':');
      const strace = [
        'strace',
        '-f',
        '-o',
        join(folder, 'calls'),
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${injected}`,
      ];
      const command = await commandOf(python, 'share.py', '0.5', '0.1', '0');
      const child = new Child([
        ...strace,
        ...installed(),
        'record',
        '-o',
        join(folder, 'run.trace'),
        '--',
        ...command,
      ]);
      atEnd(() => child.stop());
      const { status, stderr } = await child.exited;
      expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain('(INJECTED)');
      expect(stderr).toMatch(expected);
      expect(stderr).not.toMatch(/fault of pyspy|report/);
      expect(status).toBe(74);
    });
  });
});
