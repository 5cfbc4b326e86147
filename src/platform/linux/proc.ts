/** What /proc says of a process (Linux, proc(5)). Parsers take text; the rest reads one small file each. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Mapping, ProcessGroup, ProcessStat } from '../processes.js';
import { readLink, readOptional, readStatusField, splitStat } from './proc-text.js';

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
  const fields = splitStat(text);
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

/** The name of a thread (/proc/PID/task/TID/comm), null if it is gone. */
export function readThreadName(pid: number, osThreadId: number): string | null {
  return readOptional(`/proc/${pid}/task/${osThreadId}/comm`)?.replace(/\n$/, '') ?? null;
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

/** The fifth field of /proc/loadavg (proc(5)): the pid of the process, or thread, that was created last. */
export function readNewestId(): number {
  return Number((readOptional('/proc/loadavg') ?? '').trim().split(' ')[4]);
}

/** Effective user id (proc(5), /proc/PID/status: Uid). */
export function readUid(pid: number): number | null {
  const uid = readStatusField(pid, 'Uid')?.split(/\s+/)[1];
  return uid === undefined ? null : Number(uid);
}

export function isProcess(id: number): boolean {
  return readStatusField(id, 'Tgid') === String(id);
}

export function isNamespaced(pid: number): boolean {
  return (readStatusField(pid, 'NSpid') ?? '').split(/\s+/).length > 1;
}

/** Fields pgrp and tpgid of /proc/PID/stat (proc(5)). */
export function readGroup(pid: number | 'self'): ProcessGroup | null {
  const text = readOptional(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = splitStat(text);
  return fields.length > 5 ? { group: fields[2]!, foreground: fields[5]! } : null;
}

/** Signals that wait for the whole process (proc(5), /proc/PID/status: ShdPnd). */
export function hasPending(pid: number, signal: number): boolean | null {
  return hasSignal(readStatusField(pid, 'ShdPnd'), signal);
}

/** Signals with a handler (proc(5), /proc/PID/status: SigCgt). */
export function hasHandler(pid: number, signal: number): boolean {
  return hasSignal(readStatusField(pid, 'SigCgt'), signal) === true;
}

/** Bit n - 1 of a mask stands for signal n. */
function hasSignal(mask: string | null, signal: number): boolean | null {
  if (mask === null || !/^[0-9a-f]+$/.test(mask)) return null;
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

export function ownThreadId(): number {
  return Number(/\d+$/.exec(readLink('/proc/thread-self'))?.[0]);
}

/** What the users' file says; null where another service knows it. */
export function homeOf(uid: number): string | null {
  const line = readOptional('/etc/passwd')
    ?.split('\n')
    .map((text) => text.split(':'))
    .find((fields) => Number(fields[2]) === uid && fields.length >= 7);
  return line?.[5] || null;
}
