/**
 * Interpreters that are built, packed, started or hidden in other ways than usual: each is found, and its stacks are
 * what it says itself. One interpreter of each kind is enough.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readChildren, readMaps, readThreadIds } from '../../src/platform/linux/proc.js';
import { readStatusField } from '../../src/platform/linux/proc-text.js';
import { type Build, copyProgram, dropSections, readBuild } from '../support/builds.js';
import { Child } from '../support/child.js';
import { until } from '../support/conditions.js';
import { describeEachPythonAtOnce } from '../support/each-python.js';
import { dumpThreads, startBehind, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { findSupportedPythons, type Python } from '../support/pythons.js';
import { atEnd, scoped } from '../support/scope.js';
import { programPath, rootOf, startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';
import { expectThreads, type ThreadTruth, type TruthOptions } from '../support/truth.js';

interface Built {
  readonly python: Python;
  readonly build: Build;
  readonly root: string;
}

const found: Built[] = await Promise.all(
  findSupportedPythons().map(async (python) => ({
    python,
    build: await readBuild(python),
    root: await rootOf(python),
  })),
);
// What needs libraries that only its launcher knows cannot be started in other ways.
const all = found.filter(({ build }) => build.direct);

const runs = (...command: string[]): boolean => spawnSync(command[0]!, command.slice(1)).status === 0;

/** One test for the newest interpreter that fits, or its name in the list of what was skipped. */
function testBuild(
  title: string,
  fits: (built: Built) => boolean,
  needs: string | null,
  body: (built: Built) => Promise<unknown>,
): void {
  const built = all.findLast(fits);
  if (built === undefined || needs !== null)
    test.skip(`${title}: ${needs ?? 'no such interpreter was found'}`, () => {});
  else test(`${title}: CPython ${built.python.title}`, () => body(built));
}

/** Starts still.py behind a command and compares what is shown of its threads with what it says. */
async function expectStill(
  { python, build }: Built,
  command: readonly string[],
  env: NodeJS.ProcessEnv = { ...process.env, PYTHONHOME: build.home },
  more: TruthOptions & { readonly meanwhile?: () => void; readonly pidOf?: (pid: number) => number } = {},
): Promise<Child> {
  const target = new Child([...command, await programPath(python, 'still.py')], { env });
  atEnd(() => target.stop());
  const truth = await target.told<ThreadTruth[]>('threads');
  more.meanwhile?.();
  expectThreads(await dumpThreads(more.pidOf?.(target.pid) ?? target.pid), truth, more);
  return target;
}

const isHere = ({ root }: Built): boolean => root === '/';
const isStatic = ({ build }: Built): boolean => build.linkage === 'static';
const isShared = ({ build }: Built): boolean => build.linkage === 'shared';
const loader = '/lib64/ld-linux-x86-64.so.2';
const noLoader = existsSync(loader) ? null : `there is no ${loader}`;

describe('an interpreter', () => {
  for (const pie of [true, false])
    testBuild(
      pie ? 'placed anywhere in memory (PIE)' : 'placed where it was linked to (not PIE)',
      ({ build }) => build.pie === pie,
      null,
      (built) => expectStill(built, [built.python.path, '-I'], process.env),
    );

  for (const [title, fits] of [
    ['static', isStatic],
    ['of a shared library', isShared],
  ] as const)
    testBuild(
      `started through the dynamic loader by hand, ${title}`,
      (built) => isHere(built) && fits(built),
      noLoader,
      (built) => expectStill(built, [loader, built.build.executable, '-I'], process.env),
    );

  testBuild('in a program with another name, by a link', isHere, null, async (built) => {
    const link = join(workFolder(), 'service');
    symlinkSync(built.build.executable, link);
    await expectStill(built, [link]);
  });

  testBuild(
    'behind a launcher that becomes it, as those of version managers',
    isHere,
    null,
    async (built) => {
      const shim = join(workFolder(), 'python');
      writeFileSync(shim, `#!/bin/sh\nset -e\nexec "${built.build.executable}" "$@"\n`, { mode: 0o755 });
      await expectStill(built, [shim, '-I'], process.env);
    },
  );
});

