/**
 * The cases that py-spy 0.4.2 tests itself with (tests/integration_test.py and .rs), asked of pyspy. Numbers are those of
 * the list of them that this project keeps: 1 to 4 are recordings, 6 to 18 looks at a process.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DumpResult, DumpThread } from '../../src/format/dump-result.js';
import { Child } from '../support/child.js';
import { processStatus, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, dumpThreads, pyspyWell, traceName, workFolder } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { rootOf } from '../support/targets.js';

const ready = 'print(\'{"ready": true}\', flush=True)';

const longsleep = `import time

def longsleep():
    ${ready}
    time.sleep(100000)

if __name__ == "__main__":
    longsleep()
`;

const busyloop = `def busy_loop():
    ${ready}
    while True:
        pass

busy_loop()
`;

const threadNames = `import threading, time

def main():
    for i in range(10):
        threading.Thread(target=lambda: time.sleep(10000), name="CustomThreadName-%s" % i, daemon=True).start()
    ${ready}
    time.sleep(10000)

main()
`;

const recursive = `def recurse(x):
    if x == 0:
        return
    recurse(x - 1)

${ready}
while True:
    recurse(20)
`;

const negativeLines = `import time

def f():
    [
        time.sleep(x)
        for x in
        [10000]
    ]

${ready}
f()
`;

const family = `import multiprocessing, time

def target():
    time.sleep(10000)

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    for _ in range(2):
        multiprocessing.Process(target=target, daemon=True).start()
    ${ready}
    time.sleep(10000)
`;

const reuse = `import threading, time

def nap():
    time.sleep(0.05)

${ready}
while True:
    thread = threading.Thread(target=nap)
    thread.start()
    thread.join()
`;

describeOnePython("py-spy's own cases", (python) => {
  /** Writes a program where the interpreter sees it. @returns its path there */
  async function write(name: string, text: string): Promise<string> {
    const root = await rootOf(python);
    const inside = root === '/' ? workFolder() : `/tmp/pyspy-cases-${process.pid}`;
    const folder = root === '/' ? inside : root + inside;
    mkdirSync(folder, { recursive: true });
    if (root !== '/') atEnd(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, name), text);
    return join(inside, name);
  }

  async function start(name: string, text: string): Promise<Child> {
    const child = new Child([python.path, await write(name, text)]);
    atEnd(() => child.stop());
    await child.told('ready');
    return child;
  }

  /** Samples of a program, recorded for a second, that pass filters. */
  async function samples(child: Child, ...filters: string[]) {
    const trace = traceName();
    await pyspyWell('record', '--pid', String(child.pid), '-o', trace, '--duration', '1s');
    return { trace, top: await ask('top', trace, ...filters) };
  }

  /** The one thread, once it waits where it will stay. */
  async function settled(child: Child, innermost: string): Promise<DumpThread> {
    return until(`it is in ${innermost}`, async () => {
      const [thread, ...others] = await dumpThreads(child.pid);
      expect(others).toEqual([]);
      return thread!.frames[0]?.function === innermost ? thread : null;
    });
  }

  const where = ({ frames }: DumpThread) =>
    frames.map(({ function: name, line }) => `${name.slice(name.lastIndexOf('.') + 1)}:${line}`);

  test('1: who sleeps holds no GIL', async () => {
    const { top } = await samples(await start('longsleep.py', longsleep), '--gil');
    expect(top.samples).toBeLessThanOrEqual(5);
  });

  test('2: who sleeps is seen with --idle, with two frames', async () => {
    const child = await start('longsleep.py', longsleep);
    await settled(child, 'longsleep');
    const { trace, top } = await samples(child, '--idle', '--by', 'line');
    expect(top.rows.map(({ function: name, line, total_pct }) => [name, line, total_pct])).toEqual([
      ['longsleep', 5, 100],
      ['<module>', 8, 100],
    ]);
    expect((await ask('top', trace)).samples).toBe(0);
  });

  test(
    '3 and 6: who loops is on the CPU, and holds the GIL',
    measured(async () => {
      const child = await start('busyloop.py', busyloop);
      const { top } = await samples(child, '--gil');
      expectFigure('samples', top.samples, { above: 90 });
      const [thread] = await dumpThreads(child.pid);
      expect(thread).toMatchObject({ status: 'running' });
    }),
  );

  test('4 and 9: threads have their names', async () => {
    const child = await start('thread_names.py', threadNames);
    const names = ['MainThread', ...Array.from({ length: 10 }, (_, i) => `CustomThreadName-${i}`)].sort();
    const threads = await dumpThreads(child.pid);
    expect(threads.map(({ name }) => name).sort()).toEqual(names);
    const { top } = await samples(child, '--idle', '--by', 'thread');
    expect(top.rows.map(({ thread }) => thread!.name).sort()).toEqual(names);
  });

  test(
    '7: threads that come and go are read without errors',
    measured(async () => {
      const { trace } = await samples(await start('thread_reuse.py', reuse));
      const { errors, samples: all } = await ask('info', trace);
      expectFigure('samples', all, { above: 90 });
      expectFigure('errors', errors, { below: all * 0.03 });
    }),
  );

  test('8: one thread, its stack, and no GIL', async () => {
    const thread = await settled(await start('longsleep.py', longsleep), 'longsleep');
    expect(where(thread)).toEqual(['longsleep:5', '<module>:8']);
    expect(thread).toMatchObject({ gil: false, status: 'idle' });
  });

  test('10: recursion that goes on has no more frames than there are', async () => {
    const child = await start('recursive.py', recursive);
    const trace = traceName();
    await pyspyWell('record', '--pid', String(child.pid), '-o', trace, '--rate', '200', '--duration', '1s');
    const { stdout } = await pyspyWell('export', trace, '--format', 'folded');
    const depths = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(';').length);
    expect(depths.length).toBeGreaterThan(1);
    expect(Math.max(...depths)).toBeLessThanOrEqual(22);
    const { rows: lines } = await ask('top', trace, '--by', 'line');
    for (const row of lines) if (row.function === '<module>') expect([7, 8]).toContain(row.line);
  });

  for (const [number, file, name] of [
    [11, 'unicode💩.py', 'function1'],
    [12, 'longsleep_кириллица.py', 'кириллица'],
  ] as const)
    test(`${number}: names beyond ASCII: ${file}`, async () => {
      const thread = await settled(await start(file, longsleep.replaceAll('longsleep', name)), name);
      expect(where(thread)).toEqual([`${name}:5`, '<module>:8']);
      expect(thread.frames[0]!.file).toContain(file);
      expect(thread.gil).toBe(false);
    });

  test('14 and 18: children are shown, each process once', async () => {
    const child = await start('subprocesses.py', family);
    const { stdout } = await pyspyWell('dump', '--pid', String(child.pid), '-s');
    const pids = [...stdout.matchAll(/^Process (\d+):/gm)].map((match) => match[1]);
    expect(pids).toHaveLength(3);
    expect(new Set(pids).size).toBe(3);
    // The children outlive a parent that is killed.
    for (const pid of pids) if (Number(pid) !== child.pid) process.kill(Number(pid), 'SIGKILL');
  });

  test('15: a child that is a zombie harms nothing', async () => {
    const child = await start(
      'zombie.py',
      `import os, time
pid = os.fork()
if pid == 0:
    os._exit(0)
${ready}
time.sleep(10000)
`,
    );
    await until('the child is a zombie', () => zombieOf(child.pid));
    const { stdout } = await pyspyWell('dump', '--pid', String(child.pid), '-s');
    expect(stdout.match(/^Process /gm)).toHaveLength(1);
  });

  test('16: expressions over several lines, whose lines go back', async () => {
    const child = await start('negative_linenumber.py', negativeLines);
    const thread = await until('it sleeps', async () => {
      const [only] = await dumpThreads(child.pid);
      return only!.frames.length >= 2 ? only : null;
    });
    const lines = where(thread);
    expect(lines.at(-1)).toBe('<module>:11');
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(?:f|<listcomp>):[4-8]$/);
  });

  test('17: a Python that a shell starts later is found, and the shell is none', async () => {
    const program = await write('longsleep.py', longsleep);
    const shell = new Child(['bash', '-c', 'sleep 0.5; "$@"; true', 'bash', python.path, program]);
    atEnd(() => shell.stop());
    const trace = traceName();
    const recorder = pyspyWell('record', '--pid', String(shell.pid), '-s', '-o', trace, '--duration', '1s');
    await recorder;
    const { processes } = await ask('info', trace);
    expect(processes).toHaveLength(1);
    expect(processes[0]!.pid).not.toBe(shell.pid);
    atEnd(() => process.kill(processes[0]!.pid, 'SIGKILL'));
  });

  test('5: completion ends well', async () => {
    expect((await pyspyWell('completion', 'bash')).stdout).toContain('complete -F');
  });

  test('13: variables, exactly', async () => {
    const child = await start(
      'local_vars.py',
      `import time

def local_variable_lookup(arg1="foo", arg2=None, arg3=True):
    local1 = [-1234, 5678]
    local2 = ("a", "b", "c")
    local3 = 123456789123456789
    local4 = 3.1415
    local5 = {"a": False, "b": (1, 2, 3)}
    local6 = ""
    ${ready}
    time.sleep(10000)

local_variable_lookup()
`,
    );
    const result: DumpResult = await until('it sleeps', async () => {
      const found = await ask('dump', '--pid', String(child.pid), '--locals');
      return found.processes[0]!.threads[0]!.frames.length === 2 ? found : null;
    });
    const [frame] = result.processes[0]!.threads[0]!.frames;
    expect(frame!.arguments).toEqual(['arg1', 'arg2', 'arg3']);
    expect(frame!.locals).toEqual({
      arg1: expect.stringMatching(/^["']foo["']$/),
      arg2: 'None',
      arg3: 'True',
      local1: '[-1234, 5678]',
      local2: expect.stringMatching(/^\((["'])a\1, \1b\1, \1c\1\)$/),
      local3: '123456789123456789',
      local4: '3.1415',
      local5: expect.stringMatching(/^\{(["'])a\1: False, \1b\1: \(1, 2, 3\)\}$/),
      local6: expect.stringMatching(/^(?:""|'')$/),
    });
  });
});

/** Whether one of the children has ended and nobody has asked how. */
function zombieOf(parent: number): boolean {
  for (let pid = parent + 1; pid < parent + 50; pid++)
    if (processStatus(pid, 'PPid') === String(parent) && processStatus(pid, 'State')?.startsWith('Z'))
      return true;
  return false;
}
