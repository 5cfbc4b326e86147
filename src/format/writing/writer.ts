/**
 * Writes a trace: one transaction a segment, so that a killed recorder loses what was not yet a segment and
 * nothing else. While it grows, the file is in SQLite's write-ahead mode, which lets readers in; a clean end
 * folds the log back and leaves one single file.
 */
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { diskFault } from '../../disk-fault.js';
import { periodOf } from '../codec/batch-grid.js';
import { prepareInserts, type RowInserts } from '../database/row-inserts.js';
import { fileStat } from '../files/file-stat.js';
import type { RecordingEnd, RecordingInfo } from '../recording-info.js';
import type { Segment } from '../vocabulary.js';
import { BatchMerger } from './batch-merger.js';
import { LiveFile } from './live-file.js';
import { MarkRows } from './mark-rows.js';
import { createTrace } from './new-trace.js';
import { checkOutput, outputError, unfinishedError } from './output-path.js';
import { Retention, type RetentionLimits } from './retention.js';

/** How long a commit waits for another program that writes to the file, in ms: none should. */
const busyTimeoutMs = 5_000;

/** Less often than batches are merged: short recordings of many gaps would otherwise wait for the disk all the time. */
const checkpointEveryMs = 8_000;

export class TraceWriter {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #recordingId: number;
  readonly #insert: RowInserts;
  readonly #file: LiveFile;
  readonly #merger: BatchMerger;
  #checkpointedAt = Date.now();
  readonly #marks: MarkRows;
  /** Null where all is kept. */
  readonly #retention: Retention | null;

