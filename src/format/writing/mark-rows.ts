/** Marks of a recording that is under way: each has a name of its own. */
import type Database from 'better-sqlite3';

export class MarkRows {
  readonly #isTaken: Database.Statement;
  readonly #insert: Database.Statement;
  readonly #recordingId: number;
  /** Of those without a name. */
  #count = 0;

  constructor(db: Database.Database, recordingId: number) {
    this.#recordingId = recordingId;
    this.#isTaken = db.prepare('SELECT 1 FROM mark WHERE name = ?');
    this.#insert = db.prepare('INSERT INTO mark (recording_id, at_ns, name) VALUES (?, ?, ?)');
  }

  /**
   * To be called within a transaction.
   * @param name null for mark-1, mark-2 …; a name that is taken gets a number, too
   * @returns the name that it has
   */
  insert(atNs: number, name: string | null): string {
    let free = name ?? `mark-${++this.#count}`;
    for (let count = 2; this.#isTaken.get(free) !== undefined; count++)
      free = name === null ? `mark-${++this.#count}` : `${name}-${count}`;
    this.#insert.run(this.#recordingId, Math.round(atNs), free);
    return free;
  }
}
