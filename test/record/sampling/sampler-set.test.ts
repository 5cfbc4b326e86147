/** What is remembered of processes that were followed: a recording can meet a hundred thousand of them. */
import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { BatchBuilder } from '../../../src/record/batch/batch-builder.js';
import { Interner } from '../../../src/record/code/interner.js';
import type { Outbox } from '../../../src/record/sampling/outbox.js';
import { SamplerSet } from '../../../src/record/sampling/sampler-set.js';
import type { Target } from '../../../src/record/target/target.js';
import { loadSaved } from '../../support/saved-process.js';
import { atEnd } from '../../support/scope.js';

interface Kept {
  /** Ids of rows that are told to be over. */
  readonly over: number[];
  readonly rows: { pid: number; parent: number | null }[];
  readonly samplers: SamplerSet;
  readonly target: (pid: number) => Target;
  readonly batch: BatchBuilder;
}

function setUp(periodNs = 1e7): Kept {
  const rows: { pid: number; parent: number | null }[] = [];
  const over: number[] = [];
  const outbox = {
    addProcess: (row: { pid: number; parent: number | null }) => rows.push(row),
    collect: () => {},
    endProcess: (id: number) => over.push(id),
  };
  const batch = new BatchBuilder({ periodNs: 1e7, draws: true });
  const samplers = new SamplerSet(currentPlatform(), new Interner(), outbox as unknown as Outbox, {
    schedule: { periodNs },
    native: false,
    certainty: null,
  });
  const { layout, process: saved } = loadSaved('3.12');
  const variables = {
    codeVersions: null,
    currentThread: null,
    gilCondition: null,
    gilLock: null,
    collecting: null,
  };
  // None of them is there: nothing is read of a process before its first tick.
  const target = (pid: number): Target => ({
    ...{ pid: 2 ** 30 + pid, startTicks: pid, stackStart: 1, command: [], executable: '', cwd: '' },
    ...{
      pythonVersion: '3.12.1',
      pythonBuild: '',
      runtime: saved.runtime,
      variables,
      layout,
      namespaced: false,
      sleepsOnConditions: true,
    },
  });
  return { rows, over, samplers, target, batch };
}

test('a process that comes back has its row, as long as it was not long ago', () => {
  const { rows, over, samplers, target, batch } = setUp();
  const meet = (pid: number, parent: number | null = null): void =>
    samplers.drop(samplers.open(target(pid), parent === null ? null : 2 ** 30 + parent, 0), batch);
  const parent = samplers.open(target(0), null, 0);
  for (let pid = 1; pid <= 5000; pid++) {
    meet(pid);
    // Not readable for a moment, and there again.
    meet(pid);
    meet(Math.max(1, pid - 400));
  }
  expect(rows).toHaveLength(5001);
  // What is followed has its row, however many others came and went since.
  meet(5001, 0);
  expect(rows.at(-1)).toMatchObject({ parent: 1 });
  // One that went before the last thousand is not remembered any more.
  meet(1);
  expect(rows).toHaveLength(5003);
  const { seen } = samplers;
  // What replaces its program is another row, and no other process.
  samplers.drop(samplers.open({ ...target(1), stackStart: 2 }, null, 0), batch);
  expect([rows.length, samplers.seen]).toEqual([5004, seen]);
  meet(5002);
  expect([rows.length, samplers.seen]).toEqual([5005, seen + 1]);
  samplers.drop(parent, batch);
  // Each row but the last thousand is told to be over, once: no row of a batch to come refers to it.
  expect([over.length, new Set(over).size]).toEqual([rows.length - 1000, rows.length - 1000]);
  expect(over).not.toContain(1);
});

test('processes that wait are taken in a few at a time; those that have ended are not kept waiting', () => {
  // A tick in a second: four of them in each would never be done.
  const { rows, samplers, target } = setUp(1e9);
  const self = { pid: process.pid, startTicks: currentPlatform().readStat(process.pid)!.startTicks };
  const gone = Array.from({ length: 10_000 }, (_, at) => target(at));
  const there = Array.from({ length: 50 }, (_, at) => ({ ...target(at), ...self, stackStart: at }));
  const waiting = [...gone, ...there].map((one) => ({ target: one, parentPid: null }));
  const lost: number[] = [];
  const arrivals = { next: () => waiting.shift() ?? null, lost: (pid: number) => lost.push(pid) };
  samplers.welcome(arrivals, 0);
  atEnd(() => samplers.close());
  expect(waiting).toHaveLength(10);
  expect(samplers.all).toHaveLength(40);
  expect(rows.slice(0, 10_000).map(({ pid }) => pid)).toEqual(gone.map(({ pid }) => pid));
  expect(lost).toEqual(gone.map(({ pid }) => pid));
  samplers.welcome(arrivals, 1e9);
  expect([waiting.length, samplers.all.length, samplers.seen]).toEqual([0, 50, 10_001]);
});

test('where ticks are frequent, four at a time', () => {
  const { samplers, target } = setUp();
  const startTicks = currentPlatform().readStat(process.pid)!.startTicks;
  const waiting = Array.from({ length: 50 }, () => ({
    target: { ...target(1), pid: process.pid, startTicks },
    parentPid: null,
  }));
  samplers.welcome({ next: () => waiting.shift() ?? null, lost: () => {} }, 0);
  atEnd(() => samplers.close());
  expect([waiting.length, samplers.all.length]).toEqual([46, 4]);
});
