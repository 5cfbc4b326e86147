/** What an operating system tells of processes and their threads, and of how it starts them. Plain data. */

/** A stretch of a process's memory. Addresses are below 2^47 for user space, so doubles hold them. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** "rwxp" letters. */
  readonly permissions: string;
  readonly fileOffset: number;
  /** Device and inode tell a file from another one with the same name; see `deviceText`. */
  readonly device: string;
  readonly inode: number;
  /** Path of the file, even if that is deleted; "" or "[heap]" … for memory without a file. */
  readonly path: string;
  readonly deleted: boolean;
}

export interface ProcessStat {
  /** R, S, D, T, t, Z, X, I. */
  readonly state: string;
  readonly parentPid: number;
  /** Start time in clock ticks since boot. */
  readonly startTicks: number;
  /** Where its stack begins: at random for every program that is started (exec); 0 where it may not be seen. */
  readonly stackStart: number;
  /** Whether it is a copy of its parent (fork) that has not started another program since. */
  readonly isCopy: boolean;
}

/** The process group of a process, and that which its terminal sends signals to. */
export interface ProcessGroup {
  readonly group: string;
  readonly foreground: string;
}

/** How a process ended: with a status, or by a signal (its number). */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: number | null;
}

/** Limits of open files; Infinity for none. */
export interface OpenFileLimits {
  readonly soft: number;
  readonly hard: number;
}

/** Whose rights a program is to have. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface SpawnOptions {
  /** Path of the program, or a name that is looked for on the PATH. */
  readonly program: Buffer;
  /** The first is what the program is called. */
  readonly words: readonly Buffer[];
  /** "NAME=value" each. */
  readonly environment: readonly Buffer[];
  /** What it has as descriptors 0, 1 and 2: one of ours, or nothing. */
  readonly stdio: readonly (number | 'ignore')[];
  /** Signals that it ignores from the start; all others have their defaults. */
  readonly ignored: Iterable<number>;
  /** Whether all signals are blocked in it, and only collected. */
  readonly blocks: boolean;
  /** Its soft limit of open files; null for ours. */
  readonly openFiles: number | null;
}

/** A program that is made for another machine. */
export interface Foreign {
  /** "it is …" */
  readonly reason: string;
  readonly hint: string;
}
