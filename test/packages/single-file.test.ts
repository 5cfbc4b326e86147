/** The single executable: alone in a folder, with an empty environment, all that pyspy does, and what keeps it from starting. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readVersion } from '../../src/version.js';
import { makeTrace } from '../golden/make-traces.js';
import { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { findSupportedPythons, type Python } from '../support/pythons.js';
import { atEnd } from '../support/scope.js';
import { commandOf } from '../support/targets.js';
import { isTarget, placeExecutable, remove } from './executable.js';

let folder: string;
let executable: string;
let traces: string;
/** Not one that a shell script starts: a shell drops variables with names that it could not write. */
const python = findSupportedPythons()
  .filter(({ path }) => readFileSync(path, 'latin1').startsWith('\x7fELF'))
  .at(-1);

describe.skipIf(!isTarget)(
  'the single executable (needs Linux on x86-64 or arm64, and a Node in one piece)',
  () => {
    beforeAll(() => {
      ({ folder, executable } = placeExecutable());
      traces = join(folder, 'traces');
      mkdirSync(traces);
      for (const name of ['v2-before.trace', 'v2-after.trace']) makeTrace(traces, name);
      mkdirSync(join(folder, 'empty'));
    });
    afterAll(() => remove(folder));

    /** Runs it with no environment at all. */
    function pyspy(...args: string[]): SpawnSyncReturns<string> {
      return behind([], args);
    }

    function behind(
      command: readonly string[],
      args: readonly string[],
      env: Record<string, string> = {},
    ): SpawnSyncReturns<string> {
      const [first, ...rest] = [...command, executable, ...args];
      return spawnSync(first!, rest, { cwd: join(folder, 'empty'), env, encoding: 'utf8', timeout: 50_000 });
    }

    function well(...args: string[]): string {
      const { status, stderr, stdout } = pyspy(...args);
      expect({ args, status, stderr: status === 0 ? '' : stderr }).toEqual({ args, status: 0, stderr: '' });
      return stdout;
    }

    test('knows its version, its help, and the licenses of what it is made of', () => {
      expect(well('--version').trim()).toBe(readVersion());
      expect(well('--help')).toContain('pyspy COMMAND');
      expect(well('completion', 'bash')).toContain('complete ');
      const licenses = well('--licenses');
      for (const name of ['better-sqlite3', 'koffi', 'msgpackr', 'jsdom', 'd3', 'commander'])
        expect(licenses).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'));
      expect(licenses).toContain('The executable is that of Node.js.');
    });

    test('runs scripts with the byte code that it carries', () => {
      const bytes = readFileSync(executable, 'latin1');
      for (const name of ['cli', 'worker', 'drawing']) expect(bytes).toContain(`${name}.code`);
    });

    // As with capabilities of its own: what /proc has of it is root's then.
    test.runIf(process.getuid?.() === 0)(
      'runs for a user who may not read it (needs root, setpriv)',
      (context) => {
        if (spawnSync('setpriv', ['--version']).status !== 0) context.skip('setpriv is not installed');
        chmodSync(folder, 0o755);
        chmodSync(executable, 0o711);
        try {
          const user = [
            'setpriv',
            '--reuid=65534',
            '--regid=65534',
            '--clear-groups',
            'sh',
            '-c',
            'exec "$@"',
            'sh',
          ];
          const { status, stdout, stderr } = behind(user, ['--version'], { PATH: process.env.PATH ?? '' });
          expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${readVersion()}\n`, stderr: '' });
        } finally {
          chmodSync(executable, 0o755);
        }
      },
    );

    test('answers as the script does', () => {
      const [before, after] = ['v2-before.trace', 'v2-after.trace'];
      const inside = (...args: string[]) => {
        const run = spawnSync(executable, args, { cwd: traces, env: {}, encoding: 'utf8' });
        expect({ args, stderr: run.stderr }).toEqual({ args, stderr: '' });
        return run.stdout;
      };
      const script = (...args: string[]) => {
        const cli = new URL('../../bin/pyspy.js', import.meta.url).pathname;
        const options = { cwd: traces, encoding: 'utf8' } as const;
        return spawnSync(process.execPath, [cli, ...args], options).stdout;
      };
      for (const args of [
        ['top', before!, '--json'],
        ['info', before!],
        ['dump', before!, '--at', '50%'],
        ['export', before!, '--format', 'folded'],
        ['diff', before!, after!],
        ['verify', before!],
        ['sql', before!, 'SELECT thread_id, count(*) AS samples FROM sample GROUP BY 1'],
      ]) {
        const said = inside(...args);
        expect(said).not.toBe('');
        expect(said).toBe(script(...args));
      }
    });

    test('makes traces and pictures of others', () => {
      const before = join(traces, 'v2-before.trace');
      well('cut', before, '-o', join(folder, 'cut.trace'), '--from', '25%', '--to', '75%');
      well(
        'merge',
        join(folder, 'cut.trace'),
        join(traces, 'v2-after.trace'),
        '-o',
        join(folder, 'merged.trace'),
      );
      well('verify', join(folder, 'merged.trace'));
      copyFileSync(before, join(folder, 'packed.trace'));
      well('pack', join(folder, 'packed.trace'));
      well('mark', join(folder, 'packed.trace'), 'half', '--at', '50%');
      well('flame', before, '-o', join(folder, 'out.svg'));
      expect(readFileSync(join(folder, 'out.svg'), 'utf8')).toMatch(/<script>/);
      well('diff', before, join(traces, 'v2-after.trace'), '--flame', join(folder, 'diff.svg'));
      expect(readFileSync(join(folder, 'diff.svg'), 'utf8')).toMatch(/^<\?xml|^<svg/);
    });

    test('loads no package from the folder that it is started in', () => {
      const place = join(folder, 'empty', 'node_modules');
      symlinkSync(new URL('../../node_modules', import.meta.url).pathname, place);
      try {
        expect(pyspy('flame', join(traces, 'v2-before.trace'), '-o', join(folder, 'again.svg')).status).toBe(
          0,
        );
      } finally {
        remove(place);
      }
    });

    describe.skipIf(python === undefined)('on a real process (needs an interpreter)', () => {
      test('records a command, and answers about it', async () => {
        const trace = join(folder, 'command.trace');
        well(
          'record',
          '-o',
          trace,
          '--',
          ...(await commandOf(python as Python, 'share.py', '1', '0.1', '0')),
        );
        expect(well('top', trace)).toMatch(/slow/);
        expect(well('info', trace)).toMatch(/samples/);
        expect(well('sql', trace, 'SELECT count(*) > 10 AS many FROM sample')).toMatch(/1/);
        expect(well('diff', trace, trace)).toMatch(/slow|change|differ/i);
        well('flame', trace, '-o', join(folder, 'command.svg'));
      });

      test('a command gets the signals, limits and variables of the caller', () => {
        const program = [
          'import os, resource, signal, time',
          'print(*(signal.getsignal(which) == signal.SIG_IGN for which in (signal.SIGHUP, signal.SIGTERM)))',
          'print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], os.environ.get("A-B"), "PYSPY_CALLER" in os.environ)',
          'time.sleep(0.2)',
        ].join('\n');
        const record = (command: readonly string[], env: Record<string, string>) => {
          const words = ['record', '-f', '-o', join(folder, 'caller.trace')];
          const { stdout } = behind(command, [...words, '--', (python as Python).path, '-c', program], env);
          return stdout.split('\n').slice(0, 2);
        };
        const shell = ['/bin/sh', '-c', 'trap "" HUP; ulimit -Sn 321; exec "$@"', 'sh'];
        expect(record(shell, {})).toEqual(['True False', '321 None False']);
        // A shell would drop a name like this.
        expect(record([], { 'A-B': 'kept' })).toEqual([
          'False False',
          expect.stringMatching(/^\d+ kept False$/),
        ]);
      });

      test('attaches to one: dump, record, live', async () => {
        const child = new Child(await commandOf(python as Python, 'share.py'));
        atEnd(() => child.stop());
        const pid = String(child.process.pid);
        await until('the program runs', () => pyspy('dump', '--pid', pid).stdout.includes('mix'));
        const trace = join(folder, 'pid.trace');
        well('record', '--subprocesses', '--pid', pid, '-o', trace, '--duration', '1s');
        expect(well('top', trace)).toMatch(/slow/);
        expect(well('--pid', pid, '--duration', '2s')).toMatch(/slow/);
        expect(well('ps')).toContain(pid);
      });
    });

    describe('folders for its native modules', () => {
      const query = (): string[] => ['info', join(traces, 'v2-before.trace')];

      test('have nothing of it afterwards', () => {
        const temporary = join(folder, 'temporary');
        mkdirSync(temporary);
        const { status } = behind([], query(), { TMPDIR: temporary });
        expect(status).toBe(0);
        expect(readdirSync(temporary)).toEqual([]);
        expect(readdirSync('/dev/shm').filter((name) => name.startsWith('.pyspy-'))).toEqual([]);
      });

      const canMount = process.geteuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
      const places = ['/dev/shm', '/tmp', '/var/tmp', '/run', '/root'];

      /** Runs it where each of some folders is a file system of its own. */
      function mounted(options: string, folders: readonly string[], env: Record<string, string> = {}) {
        // It lies in one of them.
        const away = '/mnt';
        const mount = (where: string): string => `mount -t tmpfs -o ${options} none ${where}`;
        const script = [
          `mount -t tmpfs none ${away}`,
          `cp '${executable}' '${query()[1]}' ${away}`,
          ...folders.map(mount),
          `exec ${away}/pyspy info ${away}/v2-before.trace`,
        ].join(' && ');
        const path = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };
        return spawnSync('unshare', ['--mount', 'sh', '-c', script], {
          env: { ...path, ...env },
          encoding: 'utf8',
          timeout: 50_000,
        });
      }

      describe.skipIf(!canMount)('(needs root, to mount some)', () => {
        test('may be full or noexec, as long as one is not', () => {
          for (const options of ['size=64k', 'noexec'])
            expect(mounted(options, places.slice(0, 2)), options).toMatchObject({ status: 0, stderr: '' });
        });

        test.each([
          ['noexec', 'mounted with "noexec"'],
          ['size=64k', 'ENOSPC'],
        ])('are named where all are %s', (options, reason) => {
          const { status, stdout, stderr } = mounted(options, places, { HOME: '/root' });
          expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
          expect(stderr).toContain(`/dev/shm: ${reason}; /tmp: ${reason}`);
          expect(stderr).toContain('hint: Set TMPDIR to a folder with 4 MB free');
        });

        test('TMPDIR is taken where it will do', () => {
          const { status } = mounted('noexec', places, { HOME: '/root', TMPDIR: '/mnt' });
          expect(status).toBe(0);
        });
      });
    });
  },
);
