/** What a trace is: `info --json`, see schema/info.schema.json. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import type { TraceState } from '../../format/reading/trace-state.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import { threadNumber } from '../names/code-name.js';
import { describeBudget, type GapFigures } from '../samples/quality.js';
import { seconds, startTime } from '../window/figure.js';
import { describeLateness, type LatenessFigures } from '../window/lateness-figures.js';

export interface InfoRecording {
  recorder: string;
  /** The recorder's own command line. */
  recorder_command: string[];
  recorder_pid: number;
  rate_hz: number;
  jitter: string;
  /** How the thread that sampled was scheduled; null where it is not known. */
  scheduling: string | null;
  sampler: string | null;
  /** Percent of one CPU that the recorder was to keep to; null for no limit. */
  budget_pct: number | null;
  /** Where it begins on the trace's time line: 0 unless merged. */
  offset_s: number;
  /** ISO 8601, UTC. */
  /** Null where it is not known. */
  started: string | null;
  /** Null while it runs or when the recorder was killed. */
  ended_s: number | null;
  end_reason: string | null;
  /** Of the command that the recorder started; null where there was none, or it went on. */
  command_status: number | null;
  host: { name: string; system: string; release: string; machine: string; cpu_model: string; cpus: number };
}

/** A Python that ran in a process. */
export interface InfoProgram {
  python: string;
  command: readonly string[];
  executable: string;
  cwd: string;
  python_build: string;
  first_s: number;
}

/** A process with the last program that ran in it; `first_s` is of the first. */
export interface InfoProcess extends InfoProgram {
  pid: number;
  /** Of the recorded process that started it; null for none. */
  parent_pid: number | null;
  /** The programs that ran in it before, each replaced by the next (exec); left out where there were none. */
  replaced?: (InfoProgram & { until_s: number })[];
}

export interface InfoThread {
  pid: number;
  thread_id: number | string;
  os_thread_id: number | null;
  /** The last one it had. */
  name: string | null;
  first_s: number;
  /** All of them, where it was renamed. */
  names?: { since_s: number; name: string }[];
}

/** A binary that native frames are of. */
export interface InfoBinary {
  file: string;
  /** Null where it has none, or the trace does not say. */
  build_id: string | null;
  /** How many of its functions are in stacks. */
  functions: number;
}

export interface InfoResult {
  format_version: number;
  state: TraceState;
  duration_s: number;
  /** What was before was deleted, to keep the file small; 0 if nothing was. */
  kept_from_s: number;
  rate_hz: number;
  /** Ticks per second that were reached, over the time that was not a gap. */
  achieved_hz: number;
  ticks: number;
  samples: number;
  missed: number;
  /** Ticks that were left out on purpose, to keep to a budget of CPU time; the rate that this was on average, null where none were. */
  spared: number;
  lowered_hz: number | null;
  /** How long after the moments drawn for them ticks came; null where it is not known. */
  lateness: LatenessFigures | null;
  /** Samples whose stack could not be read, and why. */
  errors: number;
  error_reasons: { reason: string; count: number }[];
  torn: number;
  truncated: number;
  gaps: GapFigures[];
  /** Named moments, by time. */
  marks: { name: string; at_s: number }[];
  recordings: InfoRecording[];
  processes: InfoProcess[];
  threads: InfoThread[];
  /** Of native frames: binaries, by path. */
  binaries: InfoBinary[];
  file_bytes: number;
  bytes_per_sample: number;
  /** Features and sample columns that this version does not know and ignores. */
  not_understood: string[];
}

