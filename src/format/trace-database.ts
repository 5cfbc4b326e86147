/**
 * Opens the SQLite file of a trace that anyone may have written: checks what it is before SQLite sees it and what it
 * holds before the first query, reads only, and turns whatever SQLite objects to into one sentence.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { PyspyError, systemErrorCode } from '../errors.js';
import { damagedTrace, type Row } from './column.js';
import { fileStat } from './file-stat.js';
import { readSchema } from './schema.js';
import { applicationId, formatVersion } from './vocabulary.js';

/** How long a query waits for a writer that holds a lock, in ms. */
const busyTimeoutMs = 5_000;

const notATraceHint = 'Give a file that was written by "pyspy record".';

/** One prepared statement. Every method throws PyspyError of kind "trace" where SQLite cannot read the file. */
export interface Query {
  get(...values: unknown[]): Row | undefined;
  all(...values: unknown[]): Row[];
  /** Streams rows; the read transaction lasts as long as the loop. */
  iterate(...values: unknown[]): Generator<Row, void>;
}

export class TraceDatabase {
  /** As the user gave it: what errors call the file. */
  readonly path: string;
  /** `user_version` of the file, from 1 to formatVersion. */
  readonly version: number;
  readonly #db: Database.Database;
  readonly #queries = new Map<string, Query>();
  /** Leaves the folder as it was: called after closing. */
  readonly #tidy: () => void;

  private constructor(path: string, version: number, db: Database.Database, tidy: () => void) {
    this.path = path;
    this.version = version;
    this.#db = db;
    this.#tidy = tidy;
  }

  /**
   * Opens a trace for reading. The caller closes it.
   * @throws PyspyError of kind "trace": no such file, no trace, truncated, altered, of a newer format
   */
  static open(path: string): TraceDatabase {
    checkHeader(path);
    const file = resolve(path);
    // The library takes blanks off the ends of names; a copy has a name without.
    if (file !== file.trim()) return TraceDatabase.#openCopy(path, file);
    const tidy = rememberSideFiles(file);
    try {
      return TraceDatabase.#openAt(path, file, tidy);
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      // The log beside a file cannot be read without shared memory beside it: impossible in a folder that takes no
      // new files, and no trouble in one of our own.
      if (!/^SQLITE_(CANTOPEN|READONLY|IOERR_SHM|PERM|PROTOCOL)/.test(error.code))
        throw readError(path, error);
    }
    return TraceDatabase.#openCopy(path, file);
  }

