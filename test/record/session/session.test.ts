/** What the main thread does with what the recorder's thread sends: the file, its end, and what is told of either. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { BatchBuilder } from '../../../src/record/batch/batch-builder.js';
import type { GatheredSegment } from '../../../src/record/batch/gathered-batch.js';
import {
  control,
  gauges,
  stopReasons,
  type WorkerInit,
  type WorkerMessage,
} from '../../../src/record/sampling/thread-messages.js';
import { Session } from '../../../src/record/session/session.js';
import type { SessionOptions } from '../../../src/record/session/session-options.js';
import type { Target } from '../../../src/record/target/target.js';
import { atEnd } from '../../support/scope.js';

/** Further than any pid of Linux goes: there is no such process. */
const nobody = 2 ** 30;
const target = { pid: nobody, command: ['python', 'a.py'] } as unknown as Target;

/** The recorder's thread, as the session sees it: what comes from it is said by the test. */
class RecorderDouble extends EventEmitter {
  readonly received: unknown[] = [];

  postMessage(message: unknown): void {
    this.received.push(message);
  }

  say(message: WorkerMessage): void {
    this.emit('message', message);
  }

  start(): void {
    const monotonicNs = process.hrtime.bigint();
    this.say({
      kind: 'started',
      target,
      monotonicNs,
      utcNs: 1n,
      scheduling: 'real-time',
      sampler: { kind: 'memory', refusal: null },
    });
  }

  get init(): WorkerInit {
    return this.received[0] as WorkerInit;
  }

  get flags(): Int32Array {
    return new Int32Array(this.init.control);
  }

  get stop(): number {
    return this.flags[control.stop]!;
  }

  end(reason: 'duration' | 'stopped' | 'target-exited', endedNs: number): void {
    this.say({ kind: 'end', reason, endedNs, scheduling: 'normal' });
    this.emit('exit', 0);
  }
}

function setUp(options: Partial<SessionOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-session-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'run.trace');
  const worker = new RecorderDouble();
  let stored = 0;
  const session = new Session({
    worker: worker as unknown as Worker,
    program: { target, root: nobody },
    follows: false,
    refused: () => {},
    stored: () => stored++,
    path: () => path,
    force: false,
    rateHz: 100,
    durationNs: 5e9,
    realtime: false,
    native: false,
    limits: { keepNs: null, maxBytes: null },
    recorder: 'pyspy test',
    recorderCommand: ['pyspy', 'record'],
    ...options,
  });
  return { session, worker, path, stored: () => stored };
}

const noRows = {
  ...{ batch: null, strings: [], functions: [], frames: [], stacks: [], processes: [] },
  ...{ threads: [], threadNames: [], gaps: [], failures: [] },
} satisfies GatheredSegment;

/** A segment with one thread's samples at these times. */
function segment(...timesNs: number[]): GatheredSegment {
  const batch = new BatchBuilder({ periodNs: 1e7, draws: true });
  for (const atNs of timesNs) {
    batch.tick(atNs, 1e7, 0);
    batch.sample(1, 0, 0, 0);
  }
  return { ...noRows, batch: batch.close() };
}

function read<T>(path: string, ask: (reader: TraceReader) => T): T {
  const reader = TraceReader.open(path);
  try {
    return ask(reader);
  } finally {
    reader.close();
  }
}

const endOf = (path: string) => read(path, ({ recordings }) => recordings[0]!.end);

test('what the thread sends is in the file, and the session says how it went', async () => {
  const { session, worker, path, stored } = setUp();
  expect(worker.init).toMatchObject({
    target,
    follows: false,
    rateHz: 100,
    durationNs: 5e9,
    realtime: false,
  });
  expect(existsSync(path)).toBe(false);
  worker.start();
  await expect(session.found).resolves.toBe(target);
  worker.flags[control.pending] = 2;
  worker.say({ kind: 'segment', segment: segment(1e7, 2e7, 3e7) });
  worker.say({
    kind: 'segment',
    segment: { ...segment(4e7), gaps: [{ fromNs: 1, toNs: 2, reason: 'late' }] },
  });
  expect([worker.flags[control.pending], stored()]).toEqual([0, 2]);
  new Float64Array(worker.init.gauges)[gauges.samples] = 4;
  worker.end('duration', 5e9);
  const result = await session.finished;
  expect(result).toMatchObject({
    path,
    samples: 4,
    elapsedNs: 5e9,
    reason: 'duration',
    scheduling: 'normal',
  });
  expect(result.fileBytes).toBeGreaterThan(0);
  const kept = read(path, (reader) => ({
    ticks: [...reader.batches(0, Number.MAX_SAFE_INTEGER)].flatMap(({ batch }) => [...batch.tickNs]),
    gaps: reader.gaps(0, 10).map(({ reason }) => reason),
    recorder: reader.recordings[0]!.recorder,
  }));
  expect(kept).toEqual({ ticks: [1e7, 2e7, 3e7, 4e7], gaps: ['late'], recorder: 'pyspy test' });
  expect(endOf(path)).toMatchObject({ endedNs: 5e9, reason: 'duration', commandStatus: null });
});

