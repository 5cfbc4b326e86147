/** Brings a trace into the world: whole, or not at all. */
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { systemErrorCode } from '../errors.js';
import { isTaken, unfinishedName } from './output-path.js';
import { compactTraceSql } from './schema.js';
import type { RecordingInfo } from './vocabulary.js';

/**
 * Creates a trace with its schema and one recording. It is made under a name of its own and then put in its place:
 * nobody is to see it half made.
 * @param force whether a file that has the name already may be replaced
 * @returns the id of the recording
 * @throws PyspyError of kind "usage" where the name is taken, and errors of SQLite's
 */
export function createTrace(path: string, recording: RecordingInfo, force: boolean): number {
  const unfinished = unfinishedName(path);
  try {
    const recordingId = fill(unfinished, recording);
    putInPlace(unfinished, path, force);
    return recordingId;
  } finally {
    for (const suffix of ['', '-journal']) rmSync(unfinished + suffix, { force: true });
  }
}

function fill(path: string, recording: RecordingInfo): number {
  const db = new Database(path);
  try {
    // Every table takes a page and every batch wastes half of one. Freed pages go back to the system at the end.
    db.pragma('page_size = 512');
    db.pragma('auto_vacuum = INCREMENTAL');
    return db.transaction(() => {
      db.exec(compactTraceSql());
      return insertRecording(db, recording);
    })();
  } finally {
    db.close();
  }
}

/** Gives a finished file its name; a file that has taken that meanwhile is left alone, unless `force` is set. */
function putInPlace(unfinished: string, path: string, force: boolean): void {
  if (!force) {
    try {
      linkSync(unfinished, path);
      return;
    } catch (error) {
      // Not every file system has links; anything but their absence is the name's being taken, or a real fault.
      const code = systemErrorCode(error) ?? '';
      if (code === 'EEXIST' || existsSync(path)) throw isTaken(path);
      if (!['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
      renameSync(unfinished, path);
      return;
    }
  }
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  renameSync(unfinished, path);
}

function insertRecording(db: Database.Database, recording: RecordingInfo): number {
  const { host } = recording;
  const hostId = db
    .prepare(
      'INSERT INTO host (name, system, release, machine, cpu_model, cpus, boot_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(host.name, host.system, host.release, host.machine, host.cpuModel, host.cpus, host.bootId);
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO recording (host_id, recorder, recorder_pid, recorder_start_ticks, recorder_command, rate_hz,
         jitter, offset_ns, kept_from_ns, started_monotonic_ns, started_utc_ns)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)`,
    )
    .run(
      hostId.lastInsertRowid,
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
