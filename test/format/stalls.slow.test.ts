/** Small traces with thousands of what is looked at one by one: the work is that of one look. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { compactSql } from '../../src/format/database/schema.js';
import { TraceReader } from '../../src/format/reading/reader.js';
import { rollupLayout } from '../../src/format/rollups/rollup.js';
import { verifyTrace } from '../../src/format/verify/verify.js';
import { SqlQuery } from '../../src/replay/sql/query.js';
import { runCli } from '../commands/run-cli.js';
import { TraceBuilder } from './trace-builder.js';

const looks = vi.hoisted(() => ({ folders: 0, files: 0 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    readdirSync: (...args: Parameters<typeof fs.readdirSync>) => {
      looks.folders++;
      return fs.readdirSync(...args);
    },
    readFileSync: (...args: Parameters<typeof fs.readFileSync>) => {
      looks.files++;
      return fs.readFileSync(...args);
    },
  };
});

let directory: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-stalls-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  path = join(mkdtempSync(join(directory, 'case-')), 'run.trace');
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 50; tick++) trace.tick(tick * 10e6, [{ thread, stack }]);
  trace.end(3_000e9);
});

/** @param statement about `n`, a table of the numbers `i` from 2 to `count` */
function add(count: number, ...statements: readonly string[]): void {
  const db = new Database(path);
  db.pragma('foreign_keys = OFF');
  db.exec(`CREATE TEMP TABLE n AS WITH RECURSIVE m(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM m WHERE i < ${count})
           SELECT i FROM m; BEGIN`);
  for (const statement of statements) db.exec(statement);
  db.exec('COMMIT');
  db.close();
}

const recordings = `INSERT INTO recording (recording_id, host_id, recorder, recorder_pid, recorder_start_ticks, recorder_command, rate_hz, jitter, offset_ns,
  started_monotonic_ns, started_utc_ns, kept_from_ns, ended_ns, end_reason)
  SELECT i, host_id, recorder, 999999, 5, recorder_command, rate_hz, jitter, offset_ns,
  started_monotonic_ns, started_utc_ns, kept_from_ns, ended_ns, end_reason FROM n, (SELECT * FROM recording WHERE recording_id = 1)`;

test('processes are listed once for 20,000 open recordings', () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  add(
    20_000,
    recordings,
    'UPDATE recording SET ended_ns = NULL, end_reason = NULL',
    `UPDATE host SET boot_id = '${boot}'`,
  );
  const reader = TraceReader.open(path);
  Object.assign(looks, { folders: 0, files: 0 });
  expect(reader.state()).toBe('crashed');
  expect(looks.folders).toBe(1);
  reader.close();
});

test('30,000 recordings are verified and packed', async () => {
  add(30_000, recordings);
  expect((await verifyTrace(path, () => {})).problems).toEqual([]);
  expect((await runCli('pack', path, '-o', `${path}.packed`)).status).toBe(0);
  expect((await verifyTrace(`${path}.packed`, () => {})).checked.recordings).toBe(30_000);
});

test('100,000 stale rollups are held against the batches that are read once', async () => {
  add(
    100_000,
    compactSql('rollup.sql'),
    `INSERT INTO rollup SELECT i, ${rollupLayout}, 1, 2, 0, 3000000000000, 1, 1, 1, 1, 1, x'00' FROM n`,
    `INSERT INTO batch (batch_id, recording_id, first_ns, last_ns, ticks, samples, missed, torn, failed, truncated, encoding, data)
     SELECT i + 5, 1, 500000000 + i * 10000000, 500000000 + i * 10000000, 1, 50, 0, 0, 0, 0, encoding, data
     FROM n, (SELECT * FROM batch LIMIT 1) WHERE i < 5000`,
  );
  const reader = TraceReader.open(path);
  expect(reader.unsummedSamples(0, 1e15)).toBe(50 + 4_998 * 50);
  reader.close();
}, 60_000);

test('rollups that sum up everything again and again are not verified one by one', async () => {
  const [from, until] = [0, 3_000_000_000_000];
  add(
    50_000,
    compactSql('rollup.sql'),
    `INSERT INTO rollup SELECT i, ${rollupLayout}, 10000000, 500000000, ${from}, ${until}, count(*), sum(ticks), sum(samples), sum(missed),
       sum(octet_length(data)), x'00' FROM batch, n GROUP BY i`,
  );
  const { problems } = await verifyTrace(path, () => {});
  expect(problems.map(({ what }) => what)).toEqual([
    'they sum up each batch more often than stretches lie in each other',
  ]);
});

test('a reason without end is refused, not read', () => {
  add(2, `INSERT INTO failure VALUES (1, printf('%.*c', 50000000, 'x'), 1)`);
  const reader = TraceReader.open(path);
  expect(() => reader.failures()).toThrow(/failure\.reason is not text of at most/);
  reader.close();
});

test('texts of processes are in memory once', () => {
  add(
    5_000,
    `INSERT INTO process SELECT i, recording_id, NULL, i, start_ticks, command, executable, cwd, python_version, python_build, 0
     FROM n, (SELECT * FROM process WHERE process_id = 1)`,
  );
  const reader = TraceReader.open(path);
  const processes = reader.processes();
  expect(processes).toHaveLength(5_000);
  expect(new Set(processes.map(({ command }) => command)).size).toBe(1);
  reader.close();
});

