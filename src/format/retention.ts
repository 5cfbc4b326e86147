/**
 * The rolling window of a recording that is left on: deletes what is older or what has no room. The pages that
 * become free are used again, so the file stops growing.
 */
import type Database from 'better-sqlite3';
import { PyspyError } from '../errors.js';
import { decodeBatch } from './batch-decoder.js';
import { KeptRows } from './kept-rows.js';
import type { RowInserts } from './row-inserts.js';
import { formatVersion, type Segment } from './vocabulary.js';

export interface RetentionLimits {
  /** How much time is kept at least, in ns. */
  readonly keepNs: number | null;
  /** What file and log may take together, in bytes. */
  readonly maxBytes: number | null;
}

/** A file that is full is emptied by this share, so that there is peace for a while. */
const clearedShare = 1 / 8;

export class Retention {
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #recordingId: number;
  readonly #limits: RetentionLimits;
  readonly #rows: KeptRows;
  readonly #statements: Record<
    'oldest' | 'delete' | 'failures' | 'gaps' | 'marks' | 'kept',
    Database.Statement
  >;
  #lastNs = 0;
  #keptFromNs = 0;
  #sweptFromNs = 0;
  /** How long the log gets before it is folded in: that much room it needs beside the file. */
  #logBytes = 0;

  constructor(
    db: Database.Database,
    options: { path: string; recordingId: number; limits: RetentionLimits; insert: RowInserts },
  ) {
    this.#db = db;
    this.#path = options.path;
    this.#recordingId = options.recordingId;
    this.#limits = options.limits;
    this.#rows = new KeptRows(db, options.insert);
    this.#statements = {
      oldest: db.prepare(
        'SELECT batch_id AS id, last_ns AS lastNs, length(data) AS bytes FROM batch ORDER BY last_ns, first_ns, batch_id',
      ),
      delete: db.prepare('DELETE FROM batch WHERE batch_id = ?'),
      failures: db.prepare('DELETE FROM failure WHERE batch_id = ?'),
      gaps: db.prepare('DELETE FROM gap WHERE to_ns < ?'),
      marks: db.prepare('DELETE FROM mark WHERE at_ns < ?'),
      kept: db.prepare('UPDATE recording SET kept_from_ns = ? WHERE recording_id = ?'),
    };
  }

  /** Takes note of a segment that is stored in the open transaction. */
  add(segment: Segment): void {
    const { batch } = segment;
    this.#rows.add(segment, batch && decodeBatch({ ...batch, formatVersion }, this.#path).batch);
    if (batch !== null) this.#lastNs = batch.lastNs;
  }

  /** Takes note of a log that could be folded in. While somebody reads, it cannot be, and to delete more would not help. */
  folded(logBytes: number): void {
    this.#logBytes = Math.max(logBytes, this.#logBytes * (1 - clearedShare));
  }

  /** Whether file and log have grown so much that it is time for `prune`. */
  isFull(): boolean {
    const { maxBytes } = this.#limits;
    return maxBytes !== null && this.#usedBytes() + this.#logBytes > maxBytes * (1 - clearedShare / 2);
  }

  /**
   * Deletes what is to go, within the open transaction. Nothing but merged batches must be in the file.
   * @throws PyspyError of kind "output" where the limit does not even hold the newest batch and what it refers to
   */
  prune(): void {
    const isFull = this.isFull();
    const batches = this.#statements.oldest.all() as { id: number; lastNs: number; bytes: number }[];
    const newest = batches.pop();
    if (newest === undefined) return;
    const cutNs = this.#limits.keepNs === null ? 0 : this.#lastNs - this.#limits.keepNs;
    let excess = isFull
      ? this.#usedBytes() + this.#logBytes - (this.#limits.maxBytes ?? 0) * (1 - clearedShare)
      : 0;
    let keptFromNs = this.#keptFromNs;
    for (const { id, lastNs, bytes } of batches) {
      if (lastNs >= cutNs && excess <= 0) break;
      this.#statements.failures.run(id);
      this.#statements.delete.run(id);
      excess -= bytes;
      keptFromNs = lastNs;
    }
    if (keptFromNs > this.#keptFromNs) {
      this.#keptFromNs = keptFromNs;
      this.#statements.gaps.run(keptFromNs);
      this.#statements.marks.run(keptFromNs);
      this.#statements.kept.run(keptFromNs, this.#recordingId);
    }
    // A sweep looks at every row: not for each batch that goes.
    const span = this.#lastNs - this.#keptFromNs;
    if (isFull || this.#keptFromNs - this.#sweptFromNs > span * clearedShare) {
      this.#sweptFromNs = this.#keptFromNs;
      this.#rows.sweep(this.#keptFromNs);
    }
    if (this.#limits.maxBytes !== null && this.#usedBytes() > this.#limits.maxBytes)
      throw new PyspyError(
        'output',
        `recording to ${this.#path} stopped: what it has to keep takes more than --max-size`,
        { hint: 'Give a larger --max-size, or a lower --rate.' },
      );
  }

  #usedBytes(): number {
    const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
      Number(this.#db.pragma(name, { simple: true })),
    ) as [number, number, number];
    return (pages - free) * size;
  }
}
