/** Reading the small text files of /proc (proc(5)), which may not be there any more. */
import { readFileSync, readlinkSync } from 'node:fs';
import { systemErrorCode } from '../../errors.js';

/** Text of a small file, or null if it is not there, may not be read, or the process went while it was read. */
export function readOptional(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

/** One "Name: value" of /proc/PID/status, or null. */
export function readStatusField(pid: number, field: string): string | null {
  const status = readOptional(`/proc/${pid}/status`);
  const match = status === null ? null : new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status);
  return match ? match[1]!.trim() : null;
}

/** Fields of /proc/PID/stat from the third on, the state: the second is the name in parentheses, and may hold anything. */
export function splitStat(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Where a link leads, "" where it cannot be read. */
export function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
