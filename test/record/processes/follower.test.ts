/** Which processes join a recording and when, among simulated ones, on a clock that the test moves. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import type { Platform } from '../../../src/platform/platform.js';
import type { ProcessStat } from '../../../src/platform/processes.js';
import { Follower } from '../../../src/record/processes/follower.js';
import type { Probe, Target } from '../../../src/record/target/target.js';

interface Simulated {
  readonly stat: ProcessStat;
  /** What there is to find in it; null for no Python. */
  program: 'python' | 'refused' | 'fault' | null;
}

const processes = new Map<number, Simulated>();
/** When each process was searched for an interpreter: pid and ms since the beginning. */
const probes: [number, number][] = [];
let newestId = 0;
/** Processes that were started so far. */
let ticks = 0;
let startMs = 0;

vi.mock('../../../src/platform/index.js', () => {
  const platform: Partial<Platform> = {
    readStat: (pid) => processes.get(pid)?.stat ?? null,
    readCommand: (pid) => ['command', String(pid)],
    readWorkingDirectory: (pid) => `/of/${pid}`,
    readNewestId: () => newestId,
    listProcesses: () => [...processes.keys()].sort((a, b) => a - b),
    isProcess: (pid) => processes.has(pid),
  };
  return { currentPlatform: () => platform };
});

vi.mock('../../../src/record/target/target.js', () => ({
  probe: (pid: number): Probe => {
    probes.push([pid, Math.round(performance.now() - startMs)]);
    const simulated = processes.get(pid);
    switch (simulated?.program) {
      case undefined:
        return { kind: 'gone' };
      case null:
        return { kind: 'none', reason: 'it is no Python', isGivenUp: false };
      case 'refused':
        throw new PyspyError('target', `process ${pid} may not be read`);
      case 'fault':
        throw new Error('out of memory');
      default:
        return { kind: 'python', target: targetOf(pid) };
    }
  },
}));

function targetOf(pid: number): Target {
  const { startTicks, stackStart } = processes.get(pid)!.stat;
  return { pid, startTicks, stackStart, command: ['found', String(pid)], cwd: '/' } as unknown as Target;
}

/** @param stackStart of the program that it runs: a copy of its parent has the parent's */
function start(
  pid: number,
  parentPid: number,
  stackStart: number,
  program: Simulated['program'] = 'python',
): void {
  const stat = { state: 'S', parentPid, startTicks: ++ticks, stackStart, isCopy: false };
  processes.set(pid, { stat, program });
  newestId = pid;
}

/** Starts another program in a process (exec). */
function replace(pid: number, stackStart: number, program: Simulated['program']): void {
  processes.set(pid, { stat: { ...processes.get(pid)!.stat, stackStart }, program });
}

const root = 100;
let found: [number, number | null][];
let targets: Target[];
let refused: string[];
let over: number;
let failures: unknown[];

