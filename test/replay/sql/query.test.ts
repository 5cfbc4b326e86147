/** Queries: what they see is what other commands show; what they may not do they cannot. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { SqlQuery, type SqlValue } from '../../../src/replay/sql/query.js';
import { findTimeLimits } from '../../../src/replay/sql/time-limits.js';
import { runCli } from '../../commands/run-cli.js';
import { alterTrace } from '../../format/alter-trace.js';
import { TraceBuilder } from '../../format/trace-builder.js';
import { makeTrace } from '../../golden/make-traces.js';

let directory: string;
let trace: string;
let long: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-sql-'));
  makeTrace(directory, 'v2-complete.trace');
  trace = join(directory, 'v2-complete.trace');
  alterTrace(trace, "INSERT INTO mark VALUES (1, 1, 2000000000, 'warm'), (2, 1, 7000000000, 'done')");
  long = join(directory, 'long.trace');
  const builder = new TraceBuilder(long);
  const thread = builder.thread(builder.process(), 'MainThread');
  const stack = builder.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 30_000; tick++) builder.tick(tick * 10e6, [{ thread, stack }]);
  builder.end();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Answer {
  readonly columns: readonly string[];
  readonly rows: SqlValue[][];
  /** Batches of samples that were read. */
  readonly batches: number;
}

function ask(sql: string, path = trace, window = { fromNs: -Infinity, toNs: Infinity }): Answer {
  const reader = TraceReader.open(path);
  let batches = 0;
  try {
    const query = new SqlQuery(reader, sql, window, () => batches++);
    try {
      return { columns: query.columns, rows: [...query.rows()], batches };
    } finally {
      query.close();
    }
  } finally {
    reader.close();
  }
}

const questions = [
  ...readFileSync(fileURLToPath(new URL('../../../docs/sql.md', import.meta.url)), 'utf8').matchAll(
    /^(\S.*)\n\n```sql\n([\s\S]*?)```/gm,
  ),
].map(([, title, sql]) => [title!, sql!] as const);

test('there are a dozen questions in the documentation', () => {
  expect(questions.length).toBeGreaterThanOrEqual(12);
});

test.each(questions)('%s', (_, sql) => {
  const { columns, rows } = ask(sql);
  expect(columns.length).toBeGreaterThan(1);
  expect(rows.length).toBeGreaterThan(0);
  // None of their figures is missing altogether.
  for (const [at, name] of columns.entries())
    expect(
      rows.some((row) => row[at] !== null),
      name,
    ).toBe(true);
});

test('every column of the documentation is there, and no other', () => {
  const text = readFileSync(fileURLToPath(new URL('../../../docs/sql.md', import.meta.url)), 'utf8');
  for (const name of [
    'frame',
    'function',
    'stack',
    'thread',
    'thread_name',
    'process',
    'recording',
    'mark',
    'gap',
  ]) {
    const { columns } = ask(`SELECT * FROM ${name} LIMIT 1`);
    const paragraph = new RegExp(`\\*\\*${name}\\*\\*:([^*]*)`).exec(text)![1]!;
    const listed = [...paragraph.replace(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, column]) => column!);
    expect([...columns].sort(), name).toEqual(listed.sort());
  }
  const { columns } = ask('SELECT * FROM sample LIMIT 1');
  for (const column of columns) expect(text).toMatch(new RegExp(`\\| (?:\\w+, )*${column}\\b[^|]* \\|`));
});

