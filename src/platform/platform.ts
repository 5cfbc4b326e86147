/**
 * What pyspy asks of an operating system. A new one is a folder with two tables of functions, a `System` and a `Platform`,
 * and a row in system.ts and index.ts. Their functions need no `this`.
 */
import type { Stats } from 'node:fs';
import type { PyspyError } from '../errors.js';
import type { Clock, Priority, ProcessClock, ThreadClock } from './clocks.js';
import type { ChainShape, Interrupts, NoInterrupts } from './interrupts.js';
import type { Memory } from './memory.js';
import type {
  Foreign,
  Mapping,
  OpenFileLimits,
  ProcessEnd,
  ProcessGroup,
  ProcessStat,
  SpawnOptions,
  User,
} from './processes.js';
import type { ThreadLibrary } from './thread-library.js';
import type { ThreadPlace } from './thread-place.js';

/** What every command needs, replay too: it loads nothing but Node's own modules. */
export interface System {
  /** Differs from boot to boot; undefined where it is not known. */
  readBootId(): string | undefined;
  /** Pids, ascending; none where they cannot be listed. */
  listProcesses(): number[];
  /** False where other processes may run unseen: in a container, or with those of other users hidden. */
  seesEveryProcess(): boolean;
  /** When a process started, in clock ticks since boot; null for the dead, zombies included. */
  readStartTicks(pid: number | 'self'): number | null;
  /** The id that a thread (or process) has in its own, innermost pid namespace; null if it is gone. */
  readInnerThreadId(pid: number, osThreadId: number): number | null;
  /** The process that a number means to people, who find ids of threads in logs; the number itself for what is not there. */
  processOfThread(id: number): number;
  /** Names, as of now, of those open files of this process that are this very one. */
  namesOfOpenFile(identity: Pick<Stats, 'dev' | 'ino'>): string[];
  /** Words that this process was started with, as bytes, a zero behind each; empty where they cannot be read. */
  readOwnCommand(): Buffer;
  /** "NAME=value" of this process's start, a zero behind each. */
  readOwnEnvironment(): Buffer;
  /** Null where they cannot be known. */
  readOpenFileLimits(pid: number | 'self'): OpenFileLimits | null;
}

/** How the system's programs are stored. */
export type BinaryFormat = 'elf' | 'pe';

/** Whether a C `long` has 8 bytes, as a pointer has, or 4 (Windows). */
export type DataModel = 'lp64' | 'llp64';

/** What the recorder needs besides: it loads native code. */
export interface Platform extends System {
  readonly binaryFormat: BinaryFormat;
  readonly dataModel: DataModel;
  /** Of the processes that are recorded. */
  readonly threadLibrary: ThreadLibrary;
  openMemory(pid: number): Memory;
  openThreadClock(pid: number, osThreadId: number): ThreadClock;
  openThreadPlace(pid: number, osThreadId: number): ThreadPlace;
  openProcessClock(pid: number): ProcessClock;
  openClock(): Clock;
  /** Of the calling thread; may already take it for more urgent than usual, as far as no right is needed. */
  openPriority(): Priority;
  /** To be used by the calling thread alone. */
  openInterrupts(shape: ChainShape, copiesThread: boolean): Interrupts | NoInterrupts;

  /** @returns null if there is no such process; where its main thread has ended, the state is that of others */
  readStat(pid: number): ProcessStat | null;
  /** The command line; empty for a zombie, or what is the kernel's own. */
  readCommand(pid: number): string[];
  /** Path of the program that runs, even if it was deleted; "" where it cannot be read. */
  readExecutable(pid: number): string;
  /** "" where it cannot be read. */
  readWorkingDirectory(pid: number): string;
  /** Effective user id; null where the process is gone. */
  readUid(pid: number): number | null;
  /** Whether an id is that of a process, and not of a further thread of one. */
  isProcess(id: number): boolean;
  /** Whether it sees other pids than we do (a container). */
  isNamespaced(pid: number): boolean;
  /**
   * Whether a thread that waits for a condition variable is seen to sleep on a word inside of that.
   * @param mappings of its process
   */
  sleepsOnConditions(mappings: readonly Mapping[]): boolean;
  /** Pids of the direct children, of all threads. */
  readChildren(pid: number): number[];
  /** The id, of a process or thread, that was given away last; NaN where that is not told. */
  readNewestId(): number;
  readGroup(pid: number | 'self'): ProcessGroup | null;
  /** Whether a signal waits, blocked, in a process; null where it cannot be known. */
  hasPending(pid: number, signal: number): boolean | null;
  /** Whether a process has a handler for a signal; without one, most would end it. */
  hasHandler(pid: number, signal: number): boolean;

  /** Ids of its threads, or [] if it is gone. */
  readThreadIds(pid: number): number[];
  /** A thread that is alive, the main one before others; null if there is none. */
  findLiveThread(pid: number): number | null;
  /** CPU time of a thread's whole life, in ns, as `ThreadClock` has it; null if it is gone, or its time cannot be known. */
  readThreadTime(pid: number, osThreadId: number): number | null;
  /** The name that the system has for a thread; null if it is gone. */
  readThreadName(pid: number, osThreadId: number): string | null;
  /** Of the calling thread. */
  ownThreadId(): number;

  /** @throws the system's error: ENOENT, ESRCH (gone), EACCES, EPERM (not allowed) */
  readMaps(pid: number): Mapping[];
  /**
   * Opens the file of a mapping, wherever it can be reached: another one may have taken its path.
   * @param isExecutable whether it is the program that runs
   * @param read gets a descriptor, which is closed behind it, and the size in bytes; null for "try another way"
   * @returns what `read` returned; null where the file cannot be opened
   */
  readMappedFile<T>(
    pid: number,
    mapping: Mapping,
    isExecutable: boolean,
    read: (fd: number, size: number) => T | null,
  ): T | null;
  /**
   * Opens the file that a process, or else this one, finds under a path.
   * @param read as with `readMappedFile`
   */
  readFileSeenBy<T>(pid: number, path: string, read: (fd: number, size: number) => T | null): T | null;
  /** A device number (`Stats.dev`) as `Mapping.device` has it. */
  deviceText(device: number): string;
  /** What to say of a program that is made for another machine; null where it is not, or that is not known. */
  explainForeign(pid: number): Foreign | null;
  /** The error of kind "target" for a process whose memory may not be read: why not, and what helps. */
  explainRefusal(pid: number): PyspyError;

  /** Starts a program. @returns its pid, or errno as a negative number; the program runs then */
  spawnProgram(options: SpawnOptions): number;
  /** A pipe, both ends of which are closed in what is started. @returns null if there is none to be had */
  openPipe(): { readonly read: number; readonly write: number } | null;
  /** Reaps a child. @returns how it ended, 255 where nobody knows; null while it runs */
  reap(pid: number): ProcessEnd | null;
  /** Has orphans among this process's descendants become its children. @returns false where that cannot be */
  adoptOrphans(): boolean;
  /** Home of a user; null where it is not known. */
  homeOf(uid: number): string | null;
  /**
   * Runs `start` with the rights and groups of a user, of the calling thread alone.
   * @throws PyspyError of kind "usage" if that is not allowed, and what `start` throws
   */
  withRightsOf<T>(user: User, start: () => T): T;

  /** The address of a buffer's own bytes, valid as long as it lives; it must have an ArrayBuffer of its own. */
  addressOf(buffer: Uint8Array): number;
  /** Gives memory that was freed back to the system. */
  trimMemory(): void;
}