/** @throws PyspyError of kind "trace" where the trace is damaged */
export function describeTrace(reader: TraceReader): InfoResult {
  const extentNs = reader.extentNs();
  const counts = reader.counts();
  const fileBytes = reader.fileBytes();
  const keptFromNs = reader.keptFromNs();
  const gaps = reader.gaps(keptFromNs, Number.MAX_SAFE_INTEGER);
  const gapNs = gaps.reduce((sum, gap) => sum + gap.toNs - Math.max(gap.fromNs, keptFromNs), 0);
  // Recordings of a merged trace may lie over each other: each took its time.
  const spanNs = reader.recordings.reduce(
    (sum, { offsetNs, keptFromNs, end }) =>
      sum + Math.max(0, (end?.endedNs ?? extentNs) - Math.max(offsetNs, keptFromNs)),
    0,
  );
  const sampledS = Math.max(0, spanNs - gapNs) / 1e9;
  return {
    format_version: reader.formatVersion,
    state: reader.state(),
    duration_s: seconds(extentNs),
    kept_from_s: seconds(keptFromNs),
    rate_hz: reader.recordings[0]!.rateHz,
    achieved_hz: sampledS > 0 ? Math.round((counts.ticks / sampledS) * 100) / 100 : 0,
    ticks: counts.ticks,
    samples: counts.samples,
    missed: counts.missed,
    spared: counts.spared ?? 0,
    lowered_hz: describeBudget(reader, counts).lowered_hz,
    lateness: describeLateness(reader),
    errors: counts.failed,
    error_reasons: reader.failures().map(({ reason, count }) => ({ reason, count })),
    torn: counts.torn,
    truncated: counts.truncated,
    gaps: gaps.map((gap) => ({ from_s: seconds(gap.fromNs), to_s: seconds(gap.toNs), reason: gap.reason })),
    marks: reader.marks().map(({ name, atNs }) => ({ name, at_s: seconds(atNs) })),
    recordings: reader.recordings.map((recording) => ({
      recorder: recording.recorder,
      recorder_command: [...recording.recorderCommand],
      recorder_pid: recording.recorderPid,
      rate_hz: recording.rateHz,
      jitter: recording.jitter,
      scheduling: recording.scheduling,
      sampler: recording.sampler,
      budget_pct: recording.budgetPct,
      offset_s: seconds(recording.offsetNs),
      started: startTime(recording.startedUtcNs),
      ended_s: recording.end === null ? null : seconds(recording.end.endedNs),
      end_reason: recording.end?.reason ?? null,
      command_status: recording.end?.commandStatus ?? null,
      host: {
        name: recording.host.name,
        system: recording.host.system,
        release: recording.host.release,
        machine: recording.host.machine,
        cpu_model: recording.host.cpuModel,
        cpus: recording.host.cpus,
      },
    })),
    processes: describeProcesses(reader.processes()),
    threads: reader.threads().map(describeThread),
    binaries: reader
      .binaries()
      .map(({ file, buildId, functions }) => ({ file, build_id: buildId, functions })),
    file_bytes: fileBytes,
    bytes_per_sample: counts.samples > 0 ? Math.round((fileBytes / counts.samples) * 100) / 100 : 0,
    not_understood: [...reader.unknownFeatures],
  };
}

/** One for each process, by its first row: one that replaced its program (exec) has a row for each. */
function describeProcesses(rows: readonly ProcessRow[]): InfoProcess[] {
  const pids = new Map(rows.map(({ id, pid }) => [id, pid]));
  const found = new Map<string, InfoProcess>();
  for (const row of rows) {
    const identity = `${row.recording} ${row.pid} ${row.startTicks}`;
    const program = describeProgram(row);
    const before = found.get(identity);
    if (before === undefined) {
      const parent_pid = pids.get(row.parent ?? 0) ?? null;
      found.set(identity, { pid: row.pid, parent_pid, ...program });
      continue;
    }
    const { python, command, executable, cwd, python_build, replaced = [] } = before;
    const first_s = replaced.at(-1)?.until_s ?? before.first_s;
    replaced.push({ python, command, executable, cwd, python_build, first_s, until_s: program.first_s });
    Object.assign(before, { ...program, first_s: before.first_s, replaced });
  }
  return [...found.values()];
}

function describeProgram(row: ProcessRow): InfoProgram {
  return {
    python: row.pythonVersion,
    command: row.command,
    executable: row.executable,
    cwd: row.cwd,
    python_build: row.pythonBuild,
    first_s: seconds(row.firstNs),
  };
}

function describeThread(thread: StoredThread): InfoThread {
  const names = thread.names.map(({ sinceNs, name }) => ({ since_s: seconds(sinceNs), name }));
  return {
    pid: thread.process.pid,
    thread_id: threadNumber(thread.pythonId),
    os_thread_id: thread.osId,
    name: names[names.length - 1]?.name ?? null,
    first_s: seconds(thread.firstNs),
    ...(names.length > 1 ? { names } : {}),
  };
}
