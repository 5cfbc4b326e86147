/** Processes that this one started, past Node, which therefore does not know when they end. */
import { currentPlatform } from '../../platform/index.js';
import type { ProcessEnd } from '../../platform/processes.js';

/** A signal that tells of an end can be missed; then it is seen after this time, in ms. */
const checkEveryMs = 1_000;

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
  for (const [pid, { ended }] of started) {
    const end = currentPlatform().reap(pid);
    if (end === null) continue;
    started.delete(pid);
    ended(end);
  }
  if (timer === null || [...started.values()].some((child) => !child.isHelper)) return;
  clearInterval(timer);
  timer = null;
}
