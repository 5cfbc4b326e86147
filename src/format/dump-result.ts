/**
 * The stacks of all threads at one moment: what `dump` shows, of a live process or out of a trace. It stands here
 * because the recorder and the replay, which both make one, never meet. Field names are those of `dump --json`
 * (schema/dump.schema.json).
 */

export interface DumpFrame {
  /** Qualified name where the interpreter knows it. */
  function: string;
  file: string;
  /** 1-based; 0 where the instruction belongs to no line. */
  line: number;
  /** Local variables as text, where they were asked for. */
  locals?: Record<string, string>;
}

export interface DumpThread {
  /** `threading.get_ident()`: decimal text where it exceeds what a double holds exactly. */
  thread_id: number | string;
  os_thread_id: number | null;
  name: string | null;
  /** "running" is on a CPU or waiting for one; "unknown" where the operating system did not say. */
  status: 'running' | 'idle' | 'unknown';
  /** Held the global interpreter lock; null where not known, or where there is none. */
  gil: boolean | null;
  /** The stack may mix two moments. */
  torn: boolean;
  /** The stack could not be read; `frames` is empty. */
  failed: boolean;
  /** Innermost first. */
  frames: DumpFrame[];
}

export interface DumpProcess {
  pid: number;
  /** "3.12.1" */
  python: string;
  command: string[];
  threads: DumpThread[];
}

export interface DumpResult {
  /** When the sample was taken, in seconds since the recording began; null for a live process. */
  at_s: number | null;
  processes: DumpProcess[];
}