describe('the answers agree with', () => {
  test('top: self and total, wall and CPU', async () => {
    for (const [index, figure, column, ...options] of [
      [0, 'self_s', 'wall_s'],
      [1, 'total_s', 'wall_s'],
      [0, 'self_s', 'cpu_s', '--cpu'],
    ] as const) {
      const top = JSON.parse((await runCli('top', trace, '--json', ...options)).stdout);
      const sql = questions[index]![1].replace('LIMIT 20', '').replaceAll('wall_s', column);
      const rows = new Map(ask(sql).rows.map((row) => [row[0], Number(row[index === 0 ? 2 : 1])]));
      for (const row of top.rows)
        if (!row.function.startsWith('['))
          expect(rows.get(row.function) ?? 0, row.function).toBeCloseTo(row[figure], 5);
    }
  });

  test('info: numbers of samples, failed and torn ones, and threads', async () => {
    const info = JSON.parse((await runCli('info', trace, '--json')).stdout);
    const { rows } = ask(
      'SELECT count(*), sum(failed), sum(torn), sum(truncated), count(DISTINCT thread_id) FROM sample',
    );
    expect(rows[0]!.map(Number)).toEqual([
      info.samples,
      info.errors,
      info.torn,
      info.truncated,
      info.threads.length,
    ]);
    expect(ask('SELECT name, at_s FROM mark').rows).toEqual([
      ['warm', 2],
      ['done', 7],
    ]);
    expect(ask('SELECT python_thread_id FROM thread').rows.map(([id]) => String(id))).toEqual(
      info.threads.map((thread: { thread_id: number }) => String(thread.thread_id)),
    );
  });

  test('the window that was asked for', () => {
    const within = ask('SELECT min(time_s) >= 2, max(time_s) < 3, count(*) FROM sample', trace, {
      fromNs: 2e9,
      toNs: 3e9,
    });
    expect(within.rows[0]!.slice(0, 2)).toEqual([1n, 1n]);
    expect(ask('SELECT count(*) FROM sample WHERE time_s >= 2 AND time_s < 3').rows[0]![0]).toBe(
      within.rows[0]![2],
    );
  });
});

describe('a condition on time', () => {
  test('saves reading the rest', () => {
    const all = ask('SELECT count(*) FROM sample', long);
    expect(all.rows).toEqual([[30_000n]]);
    expect(all.batches).toBeGreaterThan(25);
    for (const where of [
      'time_s >= 100 AND time_s < 105',
      'wall_s > 0 AND s.time_s BETWEEN 100 AND 104.995',
      '100 <= time_s AND 105 > time_s',
    ]) {
      const { rows, batches } = ask(`SELECT count(*) FROM sample s WHERE ${where}`, long);
      expect(rows, where).toEqual([[500n]]);
      expect(batches, where).toBeLessThanOrEqual(2);
    }
  });

  test.each<[string, number, number]>([
    ['FROM sample WHERE time_s > 5', 5, Infinity],
    [
      'FROM sample AS x JOIN frame USING (frame_id) WHERE x.time_s<=7.5 AND line > 3 GROUP BY 1',
      -Infinity,
      7.5,
    ],
    ['FROM thread, sample WHERE -1 < time_s AND time_s = 3e0 ORDER BY 1', 3, 3],
    ['FROM sample WHERE time_s BETWEEN 1 AND 2 AND time_s BETWEEN 1.5 AND 9', 1.5, 2],
    ['FROM (SELECT * FROM sample WHERE time_s >= 4) WHERE time_s < 1', 4, Infinity],
    ["FROM sample WHERE function = 'a' -- OR\n AND time_s < 4", -Infinity, 4],
    ['FROM sample WHERE (time_s > 5 OR 1) AND time_s < 8', -Infinity, 8],
    // What is not certain limits nothing.
    ['FROM sample WHERE time_s > 5 OR gil', -Infinity, Infinity],
    ['FROM sample WHERE NOT time_s > 5', -Infinity, Infinity],
    ['FROM sample WHERE time_s > 5 + 1', -Infinity, Infinity],
    ['FROM sample WHERE wall_s BETWEEN 0 AND time_s > 5', -Infinity, Infinity],
    ['FROM sample WHERE CASE WHEN gil AND time_s > 5 AND idle THEN 1 END', -Infinity, Infinity],
    ['FROM sample a, sample b WHERE time_s > 5', -Infinity, Infinity],
    ['FROM sample a WHERE b.time_s > 5', -Infinity, Infinity],
    ['FROM "sample" WHERE time_s > 5', -Infinity, Infinity],
    ['FROM sample UNION SELECT * FROM other WHERE time_s > 5', -Infinity, Infinity],
    ['FROM sample GROUP BY 1 HAVING time_s > 5', -Infinity, Infinity],
    ['FROM sample LEFT JOIN frame ON time_s > 5', -Infinity, Infinity],
    ['FROM (SELECT * FROM sample) WHERE time_s > 5', -Infinity, Infinity],
    ['FROM sample WHERE time_s > (SELECT 5)', -Infinity, Infinity],
    ["FROM sample WHERE function = 'x AND time_s > 5'", -Infinity, Infinity],
  ])('is understood: %s', (text, fromS, toS) => {
    const { fromNs, toNs } = findTimeLimits(`SELECT * ${text}`);
    expect(fromNs / 1e9).toBeCloseTo(fromS, 4);
    expect(toNs / 1e9).toBeCloseTo(toS, 4);
  });

  test('a name of the query itself is no table', () => {
    expect(
      findTimeLimits('WITH a AS (SELECT 1), sample AS (SELECT 1 AS time_s) SELECT 2 WHERE time_s > 5').fromNs,
    ).toBe(-Infinity);
  });
});

