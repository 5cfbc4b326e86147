/** Processes of a simulated machine that are watched: which are found to be wanted, when they are looked at again, and how often. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import { ProcessWatch } from '../../../src/record/processes/process-watch.js';
import type { Target } from '../../../src/record/target/target.js';

interface Simulated {
  parent: number;
  command: string[];
  kind: 'python' | 'other' | 'denied';
  startTicks: number;
  /** Changes with each program. */
  stack: number;
}

const system = vi.hoisted(() => ({
  processes: new Map<number, Simulated>(),
  newest: 10,
  reads: 0,
  probes: 0,
}));

vi.mock(import('../../../src/platform/linux/proc.js'), async (original) => ({
  ...(await original()),
  readNewestId: () => system.newest,
  isProcess: (id: number) => system.processes.has(id),
  readCommand: (pid) => system.processes.get(pid)?.command ?? [],
  readStat: (pid) => {
    system.reads++;
    const found = system.processes.get(pid);
    if (found === undefined) return null;
    return {
      state: 'S',
      parentPid: found.parent,
      startTicks: found.startTicks,
      stackStart: found.stack,
      isCopy: false,
    };
  },
}));

vi.mock(import('../../../src/platform/linux/system.js'), async (original) => {
  const real = await original();
  return { ...real, linuxSystem: { ...real.linuxSystem, listProcesses: () => [...system.processes.keys()] } };
});

vi.mock(import('../../../src/record/target/target.js'), async (original) => ({
  ...(await original()),
  probe: (pid) => {
    system.probes++;
    const found = system.processes.get(pid);
    if (found?.kind === 'denied') throw new PyspyError('target', `process ${pid} may not be read`);
    if (found?.kind !== 'python') return { kind: 'none', reason: 'it is none', isGivenUp: false };
    return {
      kind: 'python',
      target: { pid, startTicks: found.startTicks, stackStart: found.stack } as Target,
    };
  },
}));

let watch: ProcessWatch | null = null;
let found: [pid: number, parentPid: number | null][] = [];
let refused: string[] = [];

function begin(which: RegExp, subprocesses = false, ownWords: string[] = []): ProcessWatch {
  watch = new ProcessWatch({
    ...{ which, subprocesses, ownWords },
    refused: ({ message }) => refused.push(message),
  });
  watch.begin({
    found: (target, parentPid) => found.push([target.pid, parentPid]),
    failed: (error) => {
      throw error;
    },
  });
  return watch;
}

function start(command: string, kind: Simulated['kind'] = 'python', parent = 1): number {
  const pid = ++system.newest;
  system.processes.set(pid, { parent, command: command.split(' '), kind, startTicks: pid, stack: pid });
  return pid;
}

const wait = (ms: number) => vi.advanceTimersByTime(ms);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  Object.assign(system, { newest: 10, reads: 0, probes: 0 });
  system.processes.clear();
  [found, refused] = [[], []];
});
afterEach(() => {
  watch?.stop();
  vi.useRealTimers();
});

test('those that match are found, at the beginning and later, and only those are opened', () => {
  const first = start('python app.py');
  start('python other.py');
  begin(/app\.py/);
  expect(found).toEqual([[first, null]]);
  const second = start('python app.py --more');
  start('vim other.py', 'other');
  wait(300);
  expect(found.map(([pid]) => pid)).toEqual([first, second]);
  expect(system.probes).toBe(2);
});

test('one that runs another program, or gets another name, is looked at again', () => {
  const launcher = start('sh run.sh', 'other');
  const renamed = start('python main.py');
  begin(/app/);
  wait(3_000);
  expect(found).toEqual([]);
  Object.assign(system.processes.get(launcher)!, { command: ['python', 'app.py'], kind: 'python', stack: 7 });
  system.processes.get(renamed)!.command = ['app: worker 1'];
  wait(30_000);
  expect(found.map(([pid]) => pid).sort()).toEqual([launcher, renamed].sort());
});

