/**
 * The recorder on Windows, as far as Wine is Windows: a program that mingw built, laid out like a CPython for Windows, is read from
 * another process. What it shows is what the interpreter said whose memory it has.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DumpResult } from '../../src/format/dump-result.js';
import type { ProcessesResult } from '../../src/render/text/process-table.js';
import type { InfoResult } from '../../src/replay/answers/info.js';
import type { TopResult } from '../../src/replay/answers/top.js';
import { buildWindowsPython, canCompileForWindows, type WindowsPython } from '../support/windows-python.js';
import { Wine, type WineOutcome, type WineProgram } from '../support/wine.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const wine = canCompileForWindows ? await Wine.create() : null;
afterAll(() => wine?.close());

/** No program of these tests takes as long to begin, in ms. */
const patienceMs = 60_000;

function pyspy(...args: readonly string[]): Promise<WineOutcome> {
  return wine!.run(['node', wine!.path(join(wine!.home, 'bin/pyspy-node.js')), ...args]);
}

/** What the program of the tests ends with. */
const endedWith = 7;

/** What Linux says of a trace. */
function replay<T>(...args: readonly string[]): T {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}bin/pyspy.js`, ...args, '--json'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** Waits until a program has said something. */
async function told(
  program: WineProgram,
  stream: 'stdout' | 'stderr',
  what: RegExp,
): Promise<RegExpExecArray> {
  for (const startMs = Date.now(); Date.now() < startMs + patienceMs; ) {
    const found = what.exec(program[stream]());
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} was not told: ${program.stdout()} ${program.stderr()}`);
}

/** Waits until the target is ready. @returns its pid */
async function ready(program: WineProgram): Promise<number> {
  return Number((await told(program, 'stdout', /"ready": (\d+).*\}/))[1]);
}

/** Compares `dump --json` with what the interpreter said whose memory it is. */
function checkDump({ status, stdout, stderr }: WineOutcome, pid: number, python: WindowsPython): void {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [process] = (JSON.parse(stdout) as DumpResult).processes;
  expect(process).toMatchObject({ pid, python: python.version });
  const named = process!.threads.filter(({ name }) => name !== 'reporter');
  expect(named.map(({ name }) => name).sort()).toEqual(python.threads.map(({ name }) => name).sort());
  for (const truth of python.threads) {
    const seen = named.find(({ name }) => name === truth.name)!;
    const frames = seen.frames.map(({ function: name, file, line }) => [name, file, line]);
    if (truth.name !== python.moving) expect(frames).toEqual(truth.frames);
    else {
      // Its innermost frame comes and goes, maybe while it is read.
      const certain = frames.filter(([name]) => name !== '<torn>');
      expect(certain.length).toBeGreaterThan(0);
      expect(certain).toEqual(truth.frames.slice(-certain.length));
    }
    // Python's id of a thread is the system's there.
    expect(seen.os_thread_id).toBe(seen.thread_id);
  }
}