describe('a program that went while it runs', () => {
  testBuild('deleted', isStatic, null, async (built) => {
    const copy = await copyProgram(built.python, built.build, 'python3');
    await expectStill(built, copy.command, copy.env, { meanwhile: () => rmSync(copy.file) });
  });

  testBuild('upgraded', isStatic, null, async (built) => {
    const copy = await copyProgram(built.python, built.build, 'python3');
    const upgrade = (): void => {
      copyFileSync('/bin/sh', `${copy.file}.new`);
      renameSync(`${copy.file}.new`, copy.file);
    };
    await expectStill(built, copy.command, copy.env, { meanwhile: upgrade });
  });

  /** A program with a copy of its library, which is upgraded while it runs. */
  async function startUpgraded(built: Built): Promise<{ target: Child; truth: ThreadTruth[] }> {
    const folder = workFolder();
    const library = join(folder, basename(built.build.library!));
    copyFileSync(built.build.library!, library);
    const env = { ...process.env, PYTHONHOME: built.build.home, LD_LIBRARY_PATH: folder };
    const target = new Child([built.build.executable, await programPath(built.python, 'still.py')], { env });
    atEnd(() => target.stop());
    const truth = await target.told<ThreadTruth[]>('threads');
    expect(readMaps(target.pid).map(({ path }) => path)).toContain(library);
    copyFileSync('/bin/sh', `${library}.new`);
    renameSync(`${library}.new`, library);
    return { target, truth };
  }
  const isSharedHere = (built: Built): boolean => isHere(built) && isShared(built);

  testBuild('its library upgraded', isSharedHere, null, async (built) => {
    const { target, truth } = await startUpgraded(built);
    expectThreads(await dumpThreads(target.pid), truth);
  });

  // Opening what a process has mapped takes more than the right to read its memory (proc(5), map_files).
  const lesser = ['setpriv', '--bounding-set=-sys_admin,-checkpoint_restore', '--inh-caps=-all'];
  const noLesser = runs(...lesser, 'true') ? null : 'root and setpriv are needed';
  for (const [title, fits] of [
    ['which has a table of offsets (3.13+)', ({ python }: Built) => minorOf(python) >= 13],
    ['which has none (to 3.12)', ({ python }: Built) => minorOf(python) < 13],
  ] as const)
    testBuild(
      `its library upgraded, and not to be opened, ${title}`,
      (built) => isSharedHere(built) && fits(built),
      noLesser,
      async (built) => {
        const { target, truth } = await startUpgraded(built);
        const outcome = await startBehind(lesser, ['dump', '--pid', String(target.pid), '--json']).exited;
        expect(outcome).toMatchObject({ status: 0 });
        // Who holds the GIL is known by a symbol up to 3.6 only; the newest interpreter that fits is later.
        expectThreads(JSON.parse(outcome.stdout).processes[0].threads, truth);
      },
    );
});

describe('a binary without any symbols or sections', () => {
  for (const [title, fits] of [
    ['which has a table of offsets (3.13+)', (python: Python) => minorOf(python) >= 13],
    ['which has none (to 3.12)', (python: Python) => minorOf(python) < 13],
  ] as const)
    for (const name of ['python3.x', 'service'])
      testBuild(
        `called ${name}, ${title}`,
        (built) => isStatic(built) && fits(built.python),
        null,
        async (built) => {
          const called = name.replace('3.x', built.python.minor);
          const copy = await copyProgram(built.python, built.build, called, dropSections);
          await expectStill(built, copy.command, copy.env);
        },
      );

  testBuild('called service, started by the recorder', isStatic, null, async (built) => {
    const copy = await copyProgram(built.python, built.build, 'service', dropSections);
    const trace = traceName();
    const command = [...copy.command, await programPath(built.python, 'talk.py')];
    const recorder = startPyspy(['record', '-o', trace, '--', ...command], { env: copy.env });
    const pid = await recorder.told<number>('ready');
    await until('it is being recorded', () => infoNow(trace)?.samples);
    recorder.tell('exit 3');
    expect((await recorder.exited).status).toBe(3);
    expect(infoNow(trace)).toMatchObject({ processes: [{ pid, python: built.python.version }] });
  });
});

