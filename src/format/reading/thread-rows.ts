/** The rows of tables `thread` and `thread_name`, read when they are asked for. */
import { ColumnReader, damagedTrace } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import type { ProcessRow } from '../vocabulary.js';
import type { Dictionaries } from './dictionaries.js';

/** A thread of a recorded process, with every name that it had. */
export interface StoredThread {
  readonly id: number;
  readonly process: ProcessRow;
  readonly pythonId: bigint;
  readonly osId: number | null;
  readonly firstNs: number;
  /** By rising time; empty where Python knows no name. */
  readonly names: readonly { readonly sinceNs: number; readonly name: string }[];
}

export class ThreadRows {
  readonly #db: TraceDatabase;
  readonly #dictionaries: Dictionaries;
  readonly #processes: ReadonlyMap<number, ProcessRow>;
  readonly #known = new Map<number, StoredThread>();

  constructor(db: TraceDatabase, dictionaries: Dictionaries, processes: ReadonlyMap<number, ProcessRow>) {
    this.#db = db;
    this.#dictionaries = dictionaries;
    this.#processes = processes;
  }

  /** All, by id. */
  all(): StoredThread[] {
    const read = new ColumnReader(this.#db.path, 'thread');
    return this.#db
      .query('SELECT thread_id FROM thread ORDER BY thread_id')
      .all()
      .map((row) => this.get(read.integer(row, 'thread_id')));
  }

  /** @throws PyspyError of kind "trace" where there is none of that id */
  get(id: number): StoredThread {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const row = this.#db
      .query('SELECT process_id, python_thread_id, os_thread_id, first_ns FROM thread WHERE thread_id = ?', {
        bigint: true,
      })
      .get(id);
    if (row === undefined)
      throw damagedTrace(this.#db.path, `it has samples of thread ${id}, which it does not list`);
    const read = new ColumnReader(this.#db.path, 'thread');
    const processId = read.integerOfWide(row, 'process_id');
    const process = this.#processes.get(processId);
    if (process === undefined)
      throw damagedTrace(this.#db.path, `it has threads of process ${processId}, which it does not list`);
    const thread: StoredThread = {
      id,
      process,
      // SQLite's integers are signed, Python's numbers of threads are not.
      pythonId: BigInt.asUintN(64, read.bigint(row, 'python_thread_id')),
      osId: row.os_thread_id === null ? null : read.integerOfWide(row, 'os_thread_id'),
      firstNs: read.integerOfWide(row, 'first_ns'),
      names: this.#names(id),
    };
    this.#known.set(id, thread);
    return thread;
  }

  #names(id: number): StoredThread['names'] {
    const read = new ColumnReader(this.#db.path, 'thread_name');
    return this.#db
      .query('SELECT since_ns, string_id FROM thread_name WHERE thread_id = ? ORDER BY since_ns')
      .all(id)
      .map((row) => ({
        sinceNs: read.integer(row, 'since_ns'),
        name: this.#dictionaries.string(read.integer(row, 'string_id')),
      }));
  }
}
