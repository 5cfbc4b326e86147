/** Processes that this one started, past Node, which therefore does not know when they end. */
import { addressOf, libc } from '../platform/libc.js';

const WNOHANG = 1;
/** A signal that tells of an end can be missed; then it is seen after this time, in ms. */
const checkEveryMs = 1_000;

/** How a process ended: with a status, or by a signal (its number). */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: number | null;
}

interface Started {
  readonly isHelper: boolean;
  readonly ended: (end: ProcessEnd) => void;
}

const started = new Map<number, Started>();
let timer: NodeJS.Timeout | null = null;
let isListening = false;

/** To be called before the first process is started, so that no end of one is missed. */
export function expectChildren(): void {
  if (isListening) return;
  isListening = true;
  process.on('SIGCHLD', reap);
}

/**
 * Waits for the end of a child that `spawnProgram` started, and reaps it. Node does not end before that.
 * @param isHelper a child for our own ends: Node may end before it
 */
export function awaitEnd(pid: number, isHelper = false): Promise<ProcessEnd> {
  const end = new Promise<ProcessEnd>((ended) => started.set(pid, { isHelper, ended }));
  timer ??= isHelper ? null : setInterval(reap, checkEveryMs);
  reap();
  return end;
}

/** Whether a child is there for our own ends, and does not belong to what is recorded. */
export function isHelper(pid: number): boolean {
  return started.get(pid)?.isHelper === true;
}

/** Whether this process started it itself; other children are adopted (adoption.ts). */
export function isStarted(pid: number): boolean {
  return started.has(pid);
}

function reap(): void {
  const status = new Int32Array(new ArrayBuffer(8));
  const at = addressOf(new Uint8Array(status.buffer));
  for (const [pid, { ended }] of started) {
    const reaped = libc().waitpid(pid, at, WNOHANG);
    if (reaped === 0) continue;
    started.delete(pid);
    ended(reaped < 0 ? { code: 255, signal: null } : parseStatus(status[0]!));
  }
  if (timer === null || [...started.values()].some((child) => !child.isHelper)) return;
  clearInterval(timer);
  timer = null;
}

/** What waitpid(2) tells (bits/waitstatus.h). */
function parseStatus(status: number): ProcessEnd {
  const signal = status & 0x7f;
  return signal === 0 ? { code: (status >> 8) & 0xff, signal: null } : { code: null, signal };
}
