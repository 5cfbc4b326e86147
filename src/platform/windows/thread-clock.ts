/** CPU time and state of a thread: GetThreadTimes, and what the system says of all threads (process-table.ts). */
import type { ProcessClock, ThreadClock } from '../clocks.js';
import { access, kernel, longAt, room, waitTimeout, withProcess } from './kernel.js';
import { processTable } from './processes.js';

/** Four FILETIMEs: when it began and ended, and CPU time in the kernel and outside, in units of 100 ns. */
export const timesBytes = 32;
const unitNs = 100;

export class WindowsThreadClock implements ThreadClock {
  alive = true;
  unchanged = false;
  onCpu: boolean | null = null;
  /** Windows does not say at which address a thread waits. */
  readonly sleepsAt = null;
  /** Nor in which call. */
  readonly sleepsIn = null;
  cpuNs = -0;
  totalNs = Number.NEGATIVE_INFINITY;
  /** Windows does not say. */
  readonly queuedNs = 0;
  readonly #pid: number;
  readonly #id: number;
  readonly #kernel = kernel();
  /** 0 where it cannot be opened; as long as it is open, the id is not given to another thread. */
  #thread: number;
  readonly #times = room(timesBytes);
  /** How often it got a processor before the last answer; -1 before the first. */
  #switches = -1;

  constructor(pid: number, id: number) {
    this.#pid = pid;
    this.#id = id;
    this.#thread = this.#kernel.OpenThread(access.queryThreadLimited | access.synchronize, 0, id);
  }

  update(): boolean {
    const total = this.#ask();
    if (total === null) return this.#end();
    this.cpuNs = this.totalNs < 0 ? 0 : Math.max(0, total - this.totalNs);
    this.totalNs = Math.max(this.totalNs, total);
    const seen = processTable.sight(this.#pid, this.#id);
    const onCpu = seen?.runs ?? null;
    // Who waited before its memory was read, waits now and got no processor in between has not run.
    const isSame = seen?.isNew === true && seen.switches === this.#switches && this.cpuNs === 0;
    this.unchanged = isSame && onCpu === false && this.onCpu === false;
    this.#switches = seen?.switches ?? -1;
    this.onCpu = onCpu;
    return true;
  }

  accountedNs(): null {
    return null;
  }

  cpu(): null {
    return null;
  }

  close(): void {
    if (this.#thread !== 0) this.#kernel.CloseHandle(this.#thread);
    this.#thread = 0;
  }

  /** @returns CPU time of its life, in ns; null where it has ended */
  #ask(): number | null {
    if (this.#thread === 0 || this.#kernel.WaitForSingleObject(this.#thread, 0) !== waitTimeout) return null;
    return timeOf(this.#kernel.GetThreadTimes, this.#thread, this.#times);
  }

  #end(): boolean {
    this.alive = this.unchanged = false;
    this.onCpu = null;
    this.cpuNs = 0;
    return false;
  }
}

/** CPU time of a process with all threads that it had: GetProcessTimes. */
export class WindowsProcessClock implements ProcessClock {
  readonly #pid: number;
  readonly #times = room(timesBytes);

  constructor(pid: number) {
    this.#pid = pid;
  }

  totalNs(): number | null {
    // Nobody says when it is done with, so it is opened each time; who reads its memory keeps the number from another process.
    return withProcess(this.#pid, access.queryLimited, (process) =>
      timeOf(kernel().GetProcessTimes, process, this.#times),
    );
  }
}

/** CPU time of a thread's life, in ns; null if it is gone. */
export function readThreadTime(id: number): number | null {
  const thread = kernel().OpenThread(access.queryThreadLimited, 0, id);
  if (thread === 0) return null;
  const time = timeOf(kernel().GetThreadTimes, thread, room(timesBytes));
  kernel().CloseHandle(thread);
  return time;
}

/** CPU time in the kernel and outside, in ns. @param get GetThreadTimes or GetProcessTimes */
export function timeOf(
  get: (handle: number, created: number, ended: number, kernel: number, user: number) => number,
  handle: number,
  { at, view }: ReturnType<typeof room>,
): number | null {
  if (get(handle, at, at + 8, at + 16, at + 24) === 0) return null;
  return (longAt(view, 16) + longAt(view, 24)) * unitNs;
}
