/** Whether a database is laid out as a trace: checked before the first query that touches what its author wrote. */
import type Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import { applicationId, formatVersion } from '../vocabulary.js';
import { damagedTrace, type Row } from './column.js';
import { readSchema } from './schema.js';
import { findShapeFault, refuseExecutables, tableShapes } from './schema-shape.js';
import { notATrace } from './trace-header.js';

export interface TraceSchema {
  /** Of the format. */
  readonly version: number;
  /** Whether it has a table of rollups that is as ours. */
  readonly hasRollups: boolean;
}

/**
 * Checks identity, version and tables of an open database.
 * @throws PyspyError of kind "trace", SqliteError
 */
export function checkSchema(path: string, db: Database.Database): TraceSchema {
  checkIdentity(path, db);
  const version = checkVersion(path, db);
  return { version, hasRollups: checkTables(path, db, version) };
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

/** Every table that is queried must be one like ours; others, and columns that this version does not know, may be there. */
function checkTables(path: string, db: Database.Database, version: number): boolean {
  refuseExecutables(path, db);
  const shapes = tableShapes(db);
  for (const [table, columns] of traceTables()) {
    const names = columns
      .filter(({ since, mayBeMissing }) => since <= version && !mayBeMissing)
      .map(({ name }) => name);
    const fault = findShapeFault(shapes, table, names);
    if (fault !== null) throw damagedTrace(path, fault);
  }
  return findShapeFault(shapes, 'rollup', rollupColumns()) === null;
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

/** Out of schema/rollup.sql. */
function rollupColumns(): string[] {
  return [...readSchema('rollup.sql').matchAll(/^ {2}([a-z]\w*) [A-Z]/gm)].map((match) => match[1]!);
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