test('a name that 600 functions share is shown as long as the recorder keeps one', async () => {
  add(
    600,
    `INSERT INTO string VALUES (1000, printf('%.*c', 1000000, 'y'))`,
    'INSERT INTO function SELECT i, 0, 1000, 1000, 1000, i, NULL, NULL FROM n',
  );
  const reader = TraceReader.open(path);
  const longest = [...reader.functions()].map(({ name }) => name.length);
  expect(longest).toHaveLength(600);
  expect(Math.max(...longest)).toBe(4_097);
  reader.close();
});

test.each(['name', 'file'])(
  'the %s that 600 sampled functions share makes no result that is too long',
  async (what) => {
    const trace = new TraceBuilder(path);
    const thread = trace.thread(trace.process(), 'MainThread');
    for (let tick = 1; tick <= 600; tick++)
      trace.tick(tick * 10e6, [
        { thread, stack: trace.stack([{ name: `work_${tick}`, file: 'a.py', firstLine: tick }, tick]) },
      ]);
    trace.end();
    add(
      2,
      `INSERT INTO string VALUES (100000, printf('%.*c', 1048570, 'y'))`,
      what === 'file'
        ? 'UPDATE function SET file_id = 100000'
        : 'UPDATE function SET name_id = 100000, qualname_id = 100000',
    );
    for (const [command, ...more] of [
      ['top', '--json'],
      ['top'],
      ['export', '-f', 'speedscope'],
      ['export', '-f', 'folded'],
      ['flame', '-o', '-'],
      ['diff', path, '--json'],
    ] as const) {
      const { status, stdout } = await runCli(command, path, ...more);
      expect(status, command).toBe(0);
      expect(stdout.length, command).toBeLessThan(6e6);
    }
  },
  60_000,
);

test('of thousands of processes, recordings, gaps and reasons info lists the first ones', async () => {
  add(
    5_000,
    `INSERT INTO process SELECT i, recording_id, NULL, 10000 + i, start_ticks, command, executable, cwd, python_version, python_build, 0
     FROM n, (SELECT * FROM process WHERE process_id = 1)`,
    recordings,
    `INSERT INTO gap SELECT i, 1, i, i + 1, 'slept ' || i FROM n`,
    `INSERT INTO failure SELECT 1, 'reason ' || i, 1 FROM n`,
  );
  const { stdout } = await runCli('info', path);
  expect(stdout.length).toBeLessThan(40_000);
  for (const more of [
    /process +and 4960 more/,
    /recorded +and 4960 more/,
    /gap +and 49\d\d more/,
    /reason \d+; and 4959 more/,
  ])
    expect(stdout).toMatch(more);
  const all = JSON.parse((await runCli('info', path, '--json')).stdout);
  expect(all.processes).toHaveLength(5_000);
  expect(all.error_reasons).toHaveLength(4_999);
});

test.each([
  ['a text', "SELECT printf('%.*c', 50000000, 'x')"],
  ['a blob', 'SELECT zeroblob(50000000)'],
  ['a row', `SELECT ${Array.from({ length: 10 }, (_, at) => `hex(zeroblob(${500_000 + at}))`).join()}`],
])('%s without end is no answer to a query', (_, sql) => {
  const reader = TraceReader.open(path);
  const query = new SqlQuery(reader, sql, { fromNs: 0, toNs: 1e12 });
  expect(() => [...query.rows()]).toThrow(/a row of the result has \d+ bytes, more than 4194304/);
  query.close();
  reader.close();
});

test('a chain of 20,000 callers is read once for all that it ends in', () => {
  add(20_000, 'INSERT INTO stack SELECT i, i - 1, 1 FROM n');
  const reader = TraceReader.open(path);
  const sql =
    'SELECT sum(height) FROM (SELECT stack_id AS s FROM stack WHERE stack_id > 19950), stack_frame(s)';
  const query = new SqlQuery(reader, sql, { fromNs: 0, toNs: 1e12 });
  const heights = Array.from({ length: 50 }, (_, at) => 19_951 + at).reduce(
    (sum, n) => sum + (n * (n - 1)) / 2,
    0,
  );
  expect([...query.rows()]).toEqual([[heights]]);
  query.close();
  reader.close();
});

test('chains that all stacks go down are no answer to a query', () => {
  add(30_000, 'INSERT INTO stack SELECT i, i - 1, 1 FROM n');
  const reader = TraceReader.open(path);
  const ask = (sql: string) => {
    const query = new SqlQuery(reader, sql, { fromNs: 0, toNs: 1e12 });
    try {
      return [...query.rows()];
    } finally {
      query.close();
    }
  };
  expect(() => ask('SELECT count(*) FROM stack, stack_frame(stack_id)')).toThrow(
    /asks for more than 4000000 frames that lie deeper than 1000 in their stacks/,
  );
  // As often as one likes, of stacks as programs have them.
  expect(ask('SELECT count(*) FROM stack, stack_frame(stack_id) WHERE stack_id <= 1000')).toEqual([
    [500_500n],
  ]);
  reader.close();
});
