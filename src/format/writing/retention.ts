/**
 * The rolling window of a recording that is left on: deletes what is older or what has no room. The pages that
 * become free are used again, so the file stops growing.
 */
import type Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import { decodeBatch } from '../codec/batch-decoder.js';
import type { RowInserts } from '../database/row-inserts.js';
import { formatVersion, type Segment } from '../vocabulary.js';
import { KeptRows } from './kept-rows.js';

export interface RetentionLimits {
  /** How much time is kept at least, in ns. */
  readonly keepNs: number | null;
  /** What file and log may take together, in bytes. */
  readonly maxBytes: number | null;
}

/** A file that is full is emptied by this share, so that there is peace for a while. */
const clearedShare = 1 / 8;

/** The log is folded in when it has this share of the limit: it takes room, and what is in it goes at once or not at all. */
const logShare = 1 / 32;
/** Below this it is not worth waiting for the disk, in bytes. */
const leastLogBytes = 64 * 1024;

interface OldBatch {
  readonly id: number;
  readonly lastNs: number;
  /** Of its samples. */
  readonly bytes: number;
}

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
  /** What was left of the log when it was last folded in: all of it, while another program reads. */
  #leftBytes = 0;

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

  /**
   * Takes note of a log that was to be folded in. While another program reads, it cannot be, and to delete more would not help.
   * @param logBytes how long it was
   */
  folded(logBytes: number, isEmpty: boolean): void {
    this.#leftBytes = isEmpty ? 0 : logBytes;
    if (isEmpty) this.#logBytes = Math.max(logBytes, this.#logBytes * (1 - clearedShare));
  }

  /** Whether batches are to be merged and the log folded in, since it takes too much of the room. */
  isLogFull(logBytes: number): boolean {
    const { maxBytes } = this.#limits;
    return maxBytes !== null && logBytes - this.#leftBytes > Math.max(leastLogBytes, maxBytes * logShare);
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
    const batches = this.#statements.oldest.all() as OldBatch[];
    const newest = batches.pop();
    if (newest === undefined) return;
    const cutNs = this.#limits.keepNs === null ? 0 : this.#lastNs - this.#limits.keepNs;
    let at = 0;
    while (at < batches.length && batches[at]!.lastNs < cutNs) this.#forget(batches[at++]!);
    const span = this.#lastNs - this.#keptFromNs;
    if (isFull) this.#makeRoom(batches.slice(at), newest.bytes);
    // A sweep looks at every row: not for each batch that goes.
    else if (this.#keptFromNs - this.#sweptFromNs > span * clearedShare) this.#sweep();
    if (at > 0 || isFull) {
      this.#statements.gaps.run(this.#keptFromNs);
      this.#statements.marks.run(this.#keptFromNs);
      this.#statements.kept.run(this.#keptFromNs, this.#recordingId);
    }
    if (this.#limits.maxBytes !== null && this.#usedBytes() > this.#limits.maxBytes)
      throw new PyspyError(
        'output',
        `recording to ${this.#path} stopped: what it has to keep takes more than --max-size`,
        { hint: 'Give a larger --max-size, or a lower --rate.' },
      );
  }

  /**
   * Deletes the oldest batches until there is room. What that gives back shows only afterwards, since rows that nothing else
   * needs go with them, which may be nearly all of the file or nothing: so in steps, each guessed from the one before.
   */
  #makeRoom(batches: readonly OldBatch[], newestBytes: number): void {
    const goal = (this.#limits.maxBytes ?? 0) * (1 - clearedShare) - this.#logBytes;
    let used = this.#usedBytes();
    // As if each row belonged to one batch: too much goes with each byte of samples then, rather than too little.
    let perByte = used / batches.reduce((sum, { bytes }) => sum + bytes, newestBytes);
    for (let at = 0; used > goal && at < batches.length; ) {
      let deleted = 0;
      do {
        deleted += batches[at]!.bytes;
        this.#forget(batches[at++]!);
      } while (at < batches.length && (deleted + batches[at]!.bytes) * perByte <= used - goal);
      this.#sweep();
      const left = this.#usedBytes();
      perByte = Math.max(1, (used - left) / deleted);
      used = left;
    }
  }

  #forget({ id, lastNs }: OldBatch): void {
    this.#statements.failures.run(id);
    this.#statements.delete.run(id);
    this.#keptFromNs = lastNs;
  }

  #sweep(): void {
    this.#sweptFromNs = this.#keptFromNs;
    this.#rows.sweep(this.#keptFromNs);
  }

  #usedBytes(): number {
    const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
      Number(this.#db.pragma(name, { simple: true })),
    ) as [number, number, number];
    return (pages - free) * size;
  }
}
