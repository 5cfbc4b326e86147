/**
 * Opens the SQLite file of a trace that anyone may have written: checks what it is before SQLite sees it and what it
 * holds before the first query, reads only, and turns whatever SQLite objects to into one sentence.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { databaseName } from '../files/database-name.js';
import { fileStat } from '../files/file-stat.js';
import { makeTemporaryFolder } from '../files/leftovers.js';
import { rememberSideFiles } from '../files/side-files.js';
import { damagedTrace, type Row } from './column.js';
import { refuseSharedPages } from './page-tree.js';
import { rollBack } from './rollback.js';
import { copyWithLog } from './trace-copy.js';
import { cannotOpen, checkHeader, notATraceHint } from './trace-header.js';
import { checkSchema, hasColumn, type TraceSchema } from './trace-schema.js';

/** How long a query waits for a writer that holds a lock, in ms. */
const busyTimeoutMs = 5_000;

/** One prepared statement. Every method throws PyspyError of kind "trace" where SQLite cannot read the file. */
export interface Query {
  get(...values: unknown[]): Row | undefined;
  all(...values: unknown[]): Row[];
  /** Streams rows; the read transaction lasts as long as the loop. */
  iterate(...values: unknown[]): Generator<Row, void>;
}

/** One state of a trace: what was committed when it was opened. */
export class TraceDatabase {
  /** As the user gave it: what errors call the file. */
  readonly path: string;
  /** Its real name, where links have been followed: beside that lie its log and its journal. */
  readonly file: string;
  /** Of file and log together. */
  readonly bytes: number;
  /** `user_version` of the file, from 1 to formatVersion. */
  readonly version: number;
  /** Whether it has a table of rollups. */
  readonly hasRollups: boolean;
  readonly #db: Database.Database;
  readonly #queries = new Map<string, Query>();
  /** Leaves the folder as it was: called after closing. */
  readonly #tidy: () => void;

  private constructor(
    path: string,
    schema: TraceSchema,
    db: Database.Database,
    { file, tidy }: { file: string; tidy: () => void },
  ) {
    this.path = path;
    this.file = file;
    this.bytes = (fileStat(file)?.size ?? 0) + (fileStat(`${file}-wal`)?.size ?? 0);
    this.version = schema.version;
    this.hasRollups = schema.hasRollups;
    this.#db = db;
    this.#tidy = tidy;
  }

  /**
   * Opens a trace for reading. The caller closes it.
   * @throws PyspyError of kind "trace": no such file, no trace, truncated, altered, of a newer format
   */
  static open(path: string): TraceDatabase {
    const file = realName(path);
    const beside = checkHeader(path, file);
    // A copy has a name that the library takes, and nothing beside it but what is needed.
    if (databaseName(file) === null || !beside.hasPlainMemory) return TraceDatabase.#openCopy(path, file);
    const tidy = rememberSideFiles(file);
    try {
      return TraceDatabase.#openInPlace(path, file, tidy);
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      // The log beside a file cannot be read without shared memory beside it: impossible in a folder that takes no
      // new files, and no trouble in one of our own.
      if (!/^SQLITE_(CANTOPEN|READONLY|IOERR_SHM|PERM|PROTOCOL)/.test(error.code))
        throw readError(path, error);
    }
    return TraceDatabase.#openCopy(path, file);
  }

