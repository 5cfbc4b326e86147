/**
 * What a database is made of: plain tables of stored columns, with the types and keys of those that we write, and nothing
 * that SQLite would run. A file's author may write anything into its schema, also what SQLite itself would refuse to make.
 */
import Database from 'better-sqlite3';
import { damagedTrace, type Row } from './column.js';
import { compactSql } from './schema.js';

/** More tables and indexes than these are not looked through. */
const maxObjects = 1_000;

/** SQLite begins the text of what it makes in these words. (Indexes that it makes for keys have no text.) */
const plainTexts = /^(?:$|CREATE TABLE (?!AS )|CREATE (?:UNIQUE )?INDEX )/;

interface TableShape {
  readonly isPlain: boolean;
  readonly hasRowid: boolean;
  readonly isStrict: boolean;
  /** By name: type and place in the key, "INTEGER 1"; none that is computed. */
  readonly columns: ReadonlyMap<string, string>;
  readonly hasComputed: boolean;
  /** Columns that they sort by: "last_ns, first_ns". */
  readonly indexes: readonly string[];
  /** Whether an index stands for its key, as where `INTEGER PRIMARY KEY` is not the row's own number. */
  readonly hasKeyIndex: boolean;
}

/**
 * Refuses what is no plain table and no plain index, before any of it is asked for something.
 * @throws PyspyError of kind "trace", SqliteError
 */
export function refuseExecutables(path: string, db: Database.Database): void {
  // Only texts are read so far: even to ask a virtual table for its columns would run it.
  const objects = db
    .prepare<[], Row>(
      `SELECT substr(CAST(name AS TEXT), 1, 200) AS name, substr(CAST(coalesce(sql, '') AS TEXT), 1, 40) AS sql
       FROM sqlite_schema LIMIT ${maxObjects + 1}`,
    )
    .all();
  if (objects.length > maxObjects)
    throw damagedTrace(path, `it holds more than ${maxObjects} tables and indexes`);
  for (const { name, sql } of objects)
    if (!plainTexts.test(String(sql))) throw damagedTrace(path, `it holds ${kindOf(String(sql))} "${name}"`);
  for (const { name } of db
    .prepare<[], Row>("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'table'")
    .all())
    throw damagedTrace(path, `"${name}" in it is not a plain table`);
  for (const [name, { hasComputed }] of tableShapes(db))
    if (hasComputed) throw damagedTrace(path, `table "${name}" has a column that is computed`);
  refuseComputedIndexes(path, db);
}

function kindOf(sql: string): string {
  const kind = /^CREATE\b.*?\b(VIEW|TRIGGER|VIRTUAL TABLE)\b/is.exec(sql)?.[1]?.toLowerCase();
  return `${kind ? `the ${kind}` : 'something that is no plain table,'}`;
}

/** Expressions of indexes are the author's, and so are the conditions of those that leave rows out. */
function refuseComputedIndexes(path: string, db: Database.Database): void {
  const rows = db
    .prepare<[], Row>(
      `SELECT i.name AS name, i.partial AS partial FROM pragma_table_list AS t, pragma_index_list(t.name) AS i
       WHERE t.schema = 'main' AND (i.partial OR EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name) WHERE cid = -2))`,
    )
    .all();
  for (const { name, partial } of rows)
    throw damagedTrace(path, `index "${name}" ${partial ? 'leaves rows out' : 'is computed'}`);
}

/**
 * What is wrong with a table that we write, as a clause; null where it is as ours, whatever else it has.
 * @param columns of ours that it must have
 */
export function findShapeFault(
  shapes: ReadonlyMap<string, TableShape>,
  table: string,
  columns: readonly string[],
): string | null {
  const ours = ourShapes().get(table)!;
  const shape = shapes.get(table);
  if (shape === undefined) return `it has no table "${table}"`;
  for (const name of columns)
    if (!shape.columns.has(name)) return `table "${table}" has no plain column "${name}"`;
  // What this version does not know may be anything but a part of the key.
  const isKey = (name: string, what: string) => ours.columns.has(name) || !what.endsWith(' 0');
  const isAsOurs =
    shape.isPlain &&
    shape.hasRowid === ours.hasRowid &&
    shape.isStrict === ours.isStrict &&
    shape.hasKeyIndex === ours.hasKeyIndex &&
    [...shape.columns].every(([name, what]) => what === ours.columns.get(name) || !isKey(name, what)) &&
    ours.indexes.every((index) => shape.indexes.some((other) => `${other}, `.startsWith(`${index}, `)));
  return isAsOurs ? null : `table "${table}" has other types, keys or indexes than those of a trace`;
}

/** All tables, by name in small letters. */
export function tableShapes(db: Database.Database): Map<string, TableShape> {
  const columns = db
    .prepare<[], Row>(
      `SELECT lower(t.name) AS "table", t.type AS kind, t.wr AS wr, t.strict AS strict,
         c.name AS name, c.type AS type, c.pk AS pk, c.hidden AS hidden
       FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE t.schema = 'main'`,
    )
    .all();
  const indexes = db
    .prepare<[], Row>(
      `SELECT lower(t.name) AS "table", i.origin AS origin,
         (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_xinfo(i.name) WHERE key AND NOT "desc" ORDER BY seqno)) AS columns
       FROM pragma_table_list AS t, pragma_index_list(t.name) AS i WHERE t.schema = 'main'`,
    )
    .all();
  const tables = new Map<string, Row[]>();
  for (const row of columns) {
    const rows = tables.get(String(row.table));
    if (rows === undefined) tables.set(String(row.table), [row]);
    else rows.push(row);
  }
  const shapes = new Map<string, TableShape>();
  for (const [table, rows] of tables) {
    const own = indexes.filter((index) => index.table === table);
    const stored = rows.filter(({ hidden }) => hidden === 0);
    shapes.set(table, {
      isPlain: rows[0]!.kind === 'table',
      hasRowid: rows[0]!.wr === 0,
      isStrict: rows[0]!.strict === 1,
      columns: new Map(stored.map(({ name, type, pk }) => [String(name), `${type} ${pk}`])),
      hasComputed: stored.length < rows.length,
      indexes: own.map((index) => String(index.columns)),
      hasKeyIndex: own.some(({ origin }) => origin === 'pk'),
    });
  }
  return shapes;
}

let known: Map<string, TableShape> | undefined;

/** Of the tables that we write: what SQLite makes of the statements under schema/. */
function ourShapes(): ReadonlyMap<string, TableShape> {
  if (known === undefined) {
    const db = new Database(':memory:');
    try {
      for (const name of ['trace.sql', 'rollup.sql']) db.exec(compactSql(name));
      known = tableShapes(db);
    } finally {
      db.close();
    }
  }
  return known;
}
