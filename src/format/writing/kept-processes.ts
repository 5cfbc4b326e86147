/**
 * The process rows of a trace that forgets: those that have no sample in what is kept are deleted from the file, but for the
 * first, after which a trace is called, and those that a row which is kept has for its parent.
 */
import type Database from 'better-sqlite3';
import type { RowInserts } from '../database/row-inserts.js';
import type { ProcessRow } from '../vocabulary.js';

interface KeptProcess {
  readonly row: ProcessRow;
  /** Whether it is in the file. */
  isStored: boolean;
  /** Whether nothing of it is to come. */
  isOver: boolean;
  /** Time of the last batch that needed it, in ns. */
  usedNs: number;
}

export class KeptProcesses {
  readonly #insert: RowInserts;
  /** By id: parents before their children. */
  readonly #processes = new Map<number, KeptProcess>();
  readonly #delete: Database.Statement;
  #firstId: number | null = null;

  constructor(db: Database.Database, insert: RowInserts) {
    this.#insert = insert;
    this.#delete = db.prepare('DELETE FROM process WHERE process_id = ?');
  }

  /** How many are remembered. */
  get size(): number {
    return this.#processes.size;
  }

  /** Takes note of a row that is stored in the open transaction. */
  add(row: ProcessRow): void {
    this.#firstId ??= row.id;
    this.#processes.set(row.id, { row, isStored: true, isOver: false, usedNs: row.firstNs });
    if (row.parent !== null) this.need(row.parent, 0);
  }

  /** A row that is stored needs it, at a time in ns: so do its parents' rows, in turn. */
  need(id: number, nowNs: number): void {
    let process = this.#processes.get(id);
    if (process !== undefined) process.usedNs = Math.max(process.usedNs, nowNs);
    for (
      ;
      process !== undefined && !process.isStored;
      process = this.#processes.get(process.row.parent ?? 0)
    ) {
      process.isStored = true;
      this.#insert.process(process.row);
    }
  }

  end(id: number): void {
    const process = this.#processes.get(id);
    if (process !== undefined) process.isOver = true;
  }

  /** Whether nothing of a process is to come. */
  isOver(id: number): boolean {
    return this.#processes.get(id)?.isOver !== false;
  }

  /** Deletes the rows that nothing after `fromNs` needs; those that are over are forgotten, too. */
  sweep(fromNs: number): void {
    const parents = new Set<number>();
    // From the end: children are met before their parents.
    for (const [id, process] of [...this.#processes].reverse()) {
      const isNeeded =
        process.isStored && (process.usedNs >= fromNs || parents.has(id) || id === this.#firstId);
      if (isNeeded) {
        if (process.row.parent !== null) parents.add(process.row.parent);
        continue;
      }
      if (process.isStored) this.#delete.run(id);
      process.isStored = false;
      if (process.isOver) this.#processes.delete(id);
    }
  }
}
