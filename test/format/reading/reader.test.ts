import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { findStack } from '../../../src/format/reading/stack-forest.js';
import { alterTrace } from '../alter-trace.js';
import { type Code, TraceBuilder } from '../trace-builder.js';

const work: Code = { name: 'work', qualname: 'Job.work', file: '/srv/job.py', firstLine: 3 };
const leaf: Code = { name: 'leaf', qualname: null, file: '/srv/job.py', firstLine: 9 };

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-reader-'));
  path = join(directory, 'run.trace');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function build(
  fill: (trace: TraceBuilder, thread: number) => void = (trace, thread) => fillSeconds(trace, thread, 3),
): void {
  const trace = new TraceBuilder(path);
  fill(trace, trace.thread(trace.process(), 'MainThread'));
  trace.end();
}

function fillSeconds(trace: TraceBuilder, thread: number, count: number): void {
  for (let tick = 1; tick <= count * 100; tick++)
    trace.tick(tick * 10e6, [{ thread, stack: trace.stack([work, 4], [leaf, 10 + (tick % 3)]) }]);
}

function fillMore(trace: TraceBuilder, thread: number, fromS: number, toS: number): void {
  for (let tick = fromS * 100; tick < toS * 100; tick++)
    trace.tick(tick * 10e6, [{ thread, stack: trace.stack([work, 4]) }]);
}

const alter = (...statements: string[]) => alterTrace(path, ...statements);

function read<T>(action: (reader: TraceReader) => T): T {
  const reader = TraceReader.open(path);
  try {
    return action(reader);
  } finally {
    reader.close();
  }
}

/** Reads everything that any command would. */
function readAll(reader: TraceReader): void {
  reader.state();
  reader.counts();
  reader.failures();
  reader.threads();
  reader.gaps(0, Number.MAX_SAFE_INTEGER);
  const stacks = new Set<number>();
  for (const { batch } of reader.batches(0, Number.MAX_SAFE_INTEGER))
    for (const samples of batch.threads) {
      reader.thread(samples.thread);
      for (const stack of samples.runStack) stacks.add(stack);
    }
  reader.forest(stacks);
}

/** A trace with its log, as a recorder that was killed leaves it: a copy, since this process holds locks on the files. */
function copyOfKilled(): string {
  const trace = new TraceBuilder(path);
  fillSeconds(trace, trace.thread(trace.process(), null), 2);
  trace.flush();
  const copy = join(directory, 'copy.trace');
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  trace.writer.abandon();
  return copy;
}

