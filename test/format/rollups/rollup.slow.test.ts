/** Sums that a trace has must give the answers that its samples give, to the last digit, or not be used. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { packRollup, unpackRollup } from '../../../src/format/rollups/rollup.js';
import { verifyTrace } from '../../../src/format/verify/verify.js';
import { status } from '../../../src/format/vocabulary.js';
import { writeRollups } from '../../../src/format/writing/rollup-writer.js';
import { summarize } from '../../../src/replay/answers/top.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { buildFlameTree } from '../../../src/replay/trees/flame-tree.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { runCli } from '../../commands/run-cli.js';
import { TraceBuilder } from '../trace-builder.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-rollup-'));
  path = join(directory, 'run.trace');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const filters: FilterOptions[] = [
  {},
  { idle: true },
  { gil: true },
  { cpu: true, idle: true },
  { thread: 'second' },
  { process: '^python' },
  { exclude: 'second', collapseRecursion: true },
];
const windows: [string | undefined, string | undefined][] = [
  [undefined, undefined],
  ['3s', '190s'],
  ['50%', undefined],
];

function answers(rollups: boolean): unknown[] {
  const reader = TraceReader.open(path);
  try {
    return windows.flatMap(([from, to]) =>
      filters.flatMap((options) => {
        const window = resolveWindow(reader, from, to);
        const filter = createFilter(options);
        const top = (['function', 'line', 'thread'] as const).map((by) =>
          summarize(reader, window, filter, { by, sort: 'self', limit: null, filter: null, rollups }),
        );
        const fold = foldWindow(reader, window, filter, { rollups });
        const tree = buildFlameTree(fold, new CodePaths(reader.processes()), {
          lines: true,
          threads: true,
          inverted: false,
        });
        return [...top, tree, fold.counts];
      }),
    );
  } finally {
    reader.close();
  }
}

function kinds(): string[] {
  const reader = TraceReader.open(path);
  try {
    return [...reader.pieces(0, reader.extentNs(), false)].map(({ kind }) => kind);
  } finally {
    reader.close();
  }
}

/** 200 s of two threads, one of them renamed half-way, in all states that filters ask for. */
function record(): void {
  const trace = new TraceBuilder(path);
  const process = trace.process();
  const first = trace.thread(process, 'first');
  const second = trace.thread(process, 'second');
  const code = (name: string) => ({ name, file: '/srv/app.py', firstLine: name.length });
  const stacks = ['a', 'bb', 'ccc', 'dddd'].map((name, at) =>
    trace.stack([code('main'), 1], [code(name), 10 + at]),
  );
  for (let tick = 1; tick <= 4_000; tick++) {
    if (tick === 2_000) trace.rename(first, tick * 5e7, 'second no more');
    if (tick % 500 === 0) trace.miss(2);
    const bits = [status.onCpu, status.onCpu | status.gil, 0, status.onCpu | status.torn][tick % 4]!;
    const failed = tick % 37 === 0;
    trace.tick(tick * 5e7, [
      { thread: first, stack: stacks[(tick * 7) % 4]!, status: bits, cpuNs: bits === 0 ? 0 : 3e7 },
      {
        thread: second,
        stack: failed ? 0 : stacks[tick % 3]!,
        status: failed ? status.failed : status.onCpu,
      },
    ]);
  }
  trace.end();
}

test('a summary is the same with and without rollups, in every window, under every filter', () => {
  record();
  const before = answers(false);
  expect(writeRollups(path, { samples: 800 })).toBe(true);
  expect(kinds()).toEqual(['rollup']);
  expect(answers(true)).toEqual(before);
  expect(answers(false)).toEqual(before);
});

test('a window takes rollups for what lies within, and batches at its edges', () => {
  record();
  writeRollups(path, { samples: 800 });
  const reader = TraceReader.open(path);
  const found = [...reader.pieces(3e9, 190e9, false)].map(({ kind }) => kind);
  reader.close();
  expect(found[0]).toBe('batch');
  expect(found).toContain('rollup');
  expect(found.at(-1)).toBe('batch');
});

test('a rollup that does not agree with the batches, or is damaged, is not used', () => {
  record();
  writeRollups(path, { samples: 800 });
  const before = answers(false);
  const db = new Database(path);
  db.exec('UPDATE rollup SET data = substr(data, 1, 20)');
  db.close();
  expect(answers(true)).toEqual(before);
  const again = new Database(path);
  again.exec('UPDATE batch SET missed = missed + 1');
  again.close();
  expect(kinds()).not.toContain('rollup');
});

test('sums of an older layout meant other times: they are not used, and are replaced', () => {
  record();
  const before = answers(false);
  writeRollups(path, { samples: 800 });
  const db = new Database(path);
  const row = db.prepare('SELECT data FROM rollup LIMIT 1').get() as { data: Buffer };
  const entries = unpackRollup(row.data, 'a rollup');
  for (const entry of entries) entry.wallNs.fill(1e9);
  db.prepare('UPDATE rollup SET layout = layout - 1, data = ?').run(packRollup(entries));
  db.close();
  expect(kinds()).not.toContain('rollup');
  const reader = TraceReader.open(path);
  expect(reader.unsummedSamples(0, 1e12)).toBe(reader.counts().samples);
  reader.close();
  expect(answers(true)).toEqual(before);
  expect(writeRollups(path, { samples: 800 })).toBe(true);
  expect(kinds()).toEqual(['rollup']);
  expect(answers(true)).toEqual(before);
});

test('a trace that is not complete gets none', () => {
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'only');
  for (let tick = 1; tick <= 400; tick++) trace.tick(tick * 1e8, [{ thread, stack: 0 }]);
  trace.crash();
  expect(writeRollups(path, { samples: 10 })).toBe(false);
});

test('verify compares them with their batches', async () => {
  record();
  writeRollups(path, { samples: 2000 });
  const verify = () => verifyTrace(path, () => {});
  expect(await verify()).toMatchObject({ ok: true, notes: [] });
  const db = new Database(path);
  const row = db.prepare('SELECT rollup_id AS id, data FROM rollup LIMIT 1').get() as {
    id: number;
    data: Buffer;
  };
  const entries = unpackRollup(row.data, 'a rollup');
  entries[0]!.wallNs[0]! += 1_000_000;
  db.prepare('UPDATE rollup SET data = ? WHERE rollup_id = ?').run(packRollup(entries), row.id);
  expect(await verify()).toMatchObject({
    ok: false,
    problems: [{ table: 'rollup', row: row.id, what: 'its sums are not those of its batches' }],
  });
  db.prepare("UPDATE rollup SET data = x'00'").run();
  expect((await verify()).ok).toBe(false);
  db.prepare('UPDATE rollup SET samples = samples + 1').run();
  db.close();
  const { ok, notes } = await verify();
  expect(ok).toBe(true);
  expect(notes[0]).toMatch(/^\d+ rollups are of batches that have changed since/);
});

test('are dropped by what makes other traces', async () => {
  record();
  writeRollups(path, { samples: 2000 });
  const out = join(directory, 'other.trace');
  for (const command of [
    ['cut', path, '--from', '10s', '--to', '100s'],
    ['pack', path],
    ['merge', path, path],
  ]) {
    await runCli(...command, '-o', out, '--force');
    const db = new Database(out, { readonly: true });
    const rows = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'rollup'").get() as {
      n: number;
    };
    db.close();
    expect(rows.n, command[0]).toBe(0);
    expect(await verifyTrace(out, () => {}), command[0]).toMatchObject({ ok: true });
  }
});