test('a Python that is starting is looked at until it is one, what is none not for ever', () => {
  const slow = start('python app.py', 'other');
  const none = start('vim app.py', 'other');
  begin(/app/);
  wait(1_000);
  system.processes.get(slow)!.kind = 'python';
  wait(3_000);
  expect(found.map(([pid]) => pid)).toEqual([slow]);
  wait(20_000);
  const { probes } = system;
  wait(100_000);
  expect(system.probes).toBe(probes);
  expect(system.processes.has(none)).toBe(true);
});

test('one that was lost is looked for again, one that ended is not', () => {
  const [stays, ends] = [start('python app.py'), start('python app.py')];
  const watching = begin(/app/);
  system.processes.delete(ends);
  watching.lost(ends);
  watching.lost(stays);
  wait(1_000);
  expect(found.map(([pid]) => pid)).toEqual([stays, ends, stays]);
});

test('a pid that is given away again is another process', () => {
  const pid = start('python app.py');
  const watching = begin(/app/);
  system.processes.delete(pid);
  watching.lost(pid);
  wait(1_000);
  system.newest = pid - 1;
  start('python app.py');
  system.processes.get(pid)!.startTicks = 999;
  wait(31_000);
  expect(found).toHaveLength(2);
});

test('children belong to those that started them, and are wanted with --subprocesses whatever they are called', () => {
  const server = start('python app.py');
  const worker = start('python app.py worker', 'python', server);
  const helper = start('python -c spawn_main', 'python', worker);
  begin(/app/, true);
  wait(500);
  expect(found).toEqual([
    [server, null],
    [worker, server],
    [helper, worker],
  ]);
});

test('this process, what it starts and what passes its words on are never found', () => {
  const own = process.pid;
  const launcher = start('python pyspy record --all app');
  const parent = start('python app.py --supervises');
  system.processes.set(own, {
    parent: launcher,
    command: ['node', 'app'],
    kind: 'python',
    startTicks: 1,
    stack: 1,
  });
  system.processes.get(launcher)!.parent = parent;
  const child = start('python app', 'python', own);
  const grandchild = start('python app', 'python', child);
  begin(/app/, false, ['record', '--all', 'app']);
  wait(60_000);
  expect(found).toEqual([[parent, null]]);
  expect(system.processes.has(grandchild)).toBe(true);
});

test('what may not be read is counted, told once, and is no fault where it is no Python', () => {
  for (let i = 0; i < 5; i++) start('python app.py', 'denied');
  start('vim app.py', 'denied');
  const watching = begin(/app/);
  wait(60_000);
  expect(refused).toEqual([expect.stringMatching(/^process \d+ may not be read$/)]);
  expect(watching.refusals).toBe(5);
  expect(found).toEqual([]);
});

test('the first is waited for, however long it takes, and none where the watch is stopped', async () => {
  const watching = new ProcessWatch({ which: /app/, subprocesses: false, ownWords: [], refused: () => {} });
  watch = watching;
  expect(watching.isEmpty).toBe(true);
  const first = watching.first();
  wait(3_600_000);
  const pid = start('python app.py');
  const other = start('python app.py');
  wait(400);
  expect((await first)?.pid).toBe(pid);
  watching.begin({ found: (target, parent) => found.push([target.pid, parent]), failed: () => {} });
  expect(found).toEqual([[other, null]]);
  const none = new ProcessWatch({ which: /none/, subprocesses: false, ownWords: [], refused: () => {} });
  const nothing = none.first();
  none.stop();
  expect(await nothing).toBeNull();
});

test('five hundred processes that stay as they are cost some reads a second', () => {
  for (let i = 0; i < 500; i++) start(`sleep ${i}`, 'other');
  begin(/app/);
  wait(120_000);
  system.reads = 0;
  wait(60_000);
  expect(system.reads / 60).toBeLessThan(30);
  expect(system.reads).toBeGreaterThan(900);
});