/** Follows the root, a Python, from now on. */
function follow(): Follower {
  startMs = performance.now();
  return new Follower({
    root,
    adopts: false,
    first: targetOf(root),
    found: (target, parentPid) => {
      found.push([target.pid, parentPid]);
      targets.push(target);
    },
    refused: (error) => refused.push(error.message),
    over: () => over++,
    failed: (error) => failures.push(error),
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  processes.clear();
  probes.length = 0;
  found = [];
  targets = [];
  refused = [];
  over = 0;
  failures = [];
  start(root, 1, 7000);
});

afterEach(() => {
  vi.useRealTimers();
});

test('a Python that a followed process starts joins below it', () => {
  const follower = follow();
  start(101, root, 8000);
  vi.advanceTimersByTime(10);
  expect(found).toEqual([[101, root]]);
  vi.advanceTimersByTime(1000);
  expect(found).toHaveLength(1);
  follower.stop();
});

test('Pythons that run already join at once', () => {
  start(101, root, 8000);
  follow().stop();
  expect(found).toEqual([[101, root]]);
});

test('a Python below a shell belongs to the nearest Python above; processes of others stay out', () => {
  const follower = follow();
  start(101, root, 8000, null);
  start(102, 101, 8100, null);
  start(103, 102, 8200);
  start(104, 103, 8300);
  start(105, 1, 8400);
  vi.advanceTimersByTime(10);
  expect(found).toEqual([
    [103, root],
    [104, 103],
  ]);
  follower.stop();
});

test('a copy of a Python joins without a search, once it is not about to run something else', () => {
  const follower = follow();
  start(101, root, 7000);
  vi.advanceTimersByTime(10);
  expect(found).toEqual([]);
  vi.advanceTimersByTime(10);
  expect(found).toEqual([[101, root]]);
  expect(probes).toEqual([]);
  expect(targets[0]).toMatchObject({
    pid: 101,
    startTicks: processes.get(101)!.stat.startTicks,
    stackStart: 7000,
    cwd: '/of/101',
  });
  expect(targets[0]!.command).toEqual(['command', '101']);
  follower.stop();
});

test('a copy that runs another program in time is searched as what it is then', () => {
  const follower = follow();
  start(101, root, 7000);
  vi.advanceTimersByTime(10);
  replace(101, 8000, null);
  vi.advanceTimersByTime(490);
  expect(found).toEqual([]);
  expect(probes.length).toBeGreaterThan(0);
  follower.stop();
});

test('what is no Python is searched again after 10, 20, 40 ms …, and not after three seconds', () => {
  const follower = follow();
  start(101, root, 8000, null);
  vi.advanceTimersByTime(60_000);
  const times = probes.map(([, ms]) => ms);
  expect(times.slice(0, 4)).toEqual([10, 20, 40, 80]);
  expect(times).toHaveLength(10);
  expect(times.at(-1)).toBeGreaterThan(3000);
  expect(times.at(-1)).toBeLessThan(6000);
  // The recorder cannot lose what it never had.
  follower.lost(101);
  vi.advanceTimersByTime(1000);
  expect(probes).toHaveLength(10);
  follower.stop();
});

test('until it runs another program', () => {
  const follower = follow();
  start(101, root, 8000, null);
  vi.advanceTimersByTime(60_000);
  replace(101, 9000, 'python');
  vi.advanceTimersByTime(510);
  expect(found).toEqual([[101, root]]);
  follower.stop();
});

test('each reason for which Pythons cannot be recorded is told once, and they are not searched again', () => {
  const follower = follow();
  start(101, root, 8000, 'refused');
  start(102, root, 8100, 'refused');
  vi.advanceTimersByTime(10_000);
  expect(refused).toEqual(['process 101 may not be read']);
  expect(probes.map(([pid]) => pid)).toEqual([101, 102]);
  expect(failures).toEqual([]);
  follower.stop();
});

test('a process that the recorder lost is searched anew, later each time, and is no copy any more', () => {
  const follower = follow();
  start(101, root, 7000);
  vi.advanceTimersByTime(20);
  const again: number[] = [];
  for (let i = 0; i < 4; i++) {
    const lostMs = performance.now() - startMs;
    follower.lost(101);
    probes.length = 0;
    vi.advanceTimersByTime(500);
    expect(found).toHaveLength(2 + i);
    again.push(probes[0]![1] - lostMs);
  }
  expect(again).toEqual([20, 40, 80, 160]);
  follower.lost(4711);
  vi.advanceTimersByTime(500);
  expect(found).toHaveLength(5);
  follower.stop();
});

test('a pid that another process has now is that process', () => {
  const follower = follow();
  start(101, root, 8000);
  vi.advanceTimersByTime(10);
  // Ids begin anew at the limit; the end of the first one was not noticed.
  newestId = 4_194_303;
  vi.advanceTimersByTime(10);
  start(101, root, 8100);
  vi.advanceTimersByTime(10);
  expect(targets.map(({ pid, stackStart }) => [pid, stackStart])).toEqual([
    [101, 8000],
    [101, 8100],
  ]);
  newestId = 4_194_303;
  vi.advanceTimersByTime(10);
  start(101, root, 8200, null);
  vi.advanceTimersByTime(10);
  start(102, 101, 8300);
  vi.advanceTimersByTime(10);
  expect(found.at(-1)).toEqual([102, root]);
  follower.stop();
});

test('it is over when the last process has ended', () => {
  follow();
  start(101, root, 8000);
  vi.advanceTimersByTime(10);
  processes.delete(root);
  vi.advanceTimersByTime(1000);
  expect(over).toBe(0);
  processes.delete(101);
  vi.advanceTimersByTime(500);
  expect([over, vi.getTimerCount()]).toEqual([1, 0]);
});

test('an error that is no refusal ends it, and is told', () => {
  follow();
  start(101, root, 8000, 'fault');
  vi.advanceTimersByTime(10);
  expect(failures).toEqual([new Error('out of memory')]);
  expect([refused, vi.getTimerCount()]).toEqual([[], 0]);
});

test('once it is stopped nothing joins', () => {
  follow().stop();
  start(101, root, 8000);
  vi.advanceTimersByTime(1000);
  expect(found).toEqual([]);
});