describe.skipIf(wine === null)('under Wine (needs wine64, mingw’s gcc and npm’s registry)', () => {
  const version = '3.13';
  let python: WindowsPython;
  let target: WineProgram;
  let pid: number;
  let folder: string;
  let stop: string;

  beforeAll(async () => {
    folder = join(wine!.folder, 'python');
    mkdirSync(folder);
    python = buildWindowsPython(version, folder);
    stop = join(folder, 'stop');
    target = wine!.start([python.program, wine!.path(stop), 'two words'], { cwd: folder });
    pid = await ready(target);
  });
  afterAll(async () => {
    writeFileSync(stop, '');
    await target.ended;
  });

  test('dump shows threads, names, functions, files and lines', async () => {
    checkDump(await pyspy('dump', '--pid', String(pid), '--json'), pid, python);
  });

  test('an earlier version, without a table of offsets, is read as well', async () => {
    const place = join(wine!.folder, 'earlier');
    mkdirSync(place);
    const earlier = buildWindowsPython('3.11', place);
    const end = join(place, 'stop');
    const program = wine!.start([earlier.program, wine!.path(end)], { cwd: place });
    const itsPid = await ready(program);
    const outcome = await pyspy('dump', '--pid', String(itsPid), '--json');
    writeFileSync(end, '');
    await program.ended;
    checkDump(outcome, itsPid, earlier);
  });

  test('ps lists it with its command line, and no program that is no Python', async () => {
    const { status, stdout, stderr } = await pyspy('ps', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { processes } = JSON.parse(stdout) as ProcessesResult;
    expect(processes).toEqual([
      {
        pid,
        uid: null,
        python: python.version,
        command: [expect.stringMatching(/python\.exe$/), wine!.path(stop), 'two words'],
        refused: null,
      },
    ]);
  });

  test('record samples it into a trace that Linux reads', async () => {
    const trace = join(folder, 'run.trace');
    const words = ['record', '--pid', String(pid), '-d', '5s', '-r', '50', '-o', wine!.path(trace)];
    const { status, stdout, stderr } = await pyspy(...words);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/^pyspy: time is up after 5\.\d s: \d+ samples of process /),
    });
    const info = replay<InfoResult>('info', trace);
    expect(info).toMatchObject({ state: 'complete', errors: 0, rate_hz: 50 });
    expect(info.samples).toBeGreaterThan(0);
    expect(info.processes).toMatchObject([{ pid, python: python.version, cwd: wine!.path(folder) }]);
    const names = info.threads.map(({ name }) => name);
    for (const { name } of python.threads) expect(names).toContain(name);
    // What calls and returns is seen inside and outside of what it calls, with CPU time of its own; who sleeps uses next to none.
    const moving = replay<TopResult>('top', trace, '--idle', '--thread', python.moving!);
    const [inner, outer] = python.threads.find(({ name }) => name === python.moving)!.frames;
    for (const [name] of [inner!, outer!])
      expect(moving.rows.find((row) => row.function === name)?.self_samples).toBeGreaterThan(0);
    const cpuOf = (name: string) =>
      replay<TopResult>('top', trace, '--idle', '--cpu', '--thread', name).total_s;
    const still = python.threads.find(({ name }) => name !== python.moving)!;
    expect(cpuOf(python.moving!)).toBeGreaterThan(0);
    expect(cpuOf(still.name)).toBeLessThan(cpuOf(python.moving!) / 2);
  });

  test('top shows it as it runs', async () => {
    const { status, stdout, stderr } = await pyspy('top', '--pid', String(pid), '-d', '3s');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('hint:') });
    expect(stdout).toContain('Worker.run');
  });

  test('record -- starts a program, samples it, and has its exit status', async () => {
    const [trace, end] = ['command.trace', 'end'].map((name) => join(folder, name));
    const recording = wine!.start([
      ...[
        'node',
        wine!.path(join(wine!.home, 'bin/pyspy-node.js')),
        'record',
        '-d',
        '2s',
        '-o',
        wine!.path(trace!),
      ],
      ...['--', wine!.path(python.program), wine!.path(end!)],
    ]);
    const started = await ready(recording);
    expect(started).not.toBe(pid);
    await told(recording, 'stderr', /pyspy: time is up/);
    writeFileSync(end!, '');
    expect({ status: await recording.ended, stderr: recording.stderr() }).toEqual({
      status: endedWith,
      stderr: expect.not.stringContaining('hint:'),
    });
    const info = replay<InfoResult>('info', trace!);
    expect(info).toMatchObject({ state: 'complete', processes: [{ pid: started, python: python.version }] });
    expect(info.samples).toBeGreaterThan(0);
  });

  test('dump shows what it started, too', async () => {
    const end = join(folder, 'end-both');
    const both = wine!.start([python.program, wine!.path(end), 'twice'], { cwd: folder });
    const [, parent, child] = (await told(both, 'stdout', /"ready": (\d+), "child": ([1-9]\d*)/)).map(Number);
    await told(both, 'stdout', new RegExp(`"ready": ${child}`));
    const { status, stdout, stderr } = await pyspy(
      'dump',
      '--pid',
      String(parent),
      '--subprocesses',
      '--json',
    );
    writeFileSync(end, '');
    await both.ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { processes }: DumpResult = JSON.parse(stdout);
    expect(processes.map((process) => process.pid)).toEqual([parent, child]);
    for (const { threads } of processes) expect(threads).toHaveLength(python.threads.length + 1);
  });

  test('what cannot be read is said in a sentence', async () => {
    const none = await pyspy('dump', '--pid', '3');
    expect(none).toEqual({
      status: 5,
      stdout: '',
      stderr: 'pyspy: there is no process 3\nhint: List Python processes with: pyspy ps\n',
    });
    // Found on the PATH, without its suffix; it is no Python.
    const other = await pyspy(
      'record',
      '-o',
      wine!.path(join(folder, 'none.trace')),
      '--',
      'node',
      '--version',
    );
    expect(other).toEqual({
      status: 5,
      stdout: expect.stringMatching(/^v\d+\./),
      stderr: expect.stringMatching(/^pyspy: node ended/),
    });
    const missing = await pyspy('record', '--', 'no-such-program');
    expect(missing).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('cannot start no-such-program: there is no such program on the PATH'),
    });
  });
});
