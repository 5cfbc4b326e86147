/**
 * One SELECT over a trace. It runs in a database of its own that holds the documented tables, so that nothing of the file is
 * executed and nothing can be written; samples are decoded while they are read.
 */
import Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { OwnCode, type OwnRule } from '../names/own-code.js';
import { addSamples, addStackFrames } from './samples.js';
import { fillTables } from './sql-tables.js';
import { findTimeLimits, type TimeLimits } from './time-limits.js';

/** A longer text is no question. */
const maxLength = 100_000;
/** What SQLite may take, in bytes; sorting goes to temporary files before that. */
const maxHeapBytes = 96 << 20;
/** Of a row that is handed out: no text of a trace is longer than 1 MiB. */
const maxRowBytes = 4 << 20;

const hint =
  'The tables are sample, stack, stack_frame, frame, function, thread, thread_name, process, recording, mark and gap: see docs/sql.md.';

export type SqlValue = string | number | bigint | Uint8Array | null;

export class SqlQuery {
  /** Names of the result's columns; one that is there twice has a number. */
  readonly columns: readonly string[];
  readonly #db: Database.Database;
  readonly #statement: Database.Statement<[], SqlValue[]>;

  /**
   * Prepares a query. The caller closes it, and the reader after it.
   * @param window samples outside are not there
   * @param onBatch called at each batch of samples that is read, with its end in ns; what it throws ends the query
   * @param mine what the columns `own` say
   * @throws PyspyError of kind "usage" for what is no single SELECT, "trace" where the trace is damaged
   */
  constructor(
    reader: TraceReader,
    sql: string,
    window: TimeLimits,
    onBatch: (lastNs: number) => void = () => {},
    mine: OwnRule = { folders: [] },
  ) {
    checkText(sql);
    // On disk, under no name: what has no room in the cache goes there.
    this.#db = new Database('');
    try {
      this.#db.pragma(`hard_heap_limit = ${maxHeapBytes}`);
      const { fromNs, toNs } = findTimeLimits(sql);
      const limits = { fromNs: Math.max(fromNs, window.fromNs), toNs: Math.min(toNs, window.toNs) };
      const own = new OwnCode(reader.processes(), mine);
      fillTables(this.#db, reader, sql, own);
      addSamples(this.#db, reader, limits, onBatch);
      addStackFrames(this.#db, reader, own);
      this.#db.pragma('query_only = ON');
      this.#statement = this.#prepare(sql);
      this.columns = uniqueNames(this.#statement.columns().map(({ name }) => name));
    } catch (error) {
      this.#db.close();
      throw queryError(error);
    }
  }

  /** @throws PyspyError of kind "usage" where the query fails on its way, "trace" where the trace is damaged */
  *rows(): Generator<SqlValue[], void> {
    try {
      for (const row of this.#statement.iterate()) {
        checkSize(row);
        yield row;
      }
    } catch (error) {
      throw queryError(error);
    }
  }

  close(): void {
    this.#db.close();
  }

  #prepare(sql: string): Database.Statement<[], SqlValue[]> {
    const statement = this.#db.prepare<[], SqlValue[]>(sql);
    if (!statement.reader || !statement.readonly) throw notASelect();
    return statement.raw().safeIntegers();
  }
}

/** @throws PyspyError of kind "usage" */
function checkSize(row: readonly SqlValue[]): void {
  let bytes = 0;
  for (const value of row)
    if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
  if (bytes > maxRowBytes)
    throw new PyspyError('usage', `a row of the result has ${bytes} bytes, more than ${maxRowBytes}`, {
      hint: 'Ask for shorter texts: substr(…, 1, 1000), or length(…).',
    });
}

function checkText(sql: string): void {
  if (sql.length > maxLength)
    throw new PyspyError('usage', `the query is longer than ${maxLength} characters`, {
      hint: 'Ask for less.',
    });
  const first = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(\w*)/.exec(sql)?.[1] ?? '';
  // PRAGMA and others that give rows are no questions to a trace.
  if (!['select', 'with', 'values', 'explain'].includes(first.toLowerCase())) throw notASelect();
}

function notASelect(): PyspyError {
  return new PyspyError('usage', 'the query is no SELECT, and a trace takes nothing else', { hint });
}

function uniqueNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

function queryError(error: unknown): unknown {
  if (error instanceof PyspyError) return error;
  if (error instanceof RangeError && /more than one statement/.test(error.message))
    return new PyspyError('usage', 'the query is more than one statement', { hint: 'Ask one at a time.' });
  if (error instanceof RangeError && /no statements/.test(error.message)) return notASelect();
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code === 'SQLITE_NOMEM')
    return new PyspyError('usage', 'the query needs more memory than it may take', {
      hint: 'Ask for shorter texts, or for a window (--from, --to).',
      cause: error,
    });
  if (error.code === 'SQLITE_FULL' || error.code.startsWith('SQLITE_IOERR'))
    return new PyspyError('output', `temporary files of the query cannot be written: ${error.message}`, {
      hint: 'Make room in the folder that SQLITE_TMPDIR or TMPDIR names.',
      cause: error,
    });
  return new PyspyError('usage', `the query is wrong: ${error.message}`, { hint, cause: error });
}