  static #openInPlace(path: string, file: string, tidy: () => void): TraceDatabase {
    try {
      return TraceDatabase.#openAt(path, file, { file, tidy });
    } catch (error) {
      // A writer was killed in the middle of a transaction. If this file cannot be restored, the copy below is.
      const isHalfWritten =
        error instanceof Database.SqliteError && error.code === 'SQLITE_READONLY_ROLLBACK';
      if (!isHalfWritten || !rollBack(path, file)) throw error;
      return TraceDatabase.#openAt(path, file, { file, tidy });
    }
  }

  static #openCopy(path: string, file: string): TraceDatabase {
    const folder = makeTemporaryFolder();
    const tidy = () => rmSync(folder, { recursive: true, force: true });
    try {
      const copy = join(folder, 'copy.trace');
      copyWithLog(path, file, copy);
      if (existsSync(`${copy}-journal`)) rollBack(path, copy);
      return TraceDatabase.#openAt(path, copy, { file, tidy });
    } catch (error) {
      tidy();
      throw readError(path, error);
    }
  }

  /** @param name of the file or of its copy */
  static #openAt(path: string, name: string, place: { file: string; tidy: () => void }): TraceDatabase {
    const open = () => new Database(name, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    let db: Database.Database | undefined;
    try {
      // What a journal puts back comes first; to look at the pages while the file is open would give up SQLite's locks.
      if ((fileStat(`${name}-journal`)?.size ?? 0) > 0) askForNothing(open());
      refuseSharedPages(path, name);
      db = open();
      for (const pragma of [
        'trusted_schema = OFF',
        'cell_size_check = ON',
        'query_only = ON',
        'mmap_size = 0',
        'ignore_check_constraints = ON',
      ])
        db.pragma(pragma);
      // From here on one state of the file is read, however it goes on: batches are merged and old ones deleted.
      db.exec('BEGIN');
      return new TraceDatabase(path, checkSchema(path, db), db, place);
    } catch (error) {
      db?.close();
      place.tidy();
      throw error;
    }
  }

  /** Whether it has a column that files of its version may lack. */
  has(table: string, column: string): boolean {
    return this.#guard(() => hasColumn(this.#db, table, column));
  }

  /**
   * Prepares a statement, once for each text.
   * @param options.bigint whether integers come as bigint
   * @throws PyspyError of kind "trace"
   */
  query(sql: string, options: { bigint?: boolean } = {}): Query {
    const key = options.bigint ? `${sql} -- bigint` : sql;
    const known = this.#queries.get(key);
    if (known !== undefined) return known;
    const statement = this.#guard(() => this.#db.prepare<unknown[], Row>(sql));
    statement.safeIntegers(options.bigint ?? false);
    const path = this.path;
    const query: Query = {
      get: (...values) => this.#guard(() => statement.get(...values)),
      all: (...values) => this.#guard(() => statement.all(...values)),
      *iterate(...values) {
        try {
          yield* statement.iterate(...values);
        } catch (error) {
          throw readError(path, error);
        }
      },
    };
    this.#queries.set(key, query);
    return query;
  }

  /** Nothing where it is closed already. */
  close(): void {
    if (!this.#db.open) return;
    this.#db.close();
    this.#tidy();
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw readError(this.path, error);
    }
  }
}

/** Where the file itself is: SQLite keeps what belongs to it beside that, and not beside a link. */
function realName(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/** Has SQLite open and read a file, and closes it. @throws SqliteError where its journal has to be put back first */
function askForNothing(db: Database.Database): void {
  try {
    db.pragma('application_id');
  } finally {
    db.close();
  }
}

/** Anything that reading threw, as an error for people; what is none of SQLite's passes through. */
function readError(path: string, error: unknown): unknown {
  if (error instanceof PyspyError) return error;
  if (!(error instanceof Database.SqliteError))
    return systemErrorCode(error) === undefined ? error : cannotOpen(path, error);
  if (error.code === 'SQLITE_NOTADB')
    return new PyspyError('trace', `${path} is not a trace: its header is not one of SQLite's`, {
      hint: notATraceHint,
      cause: error,
    });
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED'))
    return new PyspyError('trace', `${path} is locked by another program`, {
      hint: 'Try again in a moment.',
      cause: error,
    });
  if (error.code.startsWith('SQLITE_IOERR') || error.code.startsWith('SQLITE_CANTOPEN'))
    return new PyspyError('trace', `${path} cannot be read: ${error.message}`, {
      hint: 'Check the disk and the permissions of the file and its folder.',
      cause: error,
    });
  return damagedTrace(path, error.message, error);
}
