/** Whether a database is laid out as a trace: checked before the first query that touches what its author wrote. */
import type Database from 'better-sqlite3';
import { PyspyError } from '../errors.js';
import { damagedTrace, type Row } from './column.js';
import { readSchema } from './schema.js';
import { notATrace } from './trace-header.js';
import { applicationId, formatVersion } from './vocabulary.js';

/**
 * Checks identity, version and tables of an open database.
 * @returns its format version
 * @throws PyspyError of kind "trace", SqliteError
 */
export function checkSchema(path: string, db: Database.Database): number {
  checkIdentity(path, db);
  const version = checkVersion(path, db);
  checkTables(path, db, version);
  return version;
}

function checkIdentity(path: string, db: Database.Database): void {
  if (db.pragma('application_id', { simple: true }) !== applicationId) throw notATrace(path);
}

function checkVersion(path: string, db: Database.Database): number {
  const version = db.pragma('user_version', { simple: true });
  if (typeof version !== 'number' || version < 1) throw damagedTrace(path, 'it has no format version');
  if (version > formatVersion)
    throw new PyspyError(
      'trace',
      `${path} has format version ${version}, and this pyspy reads versions up to ${formatVersion}`,
      { hint: 'Read it with a newer pyspy: npm install pyspy@latest.' },
    );
  return version;
}

/**
 * Every table that is queried must be a real one, with real columns: a view, a virtual table or a generated column
 * in its place would have SQLite compute what the file's author wrote.
 */
function checkTables(path: string, db: Database.Database, version: number): void {
  const kinds = db.prepare<[string], Row>(
    "SELECT type, rootpage FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')",
  );
  for (const [table, names] of traceTables()) {
    const kind = kinds.get(table);
    if (kind === undefined) throw damagedTrace(path, `it has no table "${table}"`);
    if (kind.type !== 'table' || typeof kind.rootpage !== 'number' || kind.rootpage < 1)
      throw damagedTrace(path, `"${table}" in it is not a plain table`);
    const columns = plainColumns(db, table);
    for (const { name, since, mayBeMissing } of names)
      if (since <= version && !mayBeMissing && !columns.has(name))
        throw damagedTrace(path, `table "${table}" has no plain column "${name}"`);
  }
}

/** Whether a table of a trace has a column that may be missing, and a stored one: what is computed counts as missing. */
export function hasColumn(db: Database.Database, table: string, column: string): boolean {
  return plainColumns(db, table).has(column);
}

/** Names of the columns that are stored, not computed. `table` is a name of ours: it becomes part of the statement. */
function plainColumns(db: Database.Database, table: string): Set<unknown> {
  const rows = db.pragma(`table_xinfo(${table})`) as Row[];
  return new Set(rows.filter((row) => row.hidden === 0).map((row) => row.name));
}

export interface TraceColumn {
  readonly name: string;
  readonly type: 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB';
  readonly isOptional: boolean;
  /** The format version that brought it. */
  readonly since: number;
  /** Whether files of that version may lack it: it came without a new version. */
  readonly mayBeMissing: boolean;
}

let tables: Map<string, TraceColumn[]> | undefined;

/** Tables and columns of a trace, out of schema/trace.sql. */
export function traceTables(): ReadonlyMap<string, readonly TraceColumn[]> {
  if (tables === undefined) {
    tables = new Map();
    for (const [, table, body] of readSchema('trace.sql').matchAll(/^CREATE TABLE (\w+) \(\n(.*?)^\)/gms))
      tables.set(
        table!,
        [
          ...body!.matchAll(
            /^ {2}([a-z]\w*) ([A-Z]+)( PRIMARY KEY| NOT NULL)?.*?(?:Since version (\d+)|(May be missing))?$/gm,
          ),
        ].map(
          (match): TraceColumn => ({
            name: match[1]!,
            type: match[2] as TraceColumn['type'],
            isOptional: match[3] === undefined,
            since: Number(match[4] ?? 1),
            mayBeMissing: match[5] !== undefined,
          }),
        ),
      );
  }
  return tables;
}
