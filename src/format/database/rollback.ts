/**
 * A rollback journal beside a trace: left by a program that was killed in the middle of a transaction. The
 * file is what it was once SQLite has put that back.
 */
import { accessSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import { damagedTrace } from './column.js';

/** How long to wait for another program that restores the file just now, in ms. */
const busyTimeoutMs = 5_000;

/** Ends a journal of a transaction over several files (SQLite's file format, "The Super-Journal"). */
const superJournalMagic = Buffer.from('d9d505f920a163d7', 'hex');

/**
 * Refuses a journal that names another file: SQLite would look into that, and delete it.
 * @param path how to call the trace in an error
 * @param file real name of the trace
 * @throws PyspyError of kind "trace", system errors
 */
function checkJournal(path: string, file: string): void {
  const descriptor = openSync(`${file}-journal`, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(descriptor);
    const end = Buffer.alloc(superJournalMagic.length);
    readSync(descriptor, end, 0, end.length, Math.max(0, size - end.length));
    if (end.equals(superJournalMagic))
      throw damagedTrace(path, 'the journal beside it is of a transaction over several files');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Puts back what the journal beside a file has, as every program that may write to it does.
 * @returns whether it could: not in a file or folder that takes no changes
 * @throws PyspyError of kind "trace" as `checkJournal` does, SqliteError
 */
export function rollBack(path: string, file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
  } catch {
    return false;
  }
  checkJournal(path, file);
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { fileMustExist: true, timeout: busyTimeoutMs });
    db.pragma('trusted_schema = OFF');
    // The first read does it; this one looks at no page but the first.
    db.pragma('user_version');
    return true;
  } catch (error) {
    if (error instanceof PyspyError || !(error instanceof Database.SqliteError)) throw error;
    return false;
  } finally {
    db?.close();
  }
}
