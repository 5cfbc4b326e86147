/** Every table of a trace as something that runs, or as no table of ours: refused before anything of it is asked. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { traceTables } from '../../../src/format/database/trace-schema.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { describeTrace } from '../../../src/replay/answers/info.js';
import { makeTrace } from '../../golden/make-traces.js';
import { alterTrace } from '../alter-trace.js';

let directory: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-schema-'));
  makeTrace(directory, 'v2-complete.trace');
  path = join(directory, 'hostile.trace');
});
beforeEach(() => copyFileSync(join(directory, 'v2-complete.trace'), path));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const tables = [...traceTables().keys()];
/** Never ends, should anything run it. */
const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';

/** The statement that made a table, as the file has it. */
function statementOf(table: string): string {
  const db = new Database(path, { readonly: true });
  try {
    return String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table));
  } finally {
    db.close();
  }
}

const columnsOf = (table: string) =>
  traceTables()
    .get(table)!
    .map(({ name }) => name);

/** Makes `table` anew by other statements; what stood in it is gone. */
function remake(table: string, ...statements: string[]): void {
  alterTrace(path, `DROP TABLE ${table}`, ...statements);
}

/** Puts a text in the place of that of a table, root page and all, which SQLite itself would not do. */
function lie(table: string, sql: string): void {
  alterTrace(
    path,
    `UPDATE sqlite_schema SET sql = '${sql.replaceAll("'", "''")}' WHERE type = 'table' AND name = '${table}'`,
  );
}

const attacks: Readonly<Record<string, (table: string) => void>> = {
  'a view': (table) => remake(table, `CREATE VIEW ${table} AS ${endless}`),
  'a view with the root page of a table': (table) => lie(table, `CREATE VIEW ${table} AS ${endless}`),
  'a virtual table': (table) =>
    remake(table, `CREATE VIRTUAL TABLE ${table} USING fts5(${columnsOf(table).join()})`),
  'a virtual table with the root page of a table, fed by a view': (table) => {
    alterTrace(path, `CREATE VIEW evil AS ${endless}`);
    lie(table, `CREATE VIRTUAL TABLE ${table} USING fts5(${columnsOf(table).join()}, content='evil')`);
  },
  'a virtual table that runs while it is opened': (table) => {
    alterTrace(path, `CREATE VIEW ${table}_node AS ${endless}`);
    lie(table, `CREATE VIRTUAL TABLE ${table} USING rtree(a, b, c)`);
  },
  'a virtual table in other words': (table) =>
    lie(table, `cReAtE /* TABLE */ Virtual\n TABLE ${table} USING fts5(${columnsOf(table).join()})`),
  'a table with a trigger': (table) =>
    alterTrace(path, `CREATE TRIGGER t AFTER INSERT ON ${table} BEGIN ${endless}; END`),
  'a table with a computed column': (table) =>
    alterTrace(path, `ALTER TABLE ${table} ADD COLUMN more INTEGER AS (random()) VIRTUAL`),
  'a table with a computed index': (table) =>
    alterTrace(path, `CREATE INDEX i ON ${table} (hex(${columnsOf(table).at(-1)}))`),
  'a table with an index that leaves rows out': (table) =>
    alterTrace(path, `CREATE INDEX i ON ${table} (${columnsOf(table)[0]}) WHERE ${columnsOf(table)[0]} <> 7`),
  'a table without a key': (table) =>
    remake(
      table,
      statementOf(table)
        .replace(/ PRIMARY KEY(?! \()/, '')
        .replace(/, PRIMARY KEY \(.*?\)/, '')
        .replace(/, WITHOUT ROWID/, ''),
    ),
  'a table whose number is not its key': (table) =>
    remake(
      table,
      statementOf(table)
        .replace(/(INTEGER|TEXT) PRIMARY KEY/, '$1 PRIMARY KEY DESC')
        .replace(/, WITHOUT ROWID/, ''),
    ),
  'a table of other types': (table) =>
    remake(table, statementOf(table).replace(/\b(INTEGER|TEXT)( NOT NULL|,| REFERENCES)/, 'BLOB$2')),
  'a table that takes any type': (table) => remake(table, statementOf(table).replace(/ STRICT/, '')),
};

describe.each(Object.keys(attacks))('%s is refused in the place of', (name) => {
  test.each(tables)('%s', (table) => {
    let statement = '';
    if (name.startsWith('a table') && !/with a/.test(name)) statement = statementOf(table);
    attacks[name]!(table);
    if (statement !== '' && statementOf(table) === statement) throw new Error('nothing was changed');
    expect(() => TraceReader.open(path)).toThrow(
      expect.objectContaining({ kind: 'trace', message: expect.stringMatching(/is damaged: /) }),
    );
  });
});

test('batches without their index by time are refused', () => {
  alterTrace(path, 'DROP INDEX batch_time');
  expect(() => TraceReader.open(path)).toThrow(/table "batch" has other types, keys or indexes/);
});

test('a table of rollups that is something else is not used, and one that runs is refused', () => {
  alterTrace(path, 'CREATE TABLE rollup (rollup_id INTEGER, layout INTEGER)');
  TraceReader.open(path).close();
  alterTrace(path, 'DROP TABLE rollup', `CREATE VIEW rollup AS ${endless}`);
  expect(() => TraceReader.open(path)).toThrow(/it holds the view "rollup"/);
});

test('more tables than anyone has are refused', () => {
  alterTrace(path, ...Array.from({ length: 1_000 }, (_, at) => `CREATE TABLE t${at} (a)`));
  expect(() => TraceReader.open(path)).toThrow(/holds more than 1000 tables and indexes/);
});

test.each(tables)('columns, indexes and tables of the future are let in beside those of %s', (table) => {
  const before = contentOf(path);
  alterTrace(
    path,
    `ALTER TABLE ${table} ADD COLUMN more INTEGER`,
    `ALTER TABLE ${table} ADD COLUMN words TEXT NOT NULL DEFAULT 'none'`,
    `CREATE INDEX more_${table} ON ${table} (more)`,
    'CREATE TABLE future (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE UNIQUE)',
    'INSERT INTO future VALUES (1, 1)',
    'ANALYZE',
  );
  expect(contentOf(path)).toEqual(before);
});

function contentOf(file: string): unknown {
  const reader = TraceReader.open(file);
  try {
    return { ...describeTrace(reader), file_bytes: 0, bytes_per_sample: 0 };
  } finally {
    reader.close();
  }
}