  static #openCopy(path: string, file: string): TraceDatabase {
    const copy = mkdtempSync(join(tmpdir(), 'pyspy-'));
    try {
      copyWithLog(path, file, join(copy, 'copy.trace'));
      const removeCopy = () => rmSync(copy, { recursive: true, force: true });
      return TraceDatabase.#openAt(path, join(copy, 'copy.trace'), removeCopy);
    } catch (error) {
      rmSync(copy, { recursive: true, force: true });
      throw readError(path, error);
    }
  }

  static #openAt(path: string, file: string, tidy: () => void): TraceDatabase {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    try {
      for (const pragma of [
        'trusted_schema = OFF',
        'cell_size_check = ON',
        'query_only = ON',
        'mmap_size = 0',
      ])
        db.pragma(pragma);
      checkIdentity(path, db);
      const version = checkVersion(path, db);
      checkTables(path, db);
      return new TraceDatabase(path, version, db, tidy);
    } catch (error) {
      db.close();
      tidy();
      throw error;
    }
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

  /** Whether a table has a column: newer files may have more than this version writes. */
  hasColumn(table: string, column: string): boolean {
    return this.#guard(() => plainColumns(this.#db, table)).has(column);
  }

  close(): void {
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

/**
 * Reading a file in write-ahead mode makes a log and shared memory beside it. A recorder has both from its first moment
 * on; what was not there before is nobody's but ours.
 * @returns what removes them after closing
 */
function rememberSideFiles(file: string): () => void {
  const before = fileStat(file)?.ino;
  const ours = ['-wal', '-shm'].map((suffix) => file + suffix).filter((name) => !existsSync(name));
  return () => {
    // Another file under this name, made in the meantime, has side files of its own.
    if (fileStat(file)?.ino !== before) return;
    for (const name of ours) {
      const stat = fileStat(name);
      if (stat === undefined || (name.endsWith('-wal') && stat.size > 0)) continue;
      try {
        rmSync(name);
      } catch {
        // Somebody else was tidier, or the folder takes no changes any more.
      }
    }
  };
}

/** Looks at the file itself, before a library opens it. */
function checkHeader(path: string): void {
  let descriptor: number;
  try {
    // Opening a pipe for reading would wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw cannotOpen(path, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory())
      throw new PyspyError('trace', `${path} is a directory, not a trace`, { hint: notATraceHint });
    if (!stat.isFile())
      throw new PyspyError('trace', `${path} is not a regular file, and a trace is one`, {
        hint: notATraceHint,
      });
    const hasLog = logSize(path) > 0;
    if (stat.size === 0 && !hasLog)
      throw new PyspyError('trace', `${path} is empty, not a trace`, { hint: notATraceHint });
    const header = Buffer.alloc(100);
    const length = readSync(descriptor, header, 0, header.length, 0);
    const magic = 'SQLite format 3\0';
    if (header.toString('latin1', 0, Math.min(length, magic.length)) !== magic.slice(0, length))
      throw new PyspyError('trace', `${path} is not a trace: it is no SQLite database`, {
        hint: notATraceHint,
      });
    if (length < header.length) throw truncated(path, stat, null);
    // With a log beside it the newest header may be in there, and pages that the file does not have yet.
    if (hasLog) return;
    if (header.readUInt32BE(68) !== applicationId) throw notATrace(path);
    const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    const bytes = pageSize * header.readUInt32BE(28);
    const sizeIsValid = header.readUInt32BE(24) === header.readUInt32BE(92);
    if (sizeIsValid && stat.size < bytes) throw truncated(path, stat, bytes);
  } finally {
    closeSync(descriptor);
  }
}

function logSize(path: string): number {
  return fileStat(`${path}-wal`)?.size ?? 0;
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
function checkTables(path: string, db: Database.Database): void {
  const kinds = db.prepare<[string], Row>(
    "SELECT type, rootpage FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')",
  );
  for (const [table, names] of expectedTables()) {
    const kind = kinds.get(table);
    if (kind === undefined) throw damagedTrace(path, `it has no table "${table}"`);
    if (kind.type !== 'table' || typeof kind.rootpage !== 'number' || kind.rootpage < 1)
      throw damagedTrace(path, `"${table}" in it is not a plain table`);
    const columns = plainColumns(db, table);
    for (const name of names)
      if (!columns.has(name)) throw damagedTrace(path, `table "${table}" has no plain column "${name}"`);
  }
}

/** Names of the columns that are stored, not computed. `table` is a name of ours: it becomes part of the statement. */
function plainColumns(db: Database.Database, table: string): Set<unknown> {
  const rows = db.pragma(`table_xinfo(${table})`) as Row[];
  return new Set(rows.filter((row) => row.hidden === 0).map((row) => row.name));
}

let expected: Map<string, string[]> | undefined;

/** Tables and columns of this version, out of schema/trace.sql. */
function expectedTables(): Map<string, string[]> {
  if (expected === undefined) {
    expected = new Map();
    for (const [, table, body] of readSchema('trace.sql').matchAll(/^CREATE TABLE (\w+) \(\n([^;]*?)^\)/gm))
      expected.set(
        table!,
        [...body!.matchAll(/^ {2}([a-z]\w*) /gm)].map((match) => match[1]!),
      );
  }
  return expected;
}

/** Copies a file and its log as of one moment, as far as that can be seen from outside. */
function copyWithLog(path: string, from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    const before = fingerprint(from);
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`, constants.COPYFILE_FICLONE);
    else rmSync(`${to}-wal`, { force: true });
    if (fingerprint(from) === before) return;
    if (attempt === 5)
      throw new PyspyError(
        'trace',
        `${path} changes too fast to be copied, and its folder takes no new files`,
        {
          hint: 'Wait until the recording has ended, or read it as a user who can write to its folder.',
        },
      );
  }
}

function fingerprint(file: string): string {
  return [file, `${file}-wal`]
    .map((name) => {
      const stat = fileStat(name);
      return `${stat?.size} ${stat?.mtimeMs}`;
    })
    .join();
}

function notATrace(path: string): PyspyError {
  return new PyspyError('trace', `${path} is not a trace: it is a SQLite database of something else`, {
    hint: notATraceHint,
  });
}

function truncated(path: string, stat: Stats, bytes: number | null): PyspyError {
  const missing = bytes === null ? 'not even its header is whole' : `it should have ${bytes}`;
  return new PyspyError('trace', `${path} is truncated: it has ${stat.size} bytes, and ${missing}`, {
    hint: 'Copy it again from where it was recorded; while it is being recorded, copy the -wal file beside it too.',
  });
}

function cannotOpen(path: string, error: unknown): PyspyError {
  const code = systemErrorCode(error);
  const [what, hint] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? [`${path}: there is no such file`, 'Check the name; "pyspy record -o FILE" makes one.']
      : code === 'EACCES' || code === 'EPERM'
        ? [
            `${path} cannot be read: no permission`,
            'Read it as the user who recorded it, or change its mode (chmod).',
          ]
        : [`${path} cannot be read: ${error instanceof Error ? error.message : error}`, notATraceHint];
  return new PyspyError('trace', what!, { hint: hint!, cause: error });
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
