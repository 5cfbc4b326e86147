/** Which processes there are, as far as files need to know: by when they started, which also tells one in a container. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Inode of the initial pid namespace (PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h). */
const initialPidNamespace = 'pid:[4026531836]';

/** Differs from boot to boot; undefined where there is no such file. */
export function readBootId(): string | undefined {
  return readText('/proc/sys/kernel/random/boot_id')?.trim();
}

/**
 * Field 22 of /proc/PID/stat, null for the dead.
 * @param pid or "self"
 */
export function readStartTicks(pid: string): number | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name in field 2 may hold anything, also brackets and spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A killed process stays as a zombie until its parent asks after it.
  return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19]);
}

export function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** False in a container, and where other users' processes are hidden. */
export function seesEveryProcess(): boolean {
  try {
    // With /proc mounted hidepid=2 other users' processes are not there, process 1 first of all.
    return readlinkSync('/proc/self/ns/pid') === initialPidNamespace && existsSync('/proc/1/stat');
  } catch {
    return false;
  }
}

export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
