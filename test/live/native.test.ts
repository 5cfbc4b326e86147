/** Native frames of threads that wait: known chains of calls, and gdb as the oracle. */
import { expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { readThreadIds } from '../../src/platform/linux/proc.js';
import { NativeThreads } from '../../src/record/native/native-threads.js';
import { registers } from '../../src/record/native/registers.js';
import { probe } from '../../src/record/target/target.js';
import type { Child } from '../support/child.js';
import { canCompile, compileLibrary } from '../support/compiled.js';
import { until } from '../support/conditions.js';
import { describeAnyPython, describeOnePython, describeSomePythons } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { gdbFrames } from '../support/gdb.js';
import { findPythonWith } from '../support/modules.js';
import { ask, pyspyWell, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';
import { readSamples } from '../support/trace-view.js';

const canUnwind = registers !== null && canCompile;
const whyNot =
  registers === null ? `native frames are not read on ${process.arch}` : 'there is no C compiler here';

type Dump = Awaited<ReturnType<typeof dumpOf>>;

/** All threads of a process, once each that is to wait was found to hold still. */
async function dumpOf(target: Child, ...options: string[]) {
  return until('all threads that wait were read', async () => {
    const { processes } = await ask('dump', '--pid', String(target.pid), ...options);
    const process = processes[0]!;
    const threads = [...process.threads, ...process.native_threads!];
    const waiting = threads.filter(({ name }) => name !== 'computes');
    return waiting.every(({ native_frames }) => !/^(moved|running)$/.test(native_frames!)) ? process : null;
  });
}

/** Functions of a thread: those of Python in capital letters, without the class. */
function functionsOf({ threads }: Dump, name: string): string[] {
  const { frames } = threads.find((thread) => thread.name === name)!;
  return frames.map(({ function: called, native }) =>
    native === undefined ? called.slice(called.lastIndexOf('.') + 1).toUpperCase() : called,
  );
}

/** Those of Python's threading module, which started the thread, are left out. */
const own = (functions: readonly string[]): string[] =>
  functions.filter((name) => !/^(RUN|_*BOOTSTRAP\w*)$/.test(name));

async function startNative(python: Python, ...words: string[]): Promise<Child> {
  return startTarget(python, 'native.py', await compileLibrary(python, 'native.c'), ...words);
}

describeAnyPython('native frames of', (python) => {
  test.skipIf(!canUnwind)(
    'threads that wait are whole, and among the Python frames that they called',
    async () => {
      const target = await startNative(python);
      const dump = await dumpOf(target, '--native');
      for (const { name, native_frames } of dump.threads)
        expect([name, native_frames]).toEqual([name, 'whole']);
      // Of chains that are known, what the interpreter and libffi have between is left to them.
      const known = /^(PARK|KEY|AGAIN|[A-Z]+S|inner|middle|outer|rest|wait_for_nothing)$/;
      const chain = (name: string): string[] => own(functionsOf(dump, name)).filter((one) => known.test(one));
      const through = ['inner', 'middle', 'outer'];
      expect(chain('calls')).toEqual(['PARK', ...through, 'AGAIN', ...through, 'CALLS']);
      expect(chain('rests')).toEqual(['wait_for_nothing', 'rest', 'RESTS']);
      expect(chain('sorts')).toEqual(['PARK', 'KEY', 'SORTS']);
      const between = functionsOf(dump, 'sorts');
      expect(between.indexOf('SORTS') - between.indexOf('KEY')).toBeGreaterThan(1);
      expect(functionsOf(dump, 'selects').some((name) => /select|poll/.test(name))).toBe(true);
      // The thread's start is hidden, and the evaluation loop.
      for (const { frames } of dump.threads) {
        expect(frames.at(-1)!.native).toBeUndefined();
        expect(frames.some(({ native }) => native?.loop)).toBe(false);
      }
      const [alone] = dump.native_threads!.filter(({ frames }) =>
        frames.some((one) => one.function === 'alone'),
      );
      expect(alone!.frames.slice(0, 3).map((one) => one.function)).toEqual([
        'wait_for_nothing',
        'rest',
        'alone',
      ]);
    },
  );

  test.skipIf(!canUnwind)(
    '--native-all has the evaluation loop behind what it runs, once for each run',
    async () => {
      const target = await startNative(python);
      const dump = await dumpOf(target, '--native-all');
      for (const { frames } of dump.threads) {
        expect(frames.filter(({ native }) => native?.loop).length).toBeGreaterThan(0);
        // Whatever Python frame stands before a native one is the outermost of its run.
        for (const [i, frame] of frames.entries())
          if (frame.native === undefined && frames[i + 1]?.native !== undefined)
            expect(frames[i + 1]!.native!.loop, `behind ${frame.function}`).toBe(true);
        expect(frames.at(-1)!.native).toBeDefined();
      }
    },
  );
});

describeSomePythons('native frames of', (python) => {
  test.skipIf(!canUnwind)('a thread that runs are not known, and its Python frames stand', async () => {
    const target = await startNative(python, 'busy');
    const found = await until('the thread was seen to run', async () => {
      const { threads } = await dumpOf(target, '--native');
      const thread = threads.find(({ name }) => name === 'computes')!;
      return thread.native_frames === 'running' && !thread.torn ? thread : null;
    });
    expect(found.frames.every(({ native }) => native === undefined)).toBe(true);
    expect(found.frames[0]!.function).toBe('computes');
  });
});

describeSomePythons('record --native of', (python) => {
  test.skipIf(!canUnwind)(
    'threads that wait has their native frames at every tick',
    measured(async () => {
      const target = await startNative(python, 'busy');
      // Until all of them wait.
      await dumpOf(target, '--native');
      const trace = traceName();
      await pyspyWell(
        'record',
        '--pid',
        String(target.pid),
        '--native',
        '--sampler',
        'memory',
        '-d',
        '2',
        '-o',
        trace,
      );
      const samples = readSamples(trace);
      const through = ['inner', 'middle', 'outer'];
      const inLibrary = new Set([...through, 'rest', 'wait_for_nothing']);
      const chains: Record<string, (name: string) => boolean> = {
        calls: (name) => ['park', 'again', 'calls', ...through].includes(name),
        rests: (name) => ['wait_for_nothing', 'rest', 'rests'].includes(name),
      };
      const expected: Record<string, readonly string[]> = {
        calls: ['park', ...through, 'again', ...through, 'calls'],
        rests: ['wait_for_nothing', 'rest', 'rests'],
      };
      for (const [thread, isOurs] of Object.entries(chains)) {
        const own = samples.filter(({ functions }) => functions.includes(thread));
        const known = own.filter(({ flags }) => (flags & status.native) !== 0);
        expectFigure(thread, known.length, { above: 20 });
        expectFigure(thread, known.length, { above: own.length * 0.9 });
        for (const { functions } of known) expect(functions.filter(isOurs)).toEqual(expected[thread]);
      }
      // A thread that runs has Python frames alone, since the kernel does not copy it.
      const busy = samples.filter(({ functions }) => functions.includes('computes'));
      expectFigure('busy', busy.length, { above: 20 });
      for (const { flags, functions } of busy)
        if ((flags & status.onCpu) !== 0 && (flags & status.torn) === 0) {
          expect(flags & status.native).toBe(0);
          expect(functions[0]).toBe('computes');
        }
      expect((await pyspyWell('verify', trace)).stdout).toContain('valid');
      const { binaries } = await ask('info', trace);
      const dumped = (await dumpOf(target, '--native')).threads.flatMap(({ frames }) => frames);
      const built = dumped.find(({ file }) => file.endsWith('/built.so'))!;
      expect(binaries).toContainEqual({
        file: built.file,
        build_id: built.native!.build_id,
        functions: new Set(
          samples.flatMap(({ functions }) => functions.filter((name) => inLibrary.has(name))),
        ).size,
      });
      // A recording says of each function what dump says of the process.
      const { processes } = await ask('dump', trace, '--at', '1s');
      const placeOf = (frame: (typeof dumped)[number]) =>
        `${frame.function} ${frame.native!.build_id} ${frame.native!.offset}`;
      const known = new Set(dumped.filter(({ native }) => native !== undefined).map(placeOf));
      const recorded = processes[0]!.threads.flatMap(({ frames }) =>
        frames.filter(({ native }) => native !== undefined),
      );
      expect(recorded.length).toBeGreaterThan(10);
      for (const frame of recorded) expect(known).toContain(placeOf(frame));
      const modules = (await ask('top', trace, '--idle', '--by', 'module')).rows;
      const ours = modules.filter(({ module }) => module!.name === 'built.so');
      expect(ours).toMatchObject([
        { module: { native: true }, file: expect.stringMatching(/^\/.*built\.so$/) },
      ]);
      // Some wait in it, others in what it called: it is innermost, or further out.
      const isIn = (functions: readonly string[], names: readonly string[]) =>
        functions.some((name) => names.includes(name));
      const inner = samples.filter(({ functions }) => functions[0] === 'wait_for_nothing');
      const all = samples.filter(({ functions }) => isIn(functions, ['wait_for_nothing', ...through]));
      expect(ours[0]).toMatchObject({ self_samples: inner.length, total_samples: all.length });
      const { rows } = await ask('top', trace, '--idle', '--no-native', '--limit', '0');
      expect(rows.some(({ function: name }) => through.includes(name!))).toBe(false);
    }),
  );
});

describeOnePython('libraries', (python) => {
  // Deleted files are opened by way of /proc/PID/map_files, which is root's.
  const mayOpen = process.getuid?.() === 0;
  test.skipIf(!canUnwind || !mayOpen)(
    'that are loaded while it is recorded, and deleted, are known',
    async () => {
      const target = await startTarget(python, 'loads.py', await compileLibrary(python, 'native.c'));
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '--native', '-d', '3', '-o', trace);
      const { rows } = await ask('top', trace, '--idle', '--limit', '0');
      const copies = rows.filter(({ function: name }) => name === 'wait_for_nothing').map(({ file }) => file);
      expect(new Set(copies).size).toBeGreaterThan(3);
      for (const file of copies) expect(file).toMatch(/copy\d+\.so$/);
    },
  );
});

test('waiting threads are as gdb says, address by address', async ({ skip }) => {
  if (registers === null) return skip(whyNot);
  const python = await findPythonWith('ctypes', 'select');
  if (python === null || !canCompile)
    return skip('no interpreter here has ctypes, or there is no C compiler');
  const target = await startNative(python);
  const found = probe(target.pid);
  if (found.kind !== 'python') throw new Error('this is no Python');
  const natives = new NativeThreads(target.pid, found.target.layout, registers);
  try {
    const threads = readThreadIds(target.pid);
    const ours = await until('all threads hold still', () => {
      natives.copy(threads);
      natives.follow();
      const stacks = threads.map((id) => [id, natives.alone(id)] as const);
      return stacks.every(([, { state }]) => state === 'whole') ? stacks : null;
    });
    const theirs = gdbFrames(target.pid);
    if (theirs === null) return skip('there is no gdb here that may look at a process');
    const addresses = ours.map(([id, { frames }]) => [
      id,
      frames!.map((frame) => ('frame' in frame ? frame.frame.pc.toString(16) : '')),
    ]);
    expect(Object.fromEntries(addresses)).toEqual(Object.fromEntries(theirs));
  } finally {
    natives.close();
  }
});
