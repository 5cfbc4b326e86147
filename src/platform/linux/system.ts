/** What every command asks of Linux: small files under /proc, read with Node's own modules. */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { shownEnvironment } from '../environment.js';
import type { System } from '../platform.js';
import type { OpenFileLimits } from '../processes.js';
import { readOptional, readStatusField, splitStat } from './proc-text.js';

/** Inode of the initial pid namespace (PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h). */
const initialPidNamespace = 'pid:[4026531836]';

export const linuxSystem: System = {
  readBootId: () => readText('/proc/sys/kernel/random/boot_id')?.trim(),
  listProcesses,
  seesEveryProcess,
  readStartTicks,
  readInnerThreadId,
  processOfThread: (id) => Number(readStatusField(id, 'Tgid') ?? id),
  namesOfOpenFile,
  readOwnCommand: () => readFileSync('/proc/self/cmdline'),
  readOwnEnvironment: () => {
    try {
      const environment = readFileSync('/proc/self/environ');
      // The kernel gives nothing, and no error, where it cannot get at the page just then.
      if (environment.length > 0) return environment;
    } catch {
      // A program with capabilities of its own, or one that its user may run and not read, has files in /proc that are root's.
    }
    return shownEnvironment();
  },
  readOpenFileLimits: (pid) => parseOpenFiles(readText(`/proc/${pid}/limits`) ?? ''),
};

function listProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

function seesEveryProcess(): boolean {
  try {
    // With /proc mounted hidepid=2 other users' processes are not there, process 1 first of all.
    return readlinkSync('/proc/self/ns/pid') === initialPidNamespace && existsSync('/proc/1/stat');
  } catch {
    return false;
  }
}

function readStartTicks(pid: number | 'self'): number | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = splitStat(text);
  // A killed process stays as a zombie until its parent asks after it.
  return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19]);
}

function readInnerThreadId(pid: number, osThreadId: number): number | null {
  const status = readOptional(`/proc/${pid}/task/${osThreadId}/status`);
  const ids = status === null ? null : /^NSpid:\s*(.*)$/m.exec(status);
  if (!ids) return status === null ? null : osThreadId;
  return Number(ids[1]!.trim().split(/\s+/).at(-1));
}

function namesOfOpenFile({ dev, ino }: { readonly dev: number; readonly ino: number }): string[] {
  const names: string[] = [];
  for (const descriptor of openDescriptors()) {
    const link = `/proc/self/fd/${descriptor}`;
    const stat = statSync(link, { throwIfNoEntry: false });
    if (stat?.ino === ino && stat.dev === dev) names.push(readlinkSync(link));
  }
  return names;
}

/** Text of a small file; null where it cannot be read, for any reason: replay goes on without. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function openDescriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}

/** @param text of /proc/PID/limits */
export function parseOpenFiles(text: string): OpenFileLimits | null {
  const match = /^Max open files\s+(unlimited|\d{1,15})\s+(unlimited|\d{1,15})/m.exec(text);
  if (match === null) return null;
  const [soft, hard] = match
    .slice(1)
    .map((word) => (word === 'unlimited' ? Number.POSITIVE_INFINITY : Number(word)));
  return { soft: soft!, hard: hard! };
}