  /**
   * Creates the file with its schema and one recording, and commits that at once.
   * @param options.force replace what is there
   * @param options.limits what to keep; all where not given
   * @throws PyspyError of kind "usage" (cannot be created) or "output" (disk full)
   */
  constructor(
    path: string,
    recording: RecordingInfo,
    options: { force?: boolean; limits?: RetentionLimits } = {},
  ) {
    checkOutput(path, options.force ?? false);
    this.path = path;
    let db: Database.Database | undefined;
    try {
      this.#recordingId = createTrace(path, recording, options.force ?? false);
      db = new Database(resolve(path));
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('wal_autocheckpoint = 0');
      // Makes the log at once, and not empty: readers tidy up an empty one that was not there when they came.
      db.prepare('UPDATE recording SET kept_from_ns = 0').run();
      this.#file = new LiveFile(path);
      // Rows come before what refers to them, or with it; checking each would look through whole tables at a deletion.
      db.pragma('foreign_keys = OFF');
      this.#db = db;
      const insert = prepareInserts(db, this.#recordingId);
      this.#insert = insert;
      this.#marks = new MarkRows(db, this.#recordingId);
      this.#merger = new BatchMerger(db, {
        path,
        periodNs: periodOf(recording.rateHz),
        insert: insert.batch,
      });
      const { keepNs = null, maxBytes = null } = options.limits ?? {};
      this.#retention =
        keepNs === null && maxBytes === null
          ? null
          : new Retention(db, {
              path,
              recordingId: this.#recordingId,
              limits: { keepNs, maxBytes },
              insert,
            });
    } catch (error) {
      db?.close();
      if (error instanceof Database.SqliteError) throw outputError(path, error);
      throw diskFault(error) === null ? error : unfinishedError(path, error);
    }
  }

  /**
   * Stores a segment, all or nothing.
   * @throws PyspyError of kind "output"; what was stored before stays readable
   */
  append(segment: Segment): void {
    try {
      this.#file.check();
      const { batch } = segment;
      // Merged before the log is folded in, the batches of single seconds take no place in the file for long.
      if (batch !== null && (this.#merger.isFull(batch) || this.#isWindowFull())) {
        this.#db
          .transaction(() => {
            this.#merger.merge();
            this.#retention?.prune();
          })
          .immediate();
        this.#merger.clear();
        if (this.#retention !== null || Date.now() - this.#checkpointedAt > checkpointEveryMs)
          this.#checkpoint();
      }
      // Immediate, as all of them: who reads first could not write any more if a mark came from elsewhere in between.
      const id = this.#db.transaction(() => this.#insertSegment(segment)).immediate();
      this.#file.written();
      if (batch !== null && id !== null) this.#merger.add(id, batch);
    } catch (error) {
      throw outputError(this.path, error);
    }
  }

  /**
   * Gives a moment a name, and commits that at once.
   * @param name null for mark-1, mark-2 …; a name that is taken gets a number, too
   * @returns the name that it has
   * @throws PyspyError of kind "output"
   */
  mark(atNs: number, name: string | null): string {
    try {
      this.#file.check();
      const made = this.#db.transaction(() => this.#marks.insert(atNs, name)).immediate();
      this.#file.written();
      return made;
    } catch (error) {
      throw outputError(this.path, error);
    }
  }

  /**
   * Marks the recording as ended and leaves a single file; one that another program has replaced is left as it is.
   * @throws PyspyError of kind "output"; the file is closed all the same
   */
  close(end: RecordingEnd): void {
    const fault = this.#findFault();
    if (this.#file.isLost) {
      this.#file.giveUp(this.#db);
      throw fault;
    }
    try {
      this.#finish(fault === null ? end : { ...end, reason: 'output-failed' });
      // A reader that has the file open keeps it in write-ahead mode; nothing is lost then, so that is no error.
      this.#db.pragma('busy_timeout = 500');
      try {
        this.#db.pragma('wal_checkpoint(TRUNCATE)');
        if (this.#file.isInPlace()) this.#db.pragma('journal_mode = DELETE');
      } catch (error) {
        if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
      }
    } catch (error) {
      throw outputError(this.path, error);
    } finally {
      this.#db.close();
      // Under the old name of a file that was moved away, its log has been folded in and is no longer used.
      if (!this.#file.isInPlace() && this.#file.hasLog())
        for (const suffix of ['-wal', '-shm']) rmSync(this.path + suffix, { force: true });
    }
    if (fault !== null) throw fault;
  }

  #findFault(): unknown {
    try {
      this.#file.check();
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Merges what is left and marks the end; on a disk that has no room for the former, the latter alone. */
  #finish(end: RecordingEnd): void {
    const mark = this.#db.prepare(
      `UPDATE recording SET ended_ns = ?, end_reason = ?, command_status = ?, scheduling = coalesce(?, scheduling)
       WHERE recording_id = ?`,
    );
    const run = (): unknown =>
      mark.run(
        Math.round(end.endedNs),
        end.reason,
        end.commandStatus ?? null,
        end.scheduling ?? null,
        this.#recordingId,
      );
    try {
      this.#db
        .transaction(() => {
          this.#merger.merge();
          this.#retention?.prune();
          // The end may be seen a little after it, and a mark made meanwhile.
          this.#db.prepare('UPDATE mark SET at_ns = min(at_ns, ?)').run(Math.round(end.endedNs));
          run();
        })
        .immediate();
      this.#db.pragma('incremental_vacuum');
    } catch {
      run();
    }
  }

  /** Folds the log into the file, as far as readers allow: it waits for none of them. */
  #checkpoint(): void {
    this.#checkpointedAt = Date.now();
    this.#db.pragma('busy_timeout = 0');
    const logBytes = this.#logBytes();
    const [result] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    this.#file.folded();
    this.#retention?.folded(logBytes, result?.busy === 0);
    this.#db.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }

  #logBytes(): number {
    return fileStat(`${this.path}-wal`)?.size ?? 0;
  }

  #isWindowFull(): boolean {
    const retention = this.#retention;
    return retention !== null && (retention.isFull() || retention.isLogFull(this.#logBytes()));
  }

  /** Gives the file up without marking an end, as after a failed write. */
  abandon(): void {
    this.#db.close();
  }

  /** @returns the id of its batch */
  #insertSegment(segment: Segment): number | bigint | null {
    const insert = this.#insert;
    for (const row of segment.strings) insert.string(row);
    for (const row of segment.functions) insert.function(row);
    for (const row of segment.frames) insert.frame(row);
    for (const row of segment.stacks) insert.stack(row);
    for (const row of segment.processes) insert.process(row);
    for (const row of segment.threads) insert.thread(row);
    for (const row of segment.threadNames) insert.threadName(row);
    for (const row of segment.gaps) insert.gap(row);
    this.#retention?.add(segment);
    if (segment.batch === null) return null;
    const id = insert.batch(null, segment.batch);
    for (const row of segment.failures) insert.failure(id, row);
    return id;
  }
}
