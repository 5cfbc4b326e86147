/** Adds a mark to a trace that is there already, also to one that is being recorded just now. */
import { realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import { damagedTrace } from '../database/column.js';
import { checkSchema } from '../database/trace-schema.js';
import { databaseName, nameFault } from '../files/database-name.js';
import type { StoredMark } from '../reading/event-rows.js';

/** How long a recorder may hold the file, in ms; it commits once a second and merges every ten. */
const busyTimeoutMs = 5_000;

/**
 * Writes one row. The trace was opened with TraceReader before, which says what it is.
 * @throws PyspyError of kind "usage" where the name is taken, "output" where the file takes no changes, "trace" where
 * something in it would run
 */
export function addMark(path: string, mark: StoredMark): void {
  const real = realpathSync(path);
  const file = databaseName(real);
  if (file === null)
    throw new PyspyError('usage', `${path} cannot be changed: ${nameFault(real)}`, {
      hint: 'Rename it.',
    });
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { fileMustExist: true, timeout: busyTimeoutMs });
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'ignore_check_constraints = ON'])
      db.pragma(pragma);
    db.pragma('foreign_keys = OFF');
    // The log of a live file is its recorder's to fold in.
    db.pragma('wal_autocheckpoint = 0');
    insert(path, db, mark);
  } catch (error) {
    throw error instanceof Database.SqliteError ? writeFault(path, error) : error;
  } finally {
    db?.close();
  }
}

function insert(path: string, db: Database.Database, { recording, atNs, name }: StoredMark): void {
  db.transaction(() => {
    checkSchema(path, db);
    refuseComputed(path, db);
    const taken = db.prepare('SELECT at_ns AS atNs FROM mark WHERE name = ?').get(name) as
      | { atNs: number }
      | undefined;
    if (taken !== undefined)
      throw new PyspyError(
        'usage',
        `${path} has a mark ${JSON.stringify(name)} already, at ${taken.atNs / 1e9}s`,
        {
          hint: 'Choose another name.',
        },
      );
    db.prepare('INSERT INTO mark (recording_id, at_ns, name) VALUES (?, ?, ?)').run(
      recording,
      Math.round(atNs),
      name,
    );
  }).immediate();
}

/** An insertion would compute the default of a column that this version does not know, where that is no plain value. */
function refuseComputed(path: string, db: Database.Database): void {
  const columns = db.pragma('table_xinfo(mark)') as { dflt_value: string | null }[];
  if (columns.some(({ dflt_value: value }) => value !== null && !/^(?:NULL|-?[\d.]+|'[^']*')$/i.test(value)))
    throw damagedTrace(path, 'something in it would run when a mark is added');
}

function writeFault(path: string, error: InstanceType<typeof Database.SqliteError>): PyspyError {
  if (error.code.startsWith('SQLITE_BUSY'))
    return new PyspyError('output', `${path} is locked by another program`, {
      hint: 'Try again in a moment.',
      cause: error,
    });
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return damagedTrace(path, error.message, error);
  return new PyspyError('output', `${path} takes no mark: ${error.message}`, {
    hint: 'Check the permissions of the file and its folder, and the room on the disk.',
    cause: error,
  });
}
