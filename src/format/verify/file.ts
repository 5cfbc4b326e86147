/** The check of the SQLite file itself: its pages and indexes, and whether it holds anything that would run. */
import type { Row } from '../column.js';
import type { TraceDatabase } from '../trace-database.js';
import { traceTables } from '../trace-schema.js';
import type { Findings } from './findings.js';
import { listedPerTable } from './findings.js';

/** More tables, indexes, triggers and views than these are not looked through. */
const maxObjects = 1_000;

/** Runs SQLite's own check of every page, where the file computes nothing while that runs. */
export function verifyFile(db: TraceDatabase, findings: Findings): void {
  findings.guard('file', null, () => {
    if (!isPlain(db, findings)) return;
    for (const row of db.query(`PRAGMA integrity_check(${listedPerTable})`).all()) {
      const text = String(Object.values(row)[0]);
      if (text !== 'ok') findings.add('file', null, text.slice(0, 500));
    }
  });
}

/**
 * Whether tables and indexes are nothing but stored values: SQLite's check would evaluate expressions of indexes and
 * generated columns, which are the author's. (Those of CHECK constraints are switched off.)
 */
function isPlain(db: TraceDatabase, findings: Findings): boolean {
  const objects = db
    .query(`SELECT type, substr(name, 1, 200) AS name, rootpage FROM sqlite_schema LIMIT ${maxObjects + 1}`)
    .all();
  if (objects.length > maxObjects) {
    findings.add('file', null, `it holds more than ${maxObjects} tables, indexes, triggers and views`);
    return false;
  }
  const before = findings.total;
  const unknown: string[] = [];
  for (const { type, name, rootpage } of objects) {
    if (type === 'trigger' || type === 'view')
      findings.add('file', null, `it holds the ${type} "${name}", and a trace has none`);
    else if (rootpage === 0) findings.add('file', null, `it holds the virtual table "${name}"`);
    else if (type === 'table') {
      if (!traceTables().has(String(name)) && name !== 'rollup' && !String(name).startsWith('sqlite_'))
        unknown.push(String(name));
      if (columnsOf(db, 'xinfo', name).some((column) => column.hidden !== 0))
        findings.add('file', null, `table "${name}" has a column that is computed`);
    } else if (columnsOf(db, 'index', name).some((column) => column.cid === -2))
      findings.add('file', null, `index "${name}" is computed`);
  }
  const partial = db
    .query("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'")
    .all();
  for (const { name } of partial) findings.add('file', null, `index "${name}" leaves rows out`);
  if (unknown.length > 0)
    findings.notes.push(`tables not known to this version: ${unknown.slice(0, 20).join(', ')}`);
  return findings.total === before;
}

function columnsOf(db: TraceDatabase, kind: 'xinfo' | 'index', name: unknown): Row[] {
  const pragma = kind === 'xinfo' ? 'pragma_table_xinfo' : 'pragma_index_xinfo';
  return db.query(`SELECT * FROM ${pragma}(?)`).all(name);
}
