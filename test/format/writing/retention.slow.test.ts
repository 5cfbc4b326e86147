/** Recordings that are left on: what is deleted is gone with all that nobody needs any more, and nothing else is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareInserts } from '../../../src/format/database/row-inserts.js';
import { fileStat } from '../../../src/format/files/file-stat.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { findStack } from '../../../src/format/reading/stack-forest.js';
import { verifyTrace } from '../../../src/format/verify/verify.js';
import { KeptRows } from '../../../src/format/writing/kept-rows.js';
import { describeTrace } from '../../../src/replay/answers/info.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { createRandom } from '../random.js';
import { type Code, TraceBuilder } from '../trace-builder.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-retention-'));
  path = join(directory, 'run.trace');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const main: Code = { name: 'main', file: 'app.py', firstLine: 1 };
/** A function that exists for ten seconds, and again half an hour later. */
const passing = (second: number): Code => {
  const number = Math.floor(second / 10) % 180;
  return { name: `task_${number}`, file: `tasks/${number}.py`, firstLine: 3 };
};

/** A main thread that always runs, and every ten seconds a new thread that runs something else. */
function record(trace: TraceBuilder, seconds: number, each?: (second: number) => void): void {
  const process = trace.process();
  const first = trace.thread(process, 'MainThread');
  let worker = 0;
  for (let second = 0; second < seconds; second++) {
    if (second % 10 === 0) {
      worker = trace.thread(process, `worker ${second}`, { firstNs: second * 1e9 });
      trace.rename(first, second * 1e9, `main at ${second}`);
    }
    for (let tick = 0; tick < 20; tick++)
      trace.tick(second * 1e9 + tick * 50e6, [
        { thread: first, stack: trace.stack([main, 3]), cpuNs: 50e6 },
        { thread: worker, stack: trace.stack([main, 4], [passing(second), 5 + (tick % 3)]), status: 0 },
      ]);
    each?.(second);
  }
}

function read<T>(action: (reader: TraceReader) => T): T {
  const reader = TraceReader.open(path);
  try {
    return action(reader);
  } finally {
    reader.close();
  }
}

/** Everything that the samples refer to, read and counted: throws where something is missing. */
function readAll(reader: TraceReader) {
  const functions = new Set<string>();
  const threads = new Set<string>();
  let samples = 0;
  let first = Infinity;
  for (const { batch } of reader.batches(0, 1e18))
    for (const { thread, runStack, runLength } of batch.threads) {
      first = Math.min(first, batch.tickNs[0]!);
      threads.add(reader.thread(thread).names.at(-1)!.name);
      samples += runLength.reduce((sum, length) => sum + length, 0);
      const forest = reader.forest(runStack);
      for (const id of runStack)
        for (let node = findStack(forest, id); node >= 0; node = forest.parents[node]!)
          functions.add(forest.frames[forest.frameOf[node]!]!.function.name);
    }
  expect(samples).toBe(reader.counts().samples);
  return { functions, threads, firstS: first / 1e9 };
}

const bytes = () => (fileStat(path)?.size ?? 0) + (fileStat(`${path}-wal`)?.size ?? 0);