test('the first reason to stop is the one that counts', async () => {
  const { session, worker, path } = setUp();
  worker.start();
  expect(worker.stop).toBe(stopReasons.none);
  Atomics.store(worker.flags, control.stop, stopReasons.allExited);
  session.stop();
  expect(worker.stop).toBe(stopReasons.allExited);
  Atomics.store(worker.flags, control.stop, stopReasons.none);
  session.stop();
  expect(worker.stop).toBe(stopReasons.stopped);
  worker.end('stopped', 2e9);
  expect(await session.finished).toMatchObject({ reason: 'interrupted', elapsedNs: 2e9 });
  expect(endOf(path)).toMatchObject({ reason: 'interrupted' });
});

test('a command that was no Python is refused in words, and leaves no file', async () => {
  const { session, worker, path } = setUp({ program: null });
  session.search({ pid: nobody, command: 'make' });
  expect([worker.init.target, worker.flags[control.root]]).toEqual([null, nobody]);
  session.endSearch(0);
  expect(worker.flags[control.searchOver]).toBe(1);
  const facts = { wasSeen: true, wasStarting: false, longestPauseNs: 0 };
  worker.say({ kind: 'unfound', refusal: null, facts });
  worker.emit('exit', 0);
  await expect(session.finished).rejects.toMatchObject({
    kind: 'target',
    message: 'make ended without having been a Python that could be read',
  });
  await expect(session.found).rejects.toMatchObject({ kind: 'target' });
  expect(existsSync(path)).toBe(false);
});

test('why a Python cannot be recorded is said as the thread says it', async () => {
  const { session, worker } = setUp({ program: null });
  session.search({ pid: nobody, command: 'python' });
  const refusal = { message: 'process 7 may not be read', hint: 'Be root.' };
  worker.say({ kind: 'unfound', refusal, facts: { wasSeen: true, wasStarting: true, longestPauseNs: 0 } });
  worker.emit('exit', 0);
  await expect(session.found).rejects.toMatchObject({ kind: 'target', ...refusal });
});

test("the command's status is in the file, also where it ends after its Python", async () => {
  const { session, worker, path } = setUp({ program: null });
  session.search({ pid: nobody, command: 'python' });
  worker.start();
  worker.end('target-exited', 1e9);
  await new Promise((resolve) => setImmediate(resolve));
  expect(endOf(path)).toBeNull();
  session.endSearch(3);
  expect(await session.finished).toMatchObject({ reason: 'target-exited' });
  expect(endOf(path)).toMatchObject({ reason: 'target-exited', commandStatus: 3 });
});

test('a thread that fails ends the recording; what was stored before is kept', async () => {
  const { session, worker, path } = setUp();
  worker.start();
  worker.say({ kind: 'segment', segment: segment(1e7) });
  worker.emit('error', new Error('no such page'));
  expect(worker.stop).toBe(stopReasons.stopped);
  worker.emit('exit', 1);
  await expect(session.finished).rejects.toMatchObject({
    kind: 'internal',
    message: 'the recorder failed: no such page',
  });
  expect(endOf(path)).toMatchObject({ reason: 'recorder-failed' });
  expect(read(path, (reader) => [...reader.batches(0, 1e9)].length)).toBe(1);
});

test('a file that cannot be made stops the thread, and nothing more is stored', async () => {
  const { session, worker, path, stored } = setUp();
  writeFileSync(path, 'mine');
  worker.start();
  expect(worker.stop).toBe(stopReasons.stopped);
  worker.flags[control.pending] = 1;
  worker.say({ kind: 'segment', segment: segment(1e7) });
  expect([worker.flags[control.pending], stored()]).toEqual([0, 0]);
  worker.end('stopped', 1e9);
  await expect(session.finished).rejects.toMatchObject({ message: expect.stringContaining(path) });
});

test('a file that is lost under way ends the recording as a fault of the output', async () => {
  const { session, worker, path } = setUp();
  worker.start();
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  worker.say({ kind: 'segment', segment: segment(1e7) });
  expect(worker.stop).toBe(stopReasons.stopped);
  worker.end('stopped', 1e9);
  await expect(session.finished).rejects.toMatchObject({ kind: 'output' });
});

test('moments have names while it records, and not before or after', async () => {
  const { session, worker, path } = setUp();
  expect(session.mark(null)).toBeNull();
  worker.start();
  new Float64Array(worker.init.gauges)[gauges.elapsedNs] = 3600e9;
  expect(session.mark(null)).toEqual({ name: 'mark-1', atNs: 3600e9 });
  expect(session.mark('warm')).toEqual({ name: 'warm', atNs: 3600e9 });
  worker.say({ kind: 'end', reason: 'duration', endedNs: 3601e9, scheduling: 'normal' });
  expect(session.mark(null)).toBeNull();
  worker.emit('exit', 0);
  await session.finished;
  expect(read(path, (reader) => reader.marks().map(({ name }) => name))).toEqual(['mark-1', 'warm']);
});

test('with its descendants, a recording is over when none of them is left', async () => {
  const { session, worker } = setUp({ follows: true });
  expect(worker.init.follows).toBe(true);
  worker.start();
  expect(worker.stop).toBe(stopReasons.allExited);
  worker.end('target-exited', 1e9);
  expect(await session.finished).toMatchObject({ reason: 'target-exited' });
});

test('a child of its own is no part of the program', async () => {
  const { session, worker } = setUp();
  session.disregard(123);
  expect(worker.flags[control.helper]).toBe(123);
  worker.emit('exit', 0);
  await session.finished;
});
