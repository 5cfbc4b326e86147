/** Small files that stand for much: refused by name before memory or minutes go. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { Packr } from 'msgpackr';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TraceReader } from '../../src/format/reading/reader.js';
import { verifyTrace } from '../../src/format/verify/verify.js';
import { runCli } from '../commands/run-cli.js';
import { TraceBuilder } from './trace-builder.js';

let directory: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(process.env.PYSPY_KEEP_BOMBS ?? tmpdir(), 'pyspy-bombs-'));
});
afterAll(() => {
  if (process.env.PYSPY_KEEP_BOMBS === undefined) rmSync(directory, { recursive: true, force: true });
});
beforeEach((context) => {
  path = join(directory, `${context.task.name.replaceAll(/\W+/g, '-')}.trace`);
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  trace.tick(10e6, [{ thread, stack }]);
  trace.end(3_000e9);
});

/** Changes the trace with what `work` does, in one transaction. */
function change(work: (db: Database.Database) => void): void {
  const db = new Database(path);
  db.pragma('foreign_keys = OFF');
  db.transaction(() => work(db))();
  db.close();
}

/** A batch of `ticks` ticks, each with a sample of `threads` threads, in a few hundred bytes. */
function bomb(ticks: number, threads: number): Buffer {
  const of = <T>(value: T): T[] => new Array<T>(threads).fill(value);
  const map = {
    unit: 1_000,
    period: 2,
    weight: 1,
    cpu_unit: 1,
    lost: [],
    thread: of(1),
    from: of(0),
    ticks: new Array<number>(ticks).fill(0),
    runs: of([ticks]),
    stacks: [1],
    stack: [[0], ...of([1]).slice(1)],
    status: of([0]),
    cpu: of([]),
  };
  return deflateRawSync(new Packr({ useRecords: false }).pack(map));
}

function addBatches(count: number, ticks: number, threads: number, samples = ticks * threads): void {
  const data = bomb(ticks, threads);
  change((db) => {
    const insert = db.prepare(
      `INSERT INTO batch (recording_id, first_ns, last_ns, ticks, samples, missed, torn, failed, truncated, encoding, data)
       VALUES (1, ?, ?, ?, ?, 0, 0, 0, 0, 1, ?)`,
    );
    for (let at = 1; at <= count; at++)
      insert.run(at * 9e9, at * 9e9 + (ticks - 1) * 2_000, ticks, samples, data);
  });
}

const readAll = () => {
  const reader = TraceReader.open(path);
  try {
    for (const _ of reader.batches(0, 1e18));
  } finally {
    reader.close();
  }
};

test('billions of samples', async () => {
  addBatches(100, 1_000_000, 4);
  expect(statSync(path).size).toBeLessThan(800_000);
  expect(readAll).toThrow(/has not the bytes for the 400000001 samples that it announces/);
  for (const command of ['top', 'flame', 'dump', 'export', 'pack', 'diff']) {
    const more: Record<string, string[]> = {
      flame: ['-o', '-'],
      dump: ['--at', '100s'],
      export: ['-f', 'folded'],
      pack: ['-o', `${path}.packed`],
      diff: [path],
    };
    const outcome = await runCli(command, path, ...(more[command] ?? []));
    expect(outcome, command).toMatchObject({ status: 6, stderr: expect.stringMatching(/has not the bytes/) });
  }
});

test('billions of samples that the rows do not tell of', async () => {
  addBatches(100, 1_000_000, 4, 5);
  expect(readAll).toThrow(/batch 2 of .* is damaged: its row says 5 samples, and its data has 4000000/);
  const { problems } = await verifyTrace(path, () => {});
  expect(problems.map(({ what }) => what).join('\n')).toMatch(
    /more samples than a file of this size can have/,
  );
}, 120_000);

test('more samples than a batch has', () => {
  addBatches(1, 4_000_000, 10);
  expect(readAll).toThrow(/it has more than 5000000 samples/);
});