describe('a process in another mount, pid and user namespace', () => {
  const unshare = ['unshare', '--map-root-user', '--mount', '--pid', '--fork', '--mount-proc'];
  const noUnshare = runs(...unshare, 'true') ? null : 'unshare is not permitted here';

  // Threads tell their OS thread ids themselves from 3.11 on.
  for (const [title, fits] of [
    ['with ids of threads of its own (3.11+)', ({ python }: Built) => minorOf(python) >= 11],
    ['without ids of threads (to 3.10)', ({ python }: Built) => minorOf(python) < 11],
  ] as const)
    testBuild(
      `seen from the host, ${title}`,
      (built) => isHere(built) && fits(built),
      noUnshare,
      async (built) => {
        let outer = 0;
        const pidOf = (pid: number): number => {
          outer = readChildren(pid)[0]!;
          atEnd(() => process.kill(outer, 'SIGKILL'));
          return outer;
        };
        const command = [...unshare, built.python.path, '-I'];
        const target = await expectStill(built, command, process.env, { foreignIds: true, pidOf });
        expect(await target.told('ready')).toBe(1);
        const shown = await dumpThreads(outer);
        expect(shown.find(({ name }) => name === 'MainThread')?.os_thread_id).toBe(outer);
        expect(shown.map(({ os_thread_id }) => os_thread_id).sort()).toEqual(readThreadIds(outer).sort());
      },
    );

  testBuild(
    'with a program that is not in our file system',
    (built) => isHere(built) && isStatic(built),
    noUnshare,
    async (built) => {
      // In a file system that only its own namespace has.
      const hidden = workFolder();
      const script = `mount -t tmpfs none ${hidden} && cp "$0" ${hidden}/service && exec ${hidden}/service "$@"`;
      const pidOf = (pid: number): number => {
        const outer = readChildren(pid)[0]!;
        atEnd(() => process.kill(outer, 'SIGKILL'));
        expect(existsSync(`${hidden}/service`)).toBe(false);
        expect(readStatusField(outer, 'NSpid')?.split(/\s+/).length).toBeGreaterThan(1);
        return outer;
      };
      const command = [...unshare, 'sh', '-c', script, built.build.executable];
      await expectStill(built, command, undefined, { foreignIds: true, pidOf });
    },
  );
});

describe('uwsgi, which embeds Python in a plugin', () => {
  const plugins = '/usr/lib/uwsgi/plugins';
  const plugin = spawnSync('sh', ['-c', `ls ${plugins}/python3*_plugin.so`], {
    encoding: 'utf8',
  }).stdout.trim();
  if (plugin === '' || !runs('uwsgi', '--version'))
    test.skip('uwsgi and its plugin for Python 3 are not installed', () => {});
  else
    test('is found, and its threads are as they say', async () => {
      const folder = workFolder();
      const program = new URL('../targets/still.py', import.meta.url).pathname;
      const target = new Child(
        [
          // It makes its standard error its standard output, too.
          ...['sh', '-c', 'exec "$@" 2>&1', 'sh'],
          ...['uwsgi', '--plugin', plugin.split('\n').at(-1)!, '--enable-threads', '--need-app'],
          ...['--socket', join(folder, 'socket'), '--wsgi-file', program],
        ],
        { cwd: folder },
      );
      atEnd(() => target.stop());
      const truth = await target.told<ThreadTruth[]>('threads');
      expect(readMaps(target.pid)[0]!.path).toMatch(/uwsgi/);
      expectThreads(await dumpThreads(target.pid), truth);
    });
});

describeEachPythonAtOnce('frozen modules and a module in a zip file', (python) => {
  test(
    'have their lines',
    scoped(async () => {
      const target = await startTarget(python, 'packed.py');
      const truth = await target.told<ThreadTruth[]>('threads');
      const files = truth[0]!.frames.map(([, file]) => file);
      expect(files.some((file) => file.endsWith('packed.zip/packed_module.py'))).toBe(true);
      expect(files.some((file) => file.startsWith('<frozen importlib'))).toBe(true);
      expectThreads(await dumpThreads(target.pid), truth);
    }),
  );
});

function minorOf(python: Python): number {
  return Number(python.minor.split('.')[1]);
}
