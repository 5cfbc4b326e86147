/**
 * Takes in what a command leaves behind: a process whose parent ends early becomes a child of this one, instead of init's,
 * so that it is seen to belong to the command. When this process ends, those that are left get the parent that they would
 * have had.
 */

import { currentPlatform } from '../../platform/index.js';
import { isStarted } from '../processes/children.js';
import { listFamily } from '../processes/process-list.js';
import type { Target } from '../target/target.js';

/** From now on, orphans among the descendants are adopted, and reaped when they end. */
export function adoptOrphans(): void {
  const platform = currentPlatform();
  if (!platform.adoptOrphans()) return;
  process.on('SIGCHLD', () => {
    for (const pid of platform.readChildren(process.pid))
      if (!isStarted(pid) && platform.readStat(pid)?.state === 'Z') platform.reap(pid);
  });
}

/** Pids of what was adopted and has not been reaped. @param own children that this process started itself */
export function orphans(...own: readonly number[]): number[] {
  return currentPlatform()
    .readChildren(process.pid)
    .filter((pid) => !own.includes(pid));
}

/** So many of what is left are looked at. */
const maxLookedAt = 16;

/** The Pythons among what the command that was started left running, and what those started. */
export function findLeftBehind(): Target[] {
  const left = currentPlatform()
    .readChildren(process.pid)
    .filter((pid) => !isStarted(pid));
  return left.slice(0, maxLookedAt).flatMap((pid) => listFamily(pid).targets);
}