test.each<[string, string, RegExp]>([
  ['nothing', '', /no SELECT/],
  ['another statement', 'DELETE FROM stack', /no SELECT/],
  ['a pragma', 'PRAGMA query_only = OFF', /no SELECT/],
  ['a pragma behind a comment', '/* SELECT */ -- x\n PRAGMA user_version', /no SELECT/],
  ['attaching', "ATTACH 'FILE' AS other", /no SELECT/],
  ['writing a copy', "VACUUM INTO 'FILE'", /no SELECT/],
  ['several', 'SELECT 1; SELECT 2', /more than one statement/],
  [
    'an insertion behind WITH',
    'WITH x AS (SELECT 1) INSERT INTO stack SELECT 1, 2, 3',
    /no SELECT|readonly|read-only/,
  ],
  [
    'an insertion that returns',
    'WITH x AS (SELECT 1) INSERT INTO stack SELECT 1, 2, 3 RETURNING 1',
    /no SELECT/,
  ],
  ['an extension', "SELECT load_extension('x')", /not authorized/],
  ['a file', "SELECT writefile('FILE', 'x')", /no such function/],
  ['a table that is not there', 'SELECT * FROM batch', /no such table: batch/],
  ['a column that is not there', 'SELECT stack FROM sample', /no such column/],
  ['a stack_frame of nothing', 'SELECT * FROM stack_frame', /takes a stack/],
  [
    'memory without end',
    "SELECT length(replace(hex(zeroblob(99999999)), '0', 'abcdefgh'))",
    /needs more memory|too big/,
  ],
  ['a text without end', `SELECT ${'1+'.repeat(60_000)}1`, /longer than 100000 characters/],
])('a query for %s is refused', (_, sql, message) => {
  const file = join(directory, 'written');
  let caught: unknown;
  try {
    ask(sql.replace('FILE', file));
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(PyspyError);
  expect(caught).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
  expect((caught as PyspyError).hint).toBeTruthy();
  expect(existsSync(file)).toBe(false);
});

test('a damaged trace is the trace’s fault', () => {
  const damaged = join(directory, 'damaged.trace');
  makeTrace(directory, 'v2-before.trace');
  for (const [statement, sql] of [
    ["UPDATE batch SET data = x'00'", 'SELECT count(*) FROM sample'],
    ['DELETE FROM frame', 'SELECT count(*) FROM sample'],
    ['DELETE FROM string', 'SELECT * FROM function'],
    ['UPDATE stack SET parent_id = stack_id', 'SELECT * FROM stack'],
    ['UPDATE stack SET parent_id = stack_id', 'SELECT f.* FROM sample, stack_frame(stack_id) f'],
  ] as const) {
    rmSync(damaged, { force: true });
    const builder = new TraceBuilder(damaged);
    const thread = builder.thread(builder.process(), 'MainThread');
    builder.tick(10e6, [{ thread, stack: builder.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]) }]);
    builder.end();
    alterTrace(damaged, statement);
    expect(() => ask(sql, damaged), sql).toThrow(expect.objectContaining({ kind: 'trace' }));
  }
});
