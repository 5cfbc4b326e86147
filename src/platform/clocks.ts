/** Time, CPU time and priority, as an operating system tells and gives them. */

/** What a call does that a thread sleeps in: `data` is to come or go by a socket, a pipe or a file. */
export type SleepCall = 'lock' | 'time' | 'data' | 'process' | 'other';

/** Running state and CPU time of one thread, from the operating system. */
export interface ThreadClock {
  /**
   * Asks the operating system about the thread.
   * @returns false when the thread is gone
   */
  update(): boolean;
  /** False once an update found the thread gone. */
  readonly alive: boolean;
  /** Whether nothing at all happened to the thread since the update before: it has not run, its stack is as it was. */
  readonly unchanged: boolean;
  /** Whether the thread was running or ready to run; null where it cannot be known. */
  readonly onCpu: boolean | null;
  /** Address of the lock word that a sleeping thread waits at; 0 where it waits for something else, null if not known. */
  readonly sleepsAt: number | null;
  /** What a sleeping thread called the system for; null where it runs, or it is not known. */
  readonly sleepsIn: SleepCall | null;
  /** CPU time used since the update before, in ns; 0 for the first. */
  readonly cpuNs: number;
  /** CPU time of the thread's whole life, in ns; negative before the first update. */
  readonly totalNs: number;
  /** Time for which it was ready and waited for a CPU, as far as that ended since the update before, in ns; 0 where not known. */
  readonly queuedNs: number;
  /**
   * When the scheduler last accounted for it, in ns by the clock of its CPU: at the latest when it was taken from that. The same
   * for two threads if the one took the CPU from the other. Null where it cannot be known.
   */
  accountedNs(): number | null;
  /** Number of the CPU that it runs on or waits for, or ran on last; null where it cannot be known. */
  cpu(): number | null;
  close(): void;
}

/** CPU time of a whole process, with all threads that it has and had. */
export interface ProcessClock {
  /** @returns ns since its start, counted exactly as its threads' clocks count; null where it cannot be known */
  totalNs(): number | null;
}

export interface Clock {
  /** Monotonic time in ns since an origin of this process's; cheap. */
  now(): number;
  /** Blocks the calling thread until `deadline` (in the time of `now`). */
  sleepUntil(deadline: number): void;
}

/** How urgent the system takes the thread to be that made this, which alone may use it. */
export interface Priority {
  /** Whether the thread was real-time from the start. */
  readonly isRealTime: boolean;
  /** Whether it was started with less than the usual priority, and is to keep to that; or it is not known. */
  readonly isModest: boolean;
  /** Makes the thread real-time, at the lowest level. @returns false where that is not allowed */
  raise(): boolean;
  /** Back to normal, but let in before others where the system has a way. */
  lower(): void;
  /** CPU time that the thread has used, in ns since its start. */
  cpuNs(): number;
}
