/** Who recorded what, where and when: the small tables of a trace, read whole. */
import { PyspyError } from '../../errors.js';
import { importedReason, type RecordingEnd, type RecordingInfo, unknownJitter } from '../recording-info.js';
import { type ProcessRow, spansFeature } from '../vocabulary.js';
import { ColumnReader, cappedText, damagedTrace, type Row } from './column.js';
import type { TraceDatabase } from './trace-database.js';

/** Features (table `feature`) that this version knows. */
const knownFeatures: ReadonlySet<string> = new Set([spansFeature]);

export interface StoredRecording extends RecordingInfo {
  readonly id: number;
  /** Where its time zero lies on the trace's time line, in ns. */
  readonly offsetNs: number;
  /** What is older, on the trace's time line, was deleted to keep the file small; 0 if nothing was. */
  readonly keptFromNs: number;
  /** Null while it runs, and for ever if the recorder was killed. */
  readonly end: RecordingEnd | null;
}

/** Whether its samples lie where they were taken; not so of what was imported from a format without times. */
export function hasTimes({ end }: Pick<StoredRecording, 'end'>): boolean {
  return end?.reason !== importedReason;
}

/** Whether it is no recording: how its moments were chosen is not known then. */
export function isImported({ jitter }: Pick<StoredRecording, 'jitter'>): boolean {
  return jitter === unknownJitter;
}

/** Selects processes, for `readProcess`. */
export const processSql = `SELECT process_id, recording_id, parent_id, pid, start_ticks, ${cappedText('command')},
  ${cappedText('executable')}, ${cappedText('cwd')}, ${cappedText('python_version')}, ${cappedText('python_build')},
  first_ns FROM process`;

/**
 * Reads processes, as many as there are: those that a server started have the same texts, which are kept once.
 */
export class ProcessReader {
  readonly #read: ColumnReader;
  readonly #texts = new Map<string, string>();
  readonly #commands = new Map<unknown, readonly string[]>();

  constructor(path: string) {
    this.#read = new ColumnReader(path, 'process');
  }

  /** @throws PyspyError of kind "trace" */
  read(row: Row): ProcessRow {
    const read = this.#read;
    let command = this.#commands.get(row.command);
    if (command === undefined) {
      command = read.strings(row, 'command');
      this.#commands.set(row.command, command);
    }
    return {
      id: read.integer(row, 'process_id'),
      recording: read.integer(row, 'recording_id'),
      parent: read.optionalInteger(row, 'parent_id'),
      pid: read.integer(row, 'pid'),
      startTicks: read.integer(row, 'start_ticks'),
      command,
      executable: this.#text(row, 'executable'),
      cwd: this.#text(row, 'cwd'),
      pythonVersion: this.#text(row, 'python_version'),
      pythonBuild: this.#text(row, 'python_build'),
      firstNs: read.integer(row, 'first_ns'),
    };
  }

  #text(row: Row, column: string): string {
    const text = this.#read.text(row, column);
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }
}

/** @returns features that this version does not know and may ignore. @throws PyspyError for one that it needs */
export function readFeatures(db: TraceDatabase): string[] {
  const read = new ColumnReader(db.path, 'feature');
  const rows = db.query(`SELECT ${cappedText('name')}, required FROM feature ORDER BY name`).all();
  const unknown: string[] = [];
  for (const row of rows) {
    const name = read.text(row, 'name');
    if (knownFeatures.has(name)) continue;
    if (read.integer(row, 'required') !== 0)
      throw new PyspyError(
        'trace',
        `${db.path} needs the feature "${name}", which this pyspy does not have`,
        {
          hint: 'Read it with a newer pyspy: npm install pyspy@latest.',
        },
      );
    unknown.push(name);
  }
  return unknown;
}

/** All recordings, at least one. @throws PyspyError of kind "trace" */
export function readRecordings(db: TraceDatabase): StoredRecording[] {
  const host = new ColumnReader(db.path, 'host');
  const read = new ColumnReader(db.path, 'recording');
  const texts = [
    'name',
    'system',
    'release',
    'machine',
    'cpu_model',
    'boot_id',
    'recorder',
    'recorder_command',
  ];
  const scheduling = db.has('recording', 'scheduling') ? ['scheduling'] : [];
  const sampler = db.has('recording', 'sampler') ? ['sampler'] : [];
  const budget = db.has('recording', 'budget_pct') ? 'budget_pct' : 'NULL AS budget_pct';
  const status = db.has('recording', 'command_status') ? 'command_status' : 'NULL AS command_status';
  const columns = [...texts, 'jitter', 'end_reason', ...scheduling, ...sampler].map(cappedText).join();
  const sql = (numbers: string) =>
    `SELECT recording_id, ${numbers} FROM recording JOIN host USING (host_id) ORDER BY recording_id`;
  const keptFrom = db.version < 2 ? '0 AS kept_from_ns' : 'kept_from_ns';
  const rows = db.query(
    sql(
      `${columns}, cpus, recorder_pid, recorder_start_ticks, rate_hz, offset_ns, ended_ns, ${status}, ${budget}, ${keptFrom}`,
    ),
  );
  const clocks = db.query(sql('started_monotonic_ns, started_utc_ns'), { bigint: true }).all();
  const recordings = rows.all().map((row, at): StoredRecording => {
    const endedNs = read.optionalInteger(row, 'ended_ns');
    const clock = clocks[at] ?? {};
    return {
      id: read.integer(row, 'recording_id'),
      recorder: read.text(row, 'recorder'),
      recorderPid: read.integer(row, 'recorder_pid'),
      recorderStartTicks: read.integer(row, 'recorder_start_ticks'),
      recorderCommand: read.strings(row, 'recorder_command'),
      rateHz: read.real(row, 'rate_hz'),
      jitter: read.text(row, 'jitter'),
      scheduling: scheduling.length > 0 ? read.optionalText(row, 'scheduling') : null,
      sampler: sampler.length > 0 ? read.optionalText(row, 'sampler') : null,
      budgetPct: row.budget_pct === null ? null : read.real(row, 'budget_pct'),
      offsetNs: read.integer(row, 'offset_ns'),
      keptFromNs: read.integer(row, 'kept_from_ns'),
      startedMonotonicNs: read.bigint(clock, 'started_monotonic_ns'),
      startedUtcNs: read.bigint(clock, 'started_utc_ns'),
      end:
        endedNs === null
          ? null
          : {
              endedNs,
              reason: read.optionalText(row, 'end_reason') ?? 'not known',
              commandStatus: read.optionalInteger(row, 'command_status'),
            },
      host: {
        name: host.text(row, 'name'),
        system: host.text(row, 'system'),
        release: host.text(row, 'release'),
        machine: host.text(row, 'machine'),
        cpuModel: host.text(row, 'cpu_model'),
        cpus: host.integer(row, 'cpus'),
        bootId: host.text(row, 'boot_id'),
      },
    };
  });
  if (recordings.length === 0) throw damagedTrace(db.path, 'it holds no recording');
  return recordings;
}
