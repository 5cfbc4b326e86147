/** What /proc says of a process (Linux, proc(5)). Parsers take text; the rest reads one small file each. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemErrorCode } from '../../errors.js';

/** One line of /proc/PID/maps. Addresses are below 2^47 for user space, so doubles hold them. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** "rwxp" letters. */
  readonly permissions: string;
  readonly fileOffset: number;
  /** "major:minor" and inode: tell a file from another one with the same name. */
  readonly device: string;
  readonly inode: number;
  /** Path as the kernel shows it, without " (deleted)"; "" or "[heap]" … for memory without a file. */
  readonly path: string;
  readonly deleted: boolean;
}

/** @param text of /proc/PID/maps; lines of another shape are left out */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) (\S+) (\d+)\s*(.*)$/.exec(line);
    if (!match) continue;
    const rawPath = match[7]!;
    const deleted = rawPath.endsWith(' (deleted)');
    mappings.push({
      start: Number.parseInt(match[1]!, 16),
      end: Number.parseInt(match[2]!, 16),
      permissions: match[3]!,
      fileOffset: Number.parseInt(match[4]!, 16),
      device: match[5]!,
      inode: Number(match[6]),
      // The kernel writes a newline in a path as \012, so that a line is a line.
      path: (deleted ? rawPath.slice(0, -' (deleted)'.length) : rawPath).replaceAll('\\012', '\n'),
      deleted,
    });
  }
  return mappings;
}

/**
 * A thread of a process by which its memory and files can still be seen: the main one may have ended (pthread_exit(3)),
 * which is then a zombie and shows nothing, while others go on.
 * @returns null if there is none any more
 */
export function findLiveThread(pid: number): number | null {
  const isLive = (thread: number): boolean => {
    const state = parseStat(readOptional(`/proc/${pid}/task/${thread}/stat`))?.state;
    return state !== undefined && state !== 'Z' && state !== 'X';
  };
  return isLive(pid) ? pid : (readThreadIds(pid).find(isLive) ?? null);
}

/** Where a process shows its memory and files. */
export function procFolder(pid: number): string {
  const thread = findLiveThread(pid) ?? pid;
  return thread === pid ? `/proc/${pid}` : `/proc/${pid}/task/${thread}`;
}

/** @throws the system's error: ENOENT, ESRCH (gone), EACCES, EPERM (not allowed) */
export function readMaps(pid: number): Mapping[] {
  return parseMaps(readFileSync(`${procFolder(pid)}/maps`, 'utf8'));
}

/**
 * The process that a number means to people: ids of threads are found in `top -H` and in logs.
 * @returns the same number for a process, or one that is not there
 */
export function processOfThread(id: number): number {
  return Number(readStatusField(id, 'Tgid') ?? id);
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

/** Of a process whose main thread has ended while others go on, the state is theirs. @returns null if it does not exist */
export function readStat(pid: number): ProcessStat | null {
  const stat = parseStat(readOptional(`/proc/${pid}/stat`));
  if (stat?.state !== 'Z') return stat;
  const thread = findLiveThread(pid);
  const live = thread === null ? null : parseStat(readOptional(`/proc/${pid}/task/${thread}/stat`));
  return live === null ? stat : { ...stat, state: live.state, stackStart: live.stackStart };
}

/** Include/linux/sched.h; the same since 2.6. */
const PF_FORKNOEXEC = 0x40;

function parseStat(text: string | null): ProcessStat | null {
  if (text === null) return null;
  // The second field is the name in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '?',
    parentPid: Number(fields[1]),
    startTicks: Number(fields[19]),
    stackStart: Number(fields[25]),
    isCopy: (Number(fields[6]) & PF_FORKNOEXEC) !== 0,
  };
}

/** The command line, empty for a kernel thread or a zombie. */
export function readCommand(pid: number): string[] {
  const text = readOptional(`${procFolder(pid)}/cmdline`) ?? '';
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

/** Target of /proc/PID/exe, without " (deleted)", or "" where it cannot be read. */
export function readExecutable(pid: number): string {
  return readLink(`${procFolder(pid)}/exe`).replace(/ \(deleted\)$/, '');
}

export function readWorkingDirectory(pid: number): string {
  return readLink(`${procFolder(pid)}/cwd`);
}

/** OS thread ids of a process, or [] if it is gone. */
export function readThreadIds(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/**
 * CPU time of a thread's whole life, in ns, as `ThreadClock` has it (/proc/PID/task/TID/schedstat).
 * @returns null if it is gone, or its time cannot be known
 */
export function readThreadTime(pid: number, osThreadId: number): number | null {
  const text = readOptional(`/proc/${pid}/task/${osThreadId}/schedstat`);
  return text === null || text === '' ? null : Number.parseInt(text, 10);
}

/**
 * The id that a thread (or process) has in its own, innermost pid namespace: what code in a container knows.
 * @returns null if it is gone
 */
export function readInnerThreadId(pid: number, osThreadId: number): number | null {
  const status = readOptional(`/proc/${pid}/task/${osThreadId}/status`);
  const ids = status === null ? null : /^NSpid:\s*(.*)$/m.exec(status);
  if (!ids) return status === null ? null : osThreadId;
  return Number(ids[1]!.trim().split(/\s+/).at(-1));
}

/** Pids of the direct children, of all threads. */
export function readChildren(pid: number): number[] {
  const children: number[] = [];
  for (const thread of readThreadIds(pid)) {
    const text = readOptional(`/proc/${pid}/task/${thread}/children`) ?? '';
    for (const child of text.split(' ')) if (child !== '') children.push(Number(child));
  }
  return children;
}

/** One "Name: value" of /proc/PID/status, or null. */
export function readStatusField(pid: number, field: string): string | null {
  const status = readOptional(`/proc/${pid}/status`);
  const match = status === null ? null : new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status);
  return match ? match[1]!.trim() : null;
}

/** Text of a small file, or null if it is not there or the process went while it was read. */
export function readOptional(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
