/** Whether a trace is finished, still being written, or was left behind by a recorder that died. */

import { currentSystem } from '../../platform/system.js';
import type { StoredRecording } from '../database/recordings.js';
import { fileStat } from '../files/file-stat.js';

export type TraceState = 'complete' | 'recording' | 'crashed';

/** A recorder writes once a second; a file left alone for longer than this has none. */
const freshForMs = 5_000;

/** The state of the trace at `path` with these recordings. Looks at the processes and, where that cannot tell, at file times. */
export function findTraceState(path: string, recordings: readonly StoredRecording[]): TraceState {
  const open = recordings.filter(({ end }) => end === null);
  if (open.length === 0) return 'complete';
  // A merged file may have thousands: all processes are read once.
  const processes = new ProcessTable();
  for (const recording of open) {
    const alive = processes.hasRecorder(recording);
    if (alive === true || (alive === null && wasWrittenLately(path))) return 'recording';
  }
  return 'crashed';
}

/** Running processes, read once for all recordings. */
class ProcessTable {
  readonly #bootId = currentSystem.readBootId();
  readonly #seesAll = currentSystem.seesEveryProcess();
  /** By start and by number inside its own container: "START PID". */
  #inside: Set<string> | null = null;

  /** null where it cannot be told: on another host, or in a container whose processes cannot be seen from here. */
  hasRecorder({ host, recorderPid, recorderStartTicks }: StoredRecording): boolean | null {
    if (this.#bootId !== host.bootId) return null;
    if (currentSystem.readStartTicks(recorderPid) === recorderStartTicks) return true;
    // The pid may be one inside a container. Its process has another pid here, and the same start.
    this.#inside ??= listInside();
    if (this.#inside.has(`${recorderStartTicks} ${recorderPid}`)) return true;
    return this.#seesAll ? false : null;
  }
}

function listInside(): Set<string> {
  const found = new Set<string>();
  for (const pid of currentSystem.listProcesses()) {
    const start = currentSystem.readStartTicks(pid);
    const inner = start === null ? null : currentSystem.readInnerThreadId(pid, pid);
    if (inner !== null) found.add(`${start} ${inner}`);
  }
  return found;
}

function wasWrittenLately(path: string): boolean {
  return [path, `${path}-wal`].some((file) => {
    const stat = fileStat(file);
    // Opening a file in write-ahead mode makes an empty log beside it: that was a reader like us.
    return stat !== undefined && stat.size > 0 && Math.abs(Date.now() - stat.mtimeMs) < freshForMs;
  });
}