describe('--keep', () => {
  test('holds the last minute, and little more', () => {
    const trace = new TraceBuilder(path, { rateHz: 20 }, { keepNs: 60e9, maxBytes: null });
    const sizes: number[] = [];
    record(trace, 1_900, (second) => {
      if (second % 100 === 99) sizes.push(fileStat(path)!.size);
      if (second % 230 === 229) read(readAll);
    });
    trace.end(1_900e9);
    read((reader) => {
      const { functions, threads, firstS } = readAll(reader);
      expect(firstS).toBeGreaterThan(1_800);
      expect(firstS).toBeLessThanOrEqual(1_840);
      // Half an hour later the first functions are back, under the numbers that they had.
      expect([...functions]).toEqual(expect.arrayContaining(['main', 'task_9', 'task_5']));
      expect(threads.has('worker 1890')).toBe(true);
      expect(reader.threads().length).toBeLessThan(15);
      expect(reader.thread(1).names.length).toBeLessThan(15);
      const info = describeTrace(reader);
      expect(info).toMatchObject({ state: 'complete', duration_s: 1_900 });
      expect(info.kept_from_s).toBeGreaterThan(1_800);
      expect(info.kept_from_s).toBeLessThanOrEqual(firstS);
      expect(info.achieved_hz).toBeCloseTo(20, 0);
      const half = resolveWindow(reader, '50%', undefined);
      expect(half.fromNs / 1e9).toBeCloseTo((info.kept_from_s + 1_900) / 2, 3);
      expect(resolveWindow(reader, undefined, undefined).fromNs).toBe(reader.keptFromNs());
      expect(() => resolveWindow(reader, '5s', '10s')).toThrow(/keeps what was from 18\d\d/);
    });
    // Flat: what becomes free is used again.
    expect(Math.max(...sizes.slice(9))).toBeLessThan(Math.max(...sizes.slice(0, 9)) * 1.2);
  });

  test('brings a thread back, with its name, that had no sample for longer than is kept', () => {
    const trace = new TraceBuilder(path, { rateHz: 20 }, { keepNs: 10e9, maxBytes: null });
    const process = trace.process();
    const first = trace.thread(process, 'MainThread');
    const guest = trace.thread(process, 'guest');
    for (let tick = 1; tick < 2_000; tick++) {
      const sample = { stack: trace.stack([main, 3]), cpuNs: 50e6 };
      const isThere = tick < 20 || tick >= 1_960;
      trace.tick(
        tick * 50e6,
        (isThere ? [first, guest] : [first]).map((thread) => ({ thread, ...sample })),
      );
    }
    trace.end();
    expect([...read(readAll).threads].sort()).toEqual(['MainThread', 'guest']);
  });

  test('deletes nothing under a reader', () => {
    const trace = new TraceBuilder(path, { rateHz: 20 }, { keepNs: 10e9, maxBytes: null });
    let open: TraceReader | undefined;
    let before: ReturnType<typeof readAll> | undefined;
    record(trace, 300, (second) => {
      if (second !== 50) return;
      open = TraceReader.open(path);
      before = readAll(open);
    });
    expect(readAll(open!)).toEqual(before);
    open!.close();
    trace.end();
    expect(read(readAll).firstS).toBeGreaterThan(260);
  });
});

/** A parent that always runs, and children that live for a second each, one after another. @returns ids of the children */
function recordChildren(trace: TraceBuilder, children: number): number[] {
  const root = trace.process();
  const server = trace.process({ parent: root });
  const first = trace.thread(root, 'MainThread');
  const stack = trace.stack([main, 3]);
  return Array.from({ length: children }, (_, at) => {
    const firstNs = at * 1e9;
    const command = ['python3', 'job.py', `${'x'.repeat(500)}${at}`];
    const child = trace.process({ parent: server, firstNs, command });
    const thread = trace.thread(child, 'MainThread', { firstNs });
    for (let tick = 0; tick < 4; tick++)
      trace.tick(firstNs + tick * 250e6, [
        { thread: first, stack },
        { thread, stack },
      ]);
    trace.endProcess(child);
    return child;
  });
}

