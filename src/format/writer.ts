/**
 * Writes a trace: one transaction a segment, so that a killed recorder loses what was not yet a segment and
 * nothing else. While it grows, the file is in SQLite's write-ahead mode, which lets readers in; a clean end
 * folds the log back and leaves one single file.
 */
import Database from 'better-sqlite3';
import { BatchMerger } from './batch-merger.js';
import { createTrace } from './new-trace.js';
import { checkOutput, outputError } from './output-path.js';
import type { EncodedBatch, RecordingEnd, RecordingInfo, Segment } from './vocabulary.js';

/** How long a commit waits for somebody else who writes to the file, in ms: nobody should. */
const busyTimeoutMs = 5_000;

export class TraceWriter {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #recordingId: number;
  readonly #insert: ReturnType<typeof prepareInserts>;
  readonly #merger: BatchMerger;

  /**
   * Creates the file with its schema and one recording, and commits that at once.
   * @param options.force replace what is there
   * @throws PyspyError of kind "usage" (cannot be created) or "output" (disk full)
   */
  constructor(path: string, recording: RecordingInfo, options: { force?: boolean } = {}) {
    checkOutput(path, options.force ?? false);
    this.path = path;
    let db: Database.Database | undefined;
    try {
      this.#recordingId = createTrace(path, recording, options.force ?? false);
      db = new Database(path);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('wal_autocheckpoint = 0');
      this.#db = db;
      const insert = prepareInserts(db);
      this.#insert = insert;
      this.#merger = new BatchMerger(db, {
        path,
        periodNs: 1e9 / recording.rateHz,
        insert: (id, batch) => this.#insertBatch(id, batch),
      });
    } catch (error) {
      db?.close();
      throw error instanceof Database.SqliteError ? outputError(path, error) : error;
    }
  }

  /**
   * Stores a segment, all or nothing.
   * @throws PyspyError of kind "output"; what was stored before stays readable
   */
  append(segment: Segment): void {
    try {
      const { batch } = segment;
      // Merged before the log is folded in, the batches of single seconds take no place in the file for long.
      if (batch !== null && this.#merger.isFull(batch)) {
        this.#db.transaction(() => this.#merger.merge())();
        this.#merger.clear();
        this.#checkpoint();
      }
      const id = this.#db.transaction(() => this.#insertSegment(segment))();
      if (batch !== null && id !== null) this.#merger.add(id, batch);
    } catch (error) {
      throw outputError(this.path, error);
    }
  }

  /**
   * Marks the recording as ended and leaves a single file.
   * @throws PyspyError of kind "output"; the file is closed all the same
   */
  close(end: RecordingEnd): void {
    try {
      this.#finish(end);
      // A reader that has the file open keeps it in write-ahead mode; nothing is lost then, so that is no error.
      this.#db.pragma('busy_timeout = 500');
      try {
        this.#db.pragma('wal_checkpoint(TRUNCATE)');
        this.#db.pragma('journal_mode = DELETE');
      } catch (error) {
        if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
      }
    } catch (error) {
      throw outputError(this.path, error);
    } finally {
      this.#db.close();
    }
  }

  /** Merges what is left and marks the end; on a disk that has no room for the former, the latter alone. */
  #finish(end: RecordingEnd): void {
    const mark = this.#db.prepare('UPDATE recording SET ended_ns = ?, end_reason = ? WHERE recording_id = ?');
    const run = (): unknown => mark.run(Math.round(end.endedNs), end.reason, this.#recordingId);
    try {
      this.#db.transaction(() => {
        this.#merger.merge();
        run();
      })();
      this.#db.pragma('incremental_vacuum');
    } catch {
      run();
    }
  }

  /** Folds the log into the file, as far as readers allow: it waits for none of them. */
  #checkpoint(): void {
    this.#db.pragma('busy_timeout = 0');
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }

  /** Gives the file up without marking an end, as after a failed write. */
  abandon(): void {
    this.#db.close();
  }

  /** @returns the id of its batch */
  #insertSegment(segment: Segment): number | bigint | null {
    const insert = this.#insert;
    for (const row of segment.strings) insert.string.run(row.id, row.text);
    for (const row of segment.functions)
      insert.function.run(row.id, row.kind, row.name, row.qualname, row.file, row.firstLine);
    for (const row of segment.frames) insert.frame.run(row.id, row.function, row.line);
    for (const row of segment.stacks) insert.stack.run(row.id, row.parent, row.frame);
    for (const row of segment.processes)
      insert.process.run(
        row.id,
        this.#recordingId,
        row.parent,
        row.pid,
        row.startTicks,
        JSON.stringify(row.command),
        row.executable,
        row.cwd,
        row.pythonVersion,
        row.pythonBuild,
        Math.round(row.firstNs),
      );
    // SQLite's integers are signed.
    for (const row of segment.threads)
      insert.thread.run(
        row.id,
        row.process,
        BigInt.asIntN(64, row.pythonId),
        row.osId,
        Math.round(row.firstNs),
      );
    for (const row of segment.threadNames)
      insert.threadName.run(row.thread, Math.round(row.sinceNs), row.name);
    for (const gap of segment.gaps)
      insert.gap.run(this.#recordingId, Math.round(gap.fromNs), Math.round(gap.toNs), gap.reason);
    if (segment.batch === null) return null;
    const id = this.#insertBatch(null, segment.batch);
    for (const failure of segment.failures) insert.failure.run(id, failure.reason, failure.count);
    return id;
  }

  /** @param id null for the next one */
  #insertBatch(id: number | bigint | null, batch: EncodedBatch): number | bigint {
    return this.#insert.batch.run(
      id,
      this.#recordingId,
      Math.round(batch.firstNs),
      Math.round(batch.lastNs),
      batch.ticks,
      batch.samples,
      batch.missed,
      batch.torn,
      batch.failed,
      batch.truncated,
      batch.encoding,
      batch.data,
    ).lastInsertRowid;
  }
}

function prepareInserts(db: Database.Database) {
  const into = (table: string, columns: string) =>
    db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`);
  return {
    process: into(
      'process',
      'process_id, recording_id, parent_id, pid, start_ticks, command, executable, cwd, python_version, python_build, first_ns',
    ),
    thread: into('thread', 'thread_id, process_id, python_thread_id, os_thread_id, first_ns'),
    // A thread renamed twice within one moment keeps the later name.
    threadName: db.prepare(
      'INSERT OR REPLACE INTO thread_name (thread_id, since_ns, string_id) VALUES (?, ?, ?)',
    ),
    string: into('string', 'string_id, text'),
    function: into('function', 'function_id, kind, name_id, qualname_id, file_id, first_line'),
    frame: into('frame', 'frame_id, function_id, line'),
    stack: into('stack', 'stack_id, parent_id, frame_id'),
    batch: into(
      'batch',
      'batch_id, recording_id, first_ns, last_ns, ticks, samples, missed, torn, failed, truncated, encoding, data',
    ),
    failure: into('failure', 'batch_id, reason, count'),
    gap: into('gap', 'recording_id, from_ns, to_ns, reason'),
  };
}
