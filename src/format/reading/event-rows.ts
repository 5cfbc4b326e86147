/** What happened while a trace was recorded: its gaps, its marks, and why samples failed. */
import { compareText } from '../../compare-text.js';
import { ColumnReader, cappedText } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import type { Failure, Gap } from '../vocabulary.js';

export interface StoredGap extends Gap {
  /** Of the recording that it belongs to. */
  readonly recording: number;
}

/** A named moment on the trace's time line. */
export interface StoredMark {
  readonly recording: number;
  readonly atNs: number;
  readonly name: string;
}

export class EventRows {
  readonly #db: TraceDatabase;

  constructor(db: TraceDatabase) {
    this.#db = db;
  }

  /** Gaps that touch from <= t < to, by time. */
  gaps(fromNs: number, toNs: number): StoredGap[] {
    const read = new ColumnReader(this.#db.path, 'gap');
    return this.#db
      .query(
        `SELECT recording_id, from_ns, to_ns, ${cappedText('reason')} FROM gap WHERE to_ns > ? AND from_ns < ? ORDER BY from_ns, gap_id`,
      )
      .all(fromNs, toNs)
      .map((row) => ({
        recording: read.integer(row, 'recording_id'),
        fromNs: read.integer(row, 'from_ns'),
        toNs: read.integer(row, 'to_ns'),
        reason: read.text(row, 'reason'),
      }));
  }

  /** Named moments, by time. */
  marks(): StoredMark[] {
    const read = new ColumnReader(this.#db.path, 'mark');
    return this.#db
      .query(`SELECT recording_id, at_ns, ${cappedText('name')} FROM mark ORDER BY at_ns, mark_id`)
      .all()
      .map((row) => ({
        recording: read.integer(row, 'recording_id'),
        atNs: read.integer(row, 'at_ns'),
        name: read.text(row, 'name'),
      }));
  }

  /** Why samples of one batch failed. */
  failuresOf(batchId: number): Failure[] {
    const read = new ColumnReader(this.#db.path, 'failure');
    return this.#db
      .query(`SELECT ${cappedText('reason')}, count FROM failure WHERE batch_id = ?`)
      .all(batchId)
      .map((row) => ({ reason: read.text(row, 'reason'), count: read.integer(row, 'count') }));
  }

  /** Why samples failed, summed over the trace, the most frequent reason first. */
  failures(): Failure[] {
    const read = new ColumnReader(this.#db.path, 'failure');
    const counts = new Map<string, number>();
    // Grouped here: SQLite would load whole texts to do it.
    for (const row of this.#db.query(`SELECT ${cappedText('reason')}, count FROM failure`).iterate()) {
      const reason = read.text(row, 'reason');
      counts.set(reason, (counts.get(reason) ?? 0) + read.integer(row, 'count'));
    }
    return [...counts]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || compareText(a.reason, b.reason));
  }
}
