/** Brings a trace into the world: whole, or not at all. */
import { chmodSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { systemErrorCode } from '../../errors.js';
import type { StoredRecording } from '../database/recordings.js';
import { prepareInserts } from '../database/row-inserts.js';
import { compactSql } from '../database/schema.js';
import { storedCommand, storedText } from '../database/stored-text.js';
import { unfinishedName } from '../files/leftovers.js';
import { keptMode } from '../files/replaced-file.js';
import type { HostInfo, RecordingInfo } from '../recording-info.js';
import { isTaken } from './output-path.js';

/**
 * A trace that is made under a name of its own and then put in its place: no other program sees it half made. Ends with
 * `finish` or `discard`.
 */
export class NewTrace {
  /** Open, with all tables and nothing in them. */
  readonly db: Database.Database;
  readonly #path: string;
  /** Its name until it is finished. */
  readonly unfinished: string;

  /**
   * @param isSynced false for one with nothing in it: whether it is on the disk before it has its name does not matter
   * @throws errors of SQLite's
   */
  constructor(path: string, isSynced = true) {
    this.#path = resolve(path);
    this.unfinished = unfinishedName(this.#path);
    this.db = new Database(this.unfinished);
    try {
      // Every table takes a page and every batch wastes half of one. Freed pages go back to the system at the end.
      this.db.pragma('page_size = 512');
      this.db.pragma('auto_vacuum = INCREMENTAL');
      if (!isSynced) {
        this.db.pragma('synchronous = OFF');
        this.db.pragma('journal_mode = MEMORY');
      }
      this.db.exec(`BEGIN;\n${compactSql('trace.sql')};\nCOMMIT`);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /**
   * Closes the file and gives it its name.
   * @param force whether a file that has the name already may be replaced
   * @throws PyspyError of kind "usage" where the name is taken, and system errors
   */
  finish(force: boolean): void {
    try {
      this.db.close();
      putInPlace(this.unfinished, this.#path, force);
    } finally {
      this.discard();
    }
  }

  /** Leaves nothing of it. */
  discard(): void {
    this.db.close();
    for (const suffix of ['', '-journal']) rmSync(this.unfinished + suffix, { force: true });
  }
}

/** Has SQLite loaded, and what a new trace takes compiled: some 15 ms that are then not to be waited for later. */
export function warmUpTraces(): void {
  const db = new Database(':memory:');
  db.exec(compactSql('trace.sql'));
  prepareInserts(db, 1);
  db.close();
}

/**
 * Creates a trace with its schema and one recording.
 * @param force whether a file that has the name already may be replaced
 * @returns the id of the recording
 * @throws PyspyError of kind "usage" where the name is taken, and errors of SQLite's
 */
export function createTrace(path: string, recording: RecordingInfo, force: boolean): number {
  const trace = new NewTrace(path, false);
  try {
    const { db } = trace;
    const recordingId = db.transaction(() =>
      insertRecording(db, insertHost(db, recording.host), {
        ...recording,
        offsetNs: 0,
        keptFromNs: 0,
        end: null,
      }),
    )();
    trace.finish(force);
    return recordingId;
  } finally {
    trace.discard();
  }
}

/** Gives a finished file its name; a file that has taken that meanwhile is left alone, unless `force` is set. */
function putInPlace(unfinished: string, path: string, force: boolean): void {
  if (!force) {
    try {
      linkSync(unfinished, path);
      return;
    } catch (error) {
      // Not every file system has links; anything but their absence is the name's being taken, or a real fault. On FAT
      // Windows knows no such function, which libuv calls EISDIR (src/win/error.c).
      const code = systemErrorCode(error) ?? '';
      if (code === 'EEXIST' || existsSync(path)) throw isTaken(path);
      if (!['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EISDIR'].includes(code)) throw error;
      renameSync(unfinished, path);
      return;
    }
  }
  const mode = keptMode(path);
  if (mode !== null) chmodSync(unfinished, mode);
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  renameSync(unfinished, path);
}

/** @returns its id */
export function insertHost(db: Database.Database, host: HostInfo): number {
  const { lastInsertRowid } = db
    .prepare(
      'INSERT INTO host (name, system, release, machine, cpu_model, cpus, boot_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      storedText(host.name),
      storedText(host.system),
      storedText(host.release),
      storedText(host.machine),
      storedText(host.cpuModel),
      host.cpus,
      storedText(host.bootId),
    );
  return Number(lastInsertRowid);
}

/** @returns its id */
export function insertRecording(
  db: Database.Database,
  hostId: number,
  recording: Omit<StoredRecording, 'id' | 'host'>,
): number {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO recording (host_id, recorder, recorder_pid, recorder_start_ticks, recorder_command, rate_hz,
         jitter, scheduling, sampler, budget_pct, offset_ns, kept_from_ns, started_monotonic_ns, started_utc_ns, ended_ns, command_status, end_reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      hostId,
      recording.recorder,
      recording.recorderPid,
      recording.recorderStartTicks,
      storedCommand(recording.recorderCommand),
      recording.rateHz,
      recording.jitter,
      recording.scheduling,
      recording.sampler,
      recording.budgetPct,
      recording.offsetNs,
      recording.keptFromNs,
      recording.startedMonotonicNs,
      recording.startedUtcNs,
      recording.end?.endedNs ?? null,
      recording.end?.commandStatus ?? null,
      recording.end?.reason ?? null,
    );
  return Number(lastInsertRowid);
}
