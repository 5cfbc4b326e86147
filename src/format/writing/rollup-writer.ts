/** Makes the rollups of a finished trace and puts them into it: nothing else of it changes, and it may fail without harm. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import { compactSql } from '../database/schema.js';
import { checkSchema } from '../database/trace-schema.js';
import { databaseName } from '../files/database-name.js';
import { fileStat } from '../files/file-stat.js';
import { TraceReader } from '../reading/reader.js';
import { rollupLayout } from '../rollups/rollup.js';
import { type BuiltRollup, RollupBuilder } from '../rollups/rollup-builder.js';

/** Others that use the file just now are waited for no longer than this (ms). */
const busyTimeoutMs = 200;

/**
 * Puts rollups into a trace, in the place of those that it has. Only where it is complete and can be written to.
 * @param options.samples of the smallest stretch
 * @returns whether it has them now
 * @throws PyspyError of kind "trace" where it is damaged
 */
export function writeRollups(path: string, options: { samples?: number } = {}): boolean {
  const file = writableFile(path);
  if (file === null) return false;
  const rollups = buildRollups(path, options);
  return rollups !== null && store(path, file, rollups);
}

/** Its real name; null where nothing can be put into it. A log beside the file belongs to a program that still writes. */
function writableFile(path: string): string | null {
  try {
    const file = databaseName(realpathSync(path));
    if (file === null || (fileStat(`${file}-wal`)?.size ?? 0) > 0) return null;
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return file;
  } catch {
    return null;
  }
}

/** When threads got their names but the first, ns. @throws PyspyError of kind "trace" where a thread is not there */
export function renamesIn(reader: TraceReader): (thread: number) => readonly number[] {
  const renames = new Map<number, number[]>();
  return (thread) => {
    let known = renames.get(thread);
    if (known === undefined) {
      known = reader
        .thread(thread)
        .names.slice(1)
        .map(({ sinceNs }) => sinceNs);
      renames.set(thread, known);
    }
    return known;
  };
}

/** null where the trace is not complete, or has what must not be summed up. */
function buildRollups(path: string, options: { samples?: number }): BuiltRollup[] | null {
  const reader = TraceReader.open(path);
  try {
    if (reader.state() !== 'complete') return null;
    const builder = new RollupBuilder(options);
    const renamesOf = renamesIn(reader);
    for (const stored of reader.weighed(0, Number.MAX_SAFE_INTEGER, { cpu: true })) {
      // A reader of batches says which columns it did not know; a sum cannot.
      if (reader.unknownColumns().length > 0) return null;
      const added = builder.add({ ...stored, renamesOf });
      if (!added) return null;
    }
    return builder.finish();
  } finally {
    reader.close();
  }
}

/** @returns whether that worked: a full disk, a lock, a file of another's are no reason to fail */
function store(path: string, file: string, rollups: readonly BuiltRollup[]): boolean {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { fileMustExist: true, timeout: busyTimeoutMs });
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'foreign_keys = OFF'])
      db.pragma(pragma);
    insert(path, db, rollups);
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError || error instanceof PyspyError) return false;
    throw error;
  } finally {
    db?.close();
  }
}

function insert(path: string, db: Database.Database, rollups: readonly BuiltRollup[]): void {
  db.transaction(() => {
    checkSchema(path, db);
    // Dropping runs no triggers, and takes them with it; of a view in the name's place it fails.
    db.exec('DROP TABLE IF EXISTS rollup');
    db.exec(compactSql('rollup.sql'));
    const row = db.prepare(
      `INSERT INTO rollup (layout, first_ns, last_ns, since_ns, until_ns, batches, ticks, samples, missed, bytes, data)
       VALUES (${rollupLayout}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const rollup of rollups)
      row.run(
        rollup.firstNs,
        rollup.lastNs,
        rollup.sinceNs,
        rollup.untilNs,
        rollup.batches,
        rollup.ticks,
        rollup.samples,
        rollup.missed,
        rollup.bytes,
        rollup.data,
      );
  }).immediate();
}