describe('a server that starts a child for each request', () => {
  test('goes on in a window of time: processes that are gone from it are gone from the file', async () => {
    const trace = new TraceBuilder(path, { rateHz: 4 }, { keepNs: 60e9, maxBytes: null });
    const children = recordChildren(trace, 2_000);
    trace.end();
    const { threads, processes } = read((reader) => {
      readAll(reader);
      return { threads: reader.threads().length, processes: reader.processes() };
    });
    expect(threads).toBeLessThan(130);
    const left = processes.map(({ id }) => id);
    // The first, by which the trace is called, and the parent of those that are left.
    expect(left.slice(0, 2)).toEqual([1, 2]);
    expect(left.slice(2)).toEqual(children.slice(2 - left.length));
    expect(left.length).toBeGreaterThan(60);
    expect(left.length).toBeLessThan(130);
    expect((await verifyTrace(path, () => {})).problems).toEqual([]);
  });

  test('goes on in a file of limited size', () => {
    const maxBytes = 300_000;
    const trace = new TraceBuilder(path, { rateHz: 4 }, { keepNs: null, maxBytes });
    recordChildren(trace, 2_000);
    trace.end();
    expect(bytes()).toBeLessThanOrEqual(maxBytes);
    expect(read((reader) => reader.processes().length)).toBeGreaterThan(100);
  });

  test('brings back one that was not over, with the parent that its row names', () => {
    const trace = new TraceBuilder(path, { rateHz: 4 }, { keepNs: 10e9, maxBytes: null });
    const [root, parent] = [trace.process(), trace.process()];
    const child = trace.process({ parent });
    const [first, guest] = [trace.thread(root, 'MainThread'), trace.thread(child, 'guest')];
    const stack = trace.stack([main, 3]);
    for (let tick = 1; tick < 400; tick++) {
      const isThere = tick < 20 || tick > 380;
      trace.tick(
        tick * 250e6,
        (isThere ? [first, guest] : [first]).map((thread) => ({ thread, stack })),
      );
      if (tick !== 300) continue;
      trace.flush();
      expect(read((reader) => reader.processes().map(({ id }) => id))).toEqual([root]);
    }
    trace.end();
    expect([...read(readAll).threads].sort()).toEqual(['MainThread', 'guest']);
    expect(read((reader) => reader.processes().map(({ id }) => id))).toEqual([root, parent, child]);
  });

  test('is not remembered by the recorder for ever', () => {
    new TraceBuilder(path).writer.abandon();
    const db = new Database(path);
    const rows = new KeptRows(db, prepareInserts(db, 1));
    const none = { batch: null, strings: [], functions: [], frames: [], stacks: [], gaps: [], failures: [] };
    const process = {
      ...{ recording: 1, pid: 1, startTicks: 1, command: [], executable: '', cwd: '' },
      ...{ pythonVersion: '3.12.1', pythonBuild: '' },
    };
    let most = 0;
    for (let id = 1; id <= 50_000; id++) {
      const firstNs = id * 1e6;
      rows.add(
        {
          ...none,
          processes: [{ ...process, id, parent: id === 1 ? null : 1, firstNs }],
          threads: [{ id, process: id, pythonId: 1n, osId: id, firstNs }],
          threadNames: [],
          over: id === 1 ? [] : [id],
        },
        null,
      );
      if (id % 500 !== 0) continue;
      rows.sweep(firstNs - 1e9);
      most = Math.max(most, rows.remembered.threads, rows.remembered.processes);
    }
    db.close();
    expect(most).toBeLessThan(1_600);
    expect(most).toBeGreaterThan(900);
  });
});

describe('--max-size', () => {
  test('is never exceeded, log included', () => {
    const maxBytes = 300_000;
    const random = createRandom(7);
    const trace = new TraceBuilder(path, { rateHz: 1_000 }, { keepNs: null, maxBytes });
    const thread = trace.thread(trace.process(), 'MainThread');
    const stacks: number[] = [];
    let largest = 0;
    for (let tick = 1; tick < 80_000; tick++) {
      const line = Math.floor(random() * 900);
      stacks[line] ??= trace.stack([main, 1 + (line % 50)], [passing(line), line]);
      const stack = stacks[line];
      trace.tick(tick * 1e6, [{ thread, stack, status: line % 4, cpuNs: random() * 1e6 }]);
      if (tick % 1_000 === 0) largest = Math.max(largest, bytes());
    }
    trace.end();
    expect(largest).toBeLessThanOrEqual(maxBytes);
    expect(bytes()).toBeGreaterThan(maxBytes / 3);
    read((reader) => {
      readAll(reader);
      expect(reader.keptFromNs()).toBeGreaterThan(1e9);
    });
  });

  test('keeps as much as before once a long reader has left', () => {
    const trace = new TraceBuilder(path, { rateHz: 20 }, { keepNs: null, maxBytes: 300_000 });
    const kept = (): number => read((reader) => reader.extentNs() - reader.keptFromNs()) / 1e9;
    let open: TraceReader | undefined;
    let before = 0;
    record(trace, 3_000, (second) => {
      if (second === 1_000) {
        before = kept();
        open = TraceReader.open(path);
      }
      if (second === 1_200) open!.close();
    });
    trace.end();
    expect(before).toBeGreaterThan(50);
    expect(kept()).toBeGreaterThan(before / 2);
  });

  test('that does not hold what is needed ends the recording, readable', () => {
    const trace = new TraceBuilder(path, { rateHz: 100 }, { keepNs: null, maxBytes: 100_000 });
    const thread = trace.thread(trace.process(), 'MainThread');
    const deep = Array.from({ length: 20_000 }, (_, at): [Code, number] => [main, at]);
    const run = () => {
      const stack = trace.stack(...deep);
      for (let tick = 1; tick < 3_000; tick++) trace.tick(tick * 1e7, [{ thread, stack }]);
    };
    expect(run).toThrow(/what it has to keep takes more than --max-size/);
    trace.writer.close({ endedNs: 1e9, reason: 'output-failed' });
    read(readAll);
  });
});
