/** What is remembered of processes that were followed: a recording can meet a hundred thousand of them. */
import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { BatchBuilder } from '../../../src/record/batch/batch-builder.js';
import { Interner } from '../../../src/record/code/interner.js';
import type { Outbox } from '../../../src/record/sampling/outbox.js';
import { SamplerSet } from '../../../src/record/sampling/sampler-set.js';
import type { Target } from '../../../src/record/target/target.js';
import { loadSaved } from '../../support/saved-process.js';

test('a process that comes back has its row, as long as it was not long ago', () => {
  const rows: { pid: number; parent: number | null }[] = [];
  const outbox = {
    addProcess: (row: { pid: number; parent: number | null }) => rows.push(row),
    collect: () => {},
  };
  const batch = new BatchBuilder({ periodNs: 1e7, draws: true });
  const samplers = new SamplerSet(currentPlatform(), new Interner(), outbox as unknown as Outbox, 1e7);
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
});
