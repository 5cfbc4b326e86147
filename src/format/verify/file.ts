/** The check of the SQLite file itself: its pages and indexes. What would run was refused when it was opened. */
import type { TraceDatabase } from '../database/trace-database.js';
import { traceTables } from '../database/trace-schema.js';
import type { Findings } from './findings.js';
import { listedPerTable } from './findings.js';

/** Runs SQLite's own check of every page, and names the tables that this version does not know. */
export function verifyFile(db: TraceDatabase, findings: Findings): void {
  findings.guard('file', null, () => {
    for (const row of db.query(`PRAGMA integrity_check(${listedPerTable})`).all()) {
      const text = String(Object.values(row)[0]);
      if (text !== 'ok') findings.add('file', null, text.slice(0, 500));
    }
    const unknown = db
      .query("SELECT substr(name, 1, 200) AS name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name))
      .filter((name) => !traceTables().has(name) && name !== 'rollup' && !name.startsWith('sqlite_'));
    if (unknown.length > 0)
      findings.notes.push(`tables not known to this version: ${unknown.slice(0, 20).join(', ')}`);
  });
}
