/**
 * The stacks of all threads at one moment: what `dump` shows, of a live process or out of a trace. It stands here
 * because the recorder and the replay, which both make one, never meet. Field names are those of `dump --json`
 * (schema/dump.schema.json).
 */

import { status } from './vocabulary.js';
import { type KnownWait, knownWait } from './wait-words.js';

export interface DumpFrame {
  /** Qualified name where the interpreter knows it. */
  function: string;
  file: string;
  /** 1-based; 0 where the instruction belongs to no line. */
  line: number;
  /** Arguments and local variables as text, where they were asked for and are known; those without a value are left out. */
  locals?: Record<string, string>;
  /** Names of those that are arguments, in order. */
  arguments?: string[];
  /** Why they are not known, though they were asked for. */
  locals_unknown?: string;
  /** Of a native frame alone: then `file` is the binary's path ("" where the code is in none), and `line` is 0. */
  native?: DumpNativePlace;
}

/** Where a native function is, so that it can be named by those who have its symbols. */
export interface DumpNativePlace {
  /** Of the binary, hexadecimal; null where it has none. Recordings of earlier versions do not have it. */
  build_id?: string | null;
  /** Hexadecimal, with 0x: where the function begins in the binary, as linked. Recordings of earlier versions do not have it. */
  offset?: string;
  /** The function's name as the binary has it, where it is of C++ or Rust and shown as it is written there. */
  symbol?: string;
  /** Whether it is the interpreter's evaluation loop, which runs the Python frames right before it. */
  loop: boolean;
}

/**
 * What is known of a thread's native frames: all of them ("whole"); the innermost, up to where they could not be followed
 * ("partial"): Python frames behind them stand alone; none, since the thread ran ("running"), woke up while it was read ("moved"), what was read of both kinds
 * does not go together ("unmatched"), or it could not be read ("unknown").
 */
export type NativeFrames = 'whole' | 'partial' | 'running' | 'moved' | 'unmatched' | 'unknown';

export interface DumpThread {
  /** `threading.get_ident()`: decimal text where it exceeds what a double holds exactly. */
  thread_id: number | string;
  os_thread_id: number | null;
  name: string | null;
  /** "running" is on a CPU or waiting for one; "unknown" where the operating system did not say. */
  status: 'running' | 'idle' | 'unknown';
  /** Held the global interpreter lock; null where not known, or where there is none. */
  gil: boolean | null;
  /** Slept in the wait for the global interpreter lock; null where not known. */
  gil_wait: boolean | null;
  /** What it slept for; null where it ran, or that is not known. */
  waits_for: KnownWait | null;
  /** Held that lock while the garbage collector was under way; null where not known. */
  collecting: boolean | null;
  /** The stack changed while it was read: the part that is not certain is a frame `<torn>`. */
  torn: boolean;
  /** The stack could not be read; `frames` is empty. */
  failed: boolean;
  /** Where native frames were asked for. */
  native_frames?: NativeFrames;
  /** Innermost first. */
  frames: DumpFrame[];
}

/** A thread that Python does not know: one of a library. */
export interface DumpNativeThread {
  os_thread_id: number;
  /** That the system has for it. */
  name: string;
  native_frames: NativeFrames;
  /** Native ones, innermost first. */
  frames: DumpFrame[];
}

/** A task of asyncio. */
export interface DumpTask {
  /** What `Task.get_name()` says; null where it has none (3.7). */
  name: string | null;
  /**
   * "running" on a thread; "waiting" for something; "ready" to go on, or about to begin; "inherited" where its
   * coroutine is on the stack only because the process is a copy (fork) of the one that ran it; "unknown" where it changed
   * each time while it was read, or could not be.
   */
  state: 'running' | 'waiting' | 'ready' | 'inherited' | 'unknown';
  /** Of the thread that runs it; null where none does, or that is not known. */
  os_thread_id: number | null;
  /** The type of the future that it waits for, or "Task" and the name of that. */
  waits_for: string | null;
  /** Coroutines are missing that it waits for: there are too many, or one could not be read. */
  truncated: boolean;
  /** Innermost first: of a running task all that its coroutine has called, of others the coroutines that wait for each other. */
  frames: DumpFrame[];
}

/** A greenlet that waits to go on. */
export interface DumpGreenlet {
  /** Name of its class, without the module: "greenlet", "Greenlet", "Hub". */
  type: string;
  /** Hexadecimal, with 0x: what its repr says, too. */
  address: string;
  /** It changed while it was read: the frames may mix two moments. */
  torn: boolean;
  /** Outer frames are missing: there are too many, or one could not be read. */
  truncated: boolean;
  /** Innermost first. */
  frames: DumpFrame[];
}

export interface DumpProcess {
  pid: number;
  /** "3.12.1" */
  python: string;
  command: string[];
  threads: DumpThread[];
  /** Where native frames were asked for. */
  native_threads?: DumpNativeThread[];
  /** Where they were asked for; null where asyncio is not in use, or its tasks are not read (before 3.7). */
  tasks?: DumpTask[] | null;
  /** Whether there may be more tasks than those. */
  tasks_cut?: boolean;
  /** Where they were asked for; null where greenlet is not in use, or they cannot be found. */
  greenlets?: DumpGreenlet[] | null;
  /** Whether there may be more greenlets than those. */
  greenlets_cut?: boolean;
}

export interface DumpResult {
  /** When the sample was taken, in seconds since the recording began; null for a live process. */
  at_s: number | null;
  processes: DumpProcess[];
}

/** What the status bits of a sample say of its thread. */
export function describeStatus(
  bits: number,
): Pick<DumpThread, 'status' | 'gil' | 'gil_wait' | 'waits_for' | 'collecting' | 'torn' | 'failed'> {
  const has = (bit: number): boolean => (bits & bit) !== 0;
  return {
    status: has(status.stateUnknown) ? 'unknown' : has(status.onCpu) ? 'running' : 'idle',
    gil: has(status.gilUnknown) ? null : has(status.gil),
    gil_wait: has(status.gilWaitKnown) ? has(status.gilWait) : null,
    waits_for: knownWait(bits),
    collecting: has(status.collectingKnown) ? has(status.collecting) : null,
    torn: has(status.torn),
    failed: has(status.failed),
  };
}