function expectRefusal(message: RegExp): void {
  let caught: unknown;
  try {
    read(readAll);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(PyspyError);
  expect(caught).toMatchObject({ kind: 'trace', message: expect.stringMatching(message) });
  expect((caught as PyspyError).hint).toBeTruthy();
}

describe('a good trace', () => {
  test('reads back what was written', () => {
    build();
    read((reader) => {
      expect(reader.formatVersion).toBe(2);
      expect(reader.state()).toBe('complete');
      expect(reader.counts()).toEqual({
        ticks: 300,
        samples: 300,
        missed: 0,
        torn: 0,
        failed: 0,
        truncated: 0,
      });
      expect(reader.recordings[0]).toMatchObject({
        startedMonotonicNs: 9_007_199_254_740_993n,
        startedUtcNs: 1_714_557_600_123_456_789n,
        end: { endedNs: 3e9, reason: 'target-exited' },
      });
      expect(reader.thread(1)).toMatchObject({
        pythonId: 140_000_000_000_001n,
        names: [{ name: 'MainThread' }],
      });
      const batches = [...reader.batches(0, 4e9)];
      // Three seconds, merged at the end.
      expect(batches.map((batch) => batch.samples)).toEqual([300]);
      const forest = reader.forest([4]);
      expect(
        forest.frames.map((frame) => [frame.function.name, frame.function.qualname, frame.line]),
      ).toEqual([
        ['work', 'Job.work', 4],
        ['leaf', null, 10],
      ]);
    });
  });

  test('gives the batches of a window, and no others', () => {
    build((trace, thread) => fillSeconds(trace, thread, 45));
    read((reader) => {
      const times = (from: number, to: number) =>
        [...reader.batches(from, to)].map((batch) => batch.firstNs / 1e9);
      expect(times(0, 1e12)).toEqual([0.01, 10.01, 20.01, 30.01, 40.01]);
      expect(times(18e9, 21e9)).toEqual([10.01, 20.01]);
      expect(times(10e9, 10.01e9)).toEqual([0.01]);
      expect(times(10e9 + 1, 10.01e9)).toEqual([]);
      expect(times(50e9, 60e9)).toEqual([]);
    });
  });

  test('pages through more batches than one query gives', () => {
    build((trace, thread) => {
      for (let tick = 1; tick <= 600; tick++) {
        trace.tick(tick * 11e9, [{ thread, stack: trace.stack([work, 4]) }]);
        trace.flush();
      }
    });
    read((reader) => expect([...reader.batches(0, 1e15)].map((batch) => batch.id)).toHaveLength(600));
  });

  test('follows stacks 50,000 frames deep', () => {
    const deep = Array.from({ length: 50_000 }, (_, at): [Code, number] => [work, 4 + (at % 2)]);
    build((trace, thread) => {
      trace.tick(10e6, [{ thread, stack: trace.stack(...deep) }]);
      trace.tick(20e6, [{ thread, stack: trace.stack(...deep.slice(0, 10)) }]);
    });
    read((reader) => {
      const forest = reader.forest([50_000]);
      let depth = 0;
      for (let node = findStack(forest, 50_000); node >= 0; node = forest.parents[node]!) depth++;
      expect(depth).toBe(50_000);
    });
  });

  test('gives the same stacks in bulk as one by one', () => {
    build((trace, thread) => {
      for (let tick = 1; tick <= 3_000; tick++)
        trace.tick(tick * 1e6, [{ thread, stack: trace.stack([work, tick % 50], [leaf, tick]) }]);
    });
    read((reader) => {
      const all = Array.from({ length: 3_000 }, (_, at) => at + 1);
      const bulk = reader.forest(all);
      const some = [7, 2_999, 1_500];
      const single = reader.forest(some);
      const lines = (forest: typeof bulk, id: number) => {
        const list = [];
        for (let node = findStack(forest, id); node >= 0; node = forest.parents[node]!)
          list.push(forest.frames[forest.frameOf[node]!]!.line);
        return list;
      };
      for (const id of some) expect(lines(single, id)).toEqual(lines(bulk, id));
      expect(reader.forest(all.slice(0, 2_500)).ids).toHaveLength(2_500);
    });
  });

  test('may have any name', () => {
    build();
    path = join(directory, 'blank at the end.trace ');
    copyFileSync(join(directory, 'run.trace'), path);
    read(readAll);
    path = join(directory, `${'x'.repeat(249)}.trace`.slice(0, 255));
    copyFileSync(join(directory, 'run.trace'), path);
    read((reader) => expect([reader.state(), reader.counts().samples]).toEqual(['complete', 300]));
  });

  test('with later additions is read, and they are named', () => {
    build();
    alter(
      "INSERT INTO feature VALUES ('gpu', 0, 'samples of the graphics card')",
      'CREATE TABLE gpu (gpu_id INTEGER PRIMARY KEY)',
      'ALTER TABLE batch ADD COLUMN gpu INTEGER',
    );
    read((reader) => {
      readAll(reader);
      expect(reader.unknownFeatures).toEqual(['gpu']);
    });
  });
});

describe('the state', () => {
  test('is "complete" after a proper end', () => {
    build();
    expect(read((reader) => reader.state())).toBe('complete');
    expect(readdirSync(directory)).toEqual(['run.trace']);
  });

  test('is "crashed" without one, on another host, when the file is old', () => {
    const trace = new TraceBuilder(path);
    fillSeconds(trace, trace.thread(trace.process(), null), 2);
    trace.crash();
    utimesSync(path, 1e9, 1e9);
    expect(read((reader) => reader.state())).toBe('crashed');
    // Reading leaves no log behind that was not there.
    expect(readdirSync(directory)).toEqual(['run.trace']);
  });

  test('is "recording" while the recorder lives, "crashed" once it was killed', async () => {
    const host = { ...hostOfThisMachine() };
    const recorder = spawn('sleep', ['60']);
    await new Promise((resolve) => recorder.once('spawn', resolve));
    const stat = readFileSync(`/proc/${recorder.pid}/stat`, 'utf8');
    const recorderStartTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const trace = new TraceBuilder(path, { host, recorderPid: recorder.pid!, recorderStartTicks });
    fillSeconds(trace, trace.thread(trace.process(), null), 2);
    trace.flush();
    const state = () => read((reader) => reader.state());
    expect(state()).toBe('recording');
    const gone = new Promise((resolve) => recorder.once('exit', resolve));
    recorder.kill('SIGKILL');
    await gone;
    trace.writer.abandon();
    utimesSync(path, 1e9, 1e9);
    expect(state()).toBe('crashed');
  });
});

function hostOfThisMachine() {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { name: 'here', system: 'Linux', release: '', machine: '', cpuModel: '', cpus: 1, bootId };
}

describe('a trace with a log beside it', () => {
  test('is read while it is written, each time as it was when it was opened', () => {
    const trace = new TraceBuilder(path);
    const thread = trace.thread(trace.process(), 'MainThread');
    const reader = () => read((open) => open.counts().samples);
    fillSeconds(trace, thread, 1);
    trace.flush();
    expect(reader()).toBe(100);
    const open = TraceReader.open(path);
    const late = trace.thread(trace.process({ pid: 77 }), 'late');
    trace.tick(1.5e9, [{ thread: late, stack: trace.stack([leaf, 77]) }]);
    trace.flush();
    // A reader that opened it before still sees one state: nothing is merged or deleted under a reader.
    expect(open.counts().samples).toBe(100);
    readAll(open);
    read((second) => {
      expect(second.counts().samples).toBe(101);
      expect(second.thread(late).process.pid).toBe(77);
      readAll(second);
    });
    fillMore(trace, thread, 2, 25);
    expect(open.counts().samples).toBe(100);
    expect([...open.batches(0, 1e12)].map(({ samples }) => samples)).toEqual([100]);
    read((third) => {
      readAll(third);
      const sizes = [...third.batches(0, 1e12)].map(({ samples }) => samples);
      expect(sizes.reduce((sum, samples) => sum + samples, 0)).toBe(third.counts().samples);
      expect(sizes.length).toBeLessThan(15);
    });
    trace.end();
    open.close();
    expect(read((ended) => ended.state())).toBe('complete');
  });

  test('is read when the recorder was killed and only copies are left', () => {
    const copy = copyOfKilled();
    path = copy;
    expect(read((reader) => reader.counts().samples)).toBe(200);
    expect(existsSync(`${copy}-wal`)).toBe(true);
    expect(existsSync(`${copy}-shm`)).toBe(false);
  });

  test('is read where shared memory cannot be made beside it, and the private copy is removed', () => {
    const copy = copyOfKilled();
    // What a folder without write permission does to anyone but root.
    mkdirSync(`${copy}-shm`);
    const before = new Set(readdirSync(tmpdir()));
    path = copy;
    const reader = TraceReader.open(path);
    expect(reader.counts().samples).toBe(200);
    expect(reader.path).toBe(copy);
    reader.close();
    expect(readdirSync(tmpdir()).filter((name) => /^pyspy-\w{6}$/.test(name) && !before.has(name))).toEqual(
      [],
    );
  });
});

describe('refuses, in one sentence with a hint,', () => {
  test('what is not there, a directory, an empty file, a pipe', () => {
    expectRefusal(/there is no such file/);
    mkdirSync(path);
    expectRefusal(/is a directory/);
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
    expectRefusal(/is empty/);
    rmSync(path);
    symlinkSync('/dev/null', path);
    expectRefusal(/not a regular file/);
  });

  test('what is no SQLite file', () => {
    for (const text of ['{"$schema": 1}', 'SQLite format 4\0', 'x'.repeat(10_000)]) {
      writeFileSync(path, text);
      expectRefusal(/is not a trace: it is no SQLite database/);
    }
  });

  test('a SQLite file of something else', () => {
    const db = new Database(path);
    db.exec('CREATE TABLE t (x)');
    db.close();
    expectRefusal(/is not a trace: it is a SQLite database of something else/);
  });

  test('a truncated one, wherever it was cut', () => {
    build();
    const whole = readFileSync(path);
    for (const length of [10, 99, 100, 511, 512, 4_096, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      expectRefusal(/is truncated: it has \d+ bytes/);
    }
  });

  test('a newer format, by its number', () => {
    build();
    alter('PRAGMA user_version = 3');
    expectRefusal(/has format version 3, and this pyspy reads versions up to 2/);
  });

  test('a required feature that it does not know, by its name', () => {
    build();
    alter("INSERT INTO feature VALUES ('zstd-batches', 1, '')");
    expectRefusal(/needs the feature "zstd-batches"/);
  });

  test.each<[string, string[], RegExp]>([
    [
      'a view in place of a table',
      ['DROP TABLE mark', 'CREATE VIEW mark AS SELECT 1'],
      /it holds the view "mark"/,
    ],
    [
      'a virtual table',
      ['DROP TABLE mark', 'CREATE VIRTUAL TABLE mark USING fts5(mark_id, recording_id, at_ns, name)'],
      /it holds the virtual table "mark"/,
    ],
    ['a missing table', ['DROP TABLE gap'], /has no table "gap"/],
    ['a missing column', ['ALTER TABLE gap DROP COLUMN reason'], /table "gap" has no plain column "reason"/],
    [
      'a computed column',
      [
        'DROP TABLE mark',
        'CREATE TABLE mark (mark_id INTEGER, recording_id INTEGER, at_ns INTEGER, name TEXT AS (hex(zeroblob(99999))))',
      ],
      /table "mark" has a column that is computed/,
    ],
    ['no recording', ['DELETE FROM recording'], /holds no recording/],
    [
      'a command that is no list',
      ["UPDATE process SET command = 'rm'"],
      /process\.command is not a JSON array of strings/,
    ],
    ['a thread of no process', ['UPDATE thread SET process_id = 99'], /process 99/],
    ['samples of no thread', ['DELETE FROM thread'], /samples of thread 1/],
    ['a stack that calls itself', ['UPDATE stack SET parent_id = stack_id'], /says that \d+ is its caller/],
    [
      'stacks that call each other',
      ['UPDATE stack SET parent_id = 4 WHERE stack_id = 1'],
      /says that 4 is its caller/,
    ],
    [
      'a stack with a missing caller',
      ['UPDATE stack SET parent_id = -5 WHERE stack_id = 3'],
      /stack\.parent_id is not/,
    ],
    ['a missing stack', ['DELETE FROM stack WHERE stack_id = 1'], /stack 1 is not there/],
    ['a missing frame', ['DELETE FROM frame WHERE frame_id = 2'], /frame 2 is not there/],
    ['a missing function', ['DELETE FROM function WHERE function_id = 2'], /function 2 is not there/],
    ['a missing string', ['DELETE FROM string WHERE string_id = 2'], /string 2 is not there/],
    [
      'a string that is too long',
      ["UPDATE string SET text = printf('%.*c', 2000000, 'x') WHERE string_id = 2"],
      /string\.text is not text of at most/,
    ],
    [
      'a batch that is too long',
      ['UPDATE batch SET first_ns = 0', 'UPDATE batch SET last_ns = 20000000000 WHERE batch_id = 1'],
      /batch 1 is from 0 to/,
    ],
    [
      'a batch with ticks after its end',
      ['UPDATE batch SET last_ns = first_ns WHERE batch_id = 1'],
      /batch 1 has ticks after its end/,
    ],
    ['an encoding of the future', ['UPDATE batch SET encoding = 7'], /is damaged: it is encoded in way 7/],
    ['a batch of nothing', ["UPDATE batch SET data = x'' WHERE batch_id = 1"], /batch 1 of .* is damaged/],
    [
      'times beyond reason',
      ['UPDATE thread_name SET since_ns = 9223372036854775807'],
      /thread_name\.since_ns is not/,
    ],
  ])('%s', (_, statements, message) => {
    build();
    alter(...statements);
    expectRefusal(message);
  });

  test('a page that was altered', () => {
    build();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 512 * 3, bytes.length - 512);
    writeFileSync(path, bytes);
    expectRefusal(/is damaged: /);
  });

  test('a file that goes on after its end no more than SQLite does', () => {
    build();
    appendFileSync(path, 'x'.repeat(5_000));
    read(readAll);
    truncateSync(path, 512);
    expectRefusal(/truncated/);
  });
});

test('a recording without a schedule, as fast as it can, is read back as it was', () => {
  const trace = new TraceBuilder(path, { rateHz: 0 });
  const thread = trace.thread(trace.process(), 'MainThread');
  const moments = Array.from({ length: 30_000 }, (_, i) => 1e6 + i * 7_300 + (i % 7) * 100);
  for (const at of moments) trace.tick(at, [{ thread, stack: trace.stack([work, 4]), cpuNs: 7_000 }]);
  trace.end();
  const reader = TraceReader.open(path);
  const read = [...reader.batches(0, 1e18)].flatMap(({ batch }) => [...batch.tickNs]);
  reader.close();
  expect(read.length).toBe(moments.length);
  expect(Math.max(...read.map((at, i) => Math.abs(at - moments[i]!)))).toBeLessThanOrEqual(100);
});
