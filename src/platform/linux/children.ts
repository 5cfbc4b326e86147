/** Children of this process: their ends, and orphans that become children (waitpid(2), prctl(2)). */
import type { ProcessEnd } from '../processes.js';
import { addressOf, libc } from './libc.js';

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

export function reap(pid: number): ProcessEnd | null {
  const status = new Int32Array(new ArrayBuffer(8));
  const reaped = libc().waitpid(pid, addressOf(new Uint8Array(status.buffer)), WNOHANG);
  if (reaped === 0) return null;
  return reaped < 0 ? { code: 255, signal: null } : parseStatus(status[0]!);
}

/** What waitpid(2) tells (bits/waitstatus.h). */
function parseStatus(status: number): ProcessEnd {
  const signal = status & 0x7f;
  return signal === 0 ? { code: (status >> 8) & 0xff, signal: null } : { code: null, signal };
}

/** PR_SET_CHILD_SUBREAPER (prctl(2)); when this process ends, those that are left get the parent they would have had. */
export function adoptOrphans(): boolean {
  return libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0;
}
