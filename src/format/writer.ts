/**
 * Writes a trace: one transaction a segment, so that a killed recorder loses what was not yet a segment and
 * nothing else. While it grows, the file is in SQLite's write-ahead mode, which lets readers in; a clean end
 * folds the log back and leaves one single file.
 */
import { closeSync, existsSync, openSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { PyspyError, systemErrorCode } from '../errors.js';
import { readSchema } from './schema.js';
import type { HostInfo, RecordingEnd, RecordingInfo, Segment } from './vocabulary.js';

/** How much of the log may pile up beside the file before it is folded in; a copy of the file alone lacks that much. */
const checkpointEveryMs = 10_000;

/**
 * Checks, before any work is done, that a trace can be made at `path`.
 * @param force whether an existing file may be replaced
 * @throws PyspyError of kind "usage" that names the reason
 */
export function checkOutput(path: string, force: boolean): void {
  const folder = dirname(path);
  const folderStat = statIfThere(folder);
  if (folderStat === undefined)
    throw new PyspyError('usage', `cannot write ${path}: there is no directory ${folder}`, {
      hint: `Create it (mkdir -p), or choose another place with -o.`,
    });
  const stat = statIfThere(path);
  if (stat?.isDirectory() || !folderStat.isDirectory())
    throw new PyspyError(
      'usage',
      `cannot write ${path}: ${stat ? 'it' : folder} is ${stat ? '' : 'not '}a directory`,
      {
        hint: 'Choose another place with -o.',
      },
    );
  if (stat !== undefined && !stat.isFile())
    throw new PyspyError('usage', `cannot write ${path}: it is not a regular file, and a trace must be one`, {
      hint: 'Choose another place with -o.',
    });
  if (!force) {
    for (const taken of [path, `${path}-wal`])
      if (existsSync(taken))
        throw new PyspyError('usage', `${taken} exists already and is not overwritten`, {
          hint: 'Choose another name with -o, or give --force to replace it.',
        });
  }
  // Only an attempt tells whether a file can be made here (permissions, read-only file systems, quotas).
  const probe = `${path}.${process.pid}.tmp`;
  try {
    closeSync(openSync(probe, 'wx'));
  } catch (error) {
    throw cannotCreate(path, error);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** undefined also where something on the way is a file and no directory (ENOTDIR). */
function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTDIR') return undefined;
    throw cannotCreate(path, error);
  }
}

export class TraceWriter {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #recordingId: number;
  readonly #insert: ReturnType<typeof prepareInserts>;
  #checkpointedAt = Date.now();

  /**
   * Creates the file with its schema and one recording, and commits that at once.
   * @param options.force replace what is there
   * @throws PyspyError of kind "usage" (cannot be created) or "output" (disk full)
   */
  constructor(path: string, recording: RecordingInfo, options: { force?: boolean } = {}) {
    checkOutput(path, options.force ?? false);
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
    this.path = path;
    let db: Database.Database | undefined;
    try {
      db = new Database(path);
      db.pragma('page_size = 4096');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('wal_autocheckpoint = 0');
      // The schema ends up in the main file at once: whoever copies that alone still has a valid trace.
      db.transaction(() => db!.exec(readSchema('trace.sql')))();
      this.#db = db;
      this.#insert = prepareInserts(db);
      this.#recordingId = db.transaction(() => this.#insertRecording(recording))();
      db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      db?.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      throw error instanceof Database.SqliteError ? outputError(path, error) : error;
    }
  }

  /**
   * Stores a segment, all or nothing.
   * @throws PyspyError of kind "output"; what was stored before stays readable
   */
  append(segment: Segment): void {
    try {
      this.#db.transaction(() => this.#insertSegment(segment))();
      if (Date.now() - this.#checkpointedAt > checkpointEveryMs) {
        this.#checkpointedAt = Date.now();
        this.#db.pragma('wal_checkpoint(TRUNCATE)');
      }
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
      this.#db
        .prepare('UPDATE recording SET ended_ns = ?, end_reason = ? WHERE recording_id = ?')
        .run(Math.round(end.endedNs), end.reason, this.#recordingId);
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
      // A reader that has the file open keeps it in write-ahead mode; nothing is lost then, so that is no error.
      this.#db.pragma('busy_timeout = 500');
      try {
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

  /** Gives the file up without marking an end, as after a failed write. */
  abandon(): void {
    this.#db.close();
  }

  #insertRecording(recording: RecordingInfo): number {
    const { host } = recording;
    const hostId = this.#insert.host.run(hostColumns(host)).lastInsertRowid;
    const { lastInsertRowid } = this.#insert.recording.run(
      hostId,
      recording.recorder,
      recording.recorderPid,
      recording.recorderStartTicks,
      JSON.stringify(recording.recorderCommand),
      recording.rateHz,
      recording.jitter,
      recording.startedMonotonicNs,
      recording.startedUtcNs,
    );
    return Number(lastInsertRowid);
  }

  #insertSegment(segment: Segment): void {
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
    const { batch } = segment;
    if (batch === null) return;
    const { lastInsertRowid } = insert.batch.run(
      this.#recordingId,
      Math.round(batch.firstNs),
      Math.round(batch.lastNs),
      batch.ticks,
      batch.samples,
      batch.missed,
      batch.torn,
      batch.failed,
      batch.truncated,
      batch.data,
    );
    for (const failure of segment.failures)
      insert.failure.run(lastInsertRowid, failure.reason, failure.count);
  }
}

function prepareInserts(db: Database.Database) {
  const into = (table: string, columns: string) =>
    db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`);
  return {
    host: into('host', 'name, system, release, machine, cpu_model, cpus, boot_id'),
    recording: db.prepare(
      `INSERT INTO recording (host_id, recorder, recorder_pid, recorder_start_ticks, recorder_command, rate_hz,
         jitter, offset_ns, started_monotonic_ns, started_utc_ns) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
    ),
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
      'recording_id, first_ns, last_ns, ticks, samples, missed, torn, failed, truncated, data',
    ),
    failure: into('failure', 'batch_id, reason, count'),
    gap: into('gap', 'recording_id, from_ns, to_ns, reason'),
  };
}

function hostColumns(host: HostInfo): unknown[] {
  return [host.name, host.system, host.release, host.machine, host.cpuModel, host.cpus, host.bootId];
}

function cannotCreate(path: string, error: unknown): PyspyError {
  const code = systemErrorCode(error);
  const reason =
    code === 'EACCES' || code === 'EPERM'
      ? `no permission to create files in ${dirname(path)}`
      : code === 'EROFS'
        ? `${dirname(path)} is on a read-only file system`
        : code === 'ENOSPC' || code === 'EDQUOT'
          ? 'the disk is full'
          : code === 'ENAMETOOLONG'
            ? 'the name is too long'
            : `${dirname(path)} does not take new files (${code ?? String(error)})`;
  return new PyspyError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'output' : 'usage',
    `cannot write ${path}: ${reason}`,
    {
      hint: 'Choose another place with -o.',
      cause: error,
    },
  );
}

function outputError(path: string, error: unknown): PyspyError {
  const code = error instanceof Database.SqliteError ? error.code : (systemErrorCode(error) ?? 'unknown');
  const full = code === 'SQLITE_FULL' || code === 'ENOSPC';
  const reason = full
    ? 'the disk is full'
    : `writing failed (${code}: ${error instanceof Error ? error.message : error})`;
  return new PyspyError('output', `recording to ${path} stopped: ${reason}`, {
    hint: full
      ? 'What was written before is kept and can be replayed; make room, or record to another disk with -o.'
      : 'What was written before is kept and can be replayed.',
    cause: error,
  });
}
