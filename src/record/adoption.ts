/**
 * Takes in what a command leaves behind: a process whose parent ends early becomes a child of this one, instead of init's,
 * so that it is seen to belong to the command (PR_SET_CHILD_SUBREAPER, prctl(2)). When this process ends, those that are
 * left get the parent that they would have had.
 */
import { libc } from './platform/libc.js';
import { readChildren, readStat } from './platform/proc.js';

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/**
 * From now on, orphans among the descendants are adopted, and reaped when they end.
 * @param command pid of the child that Node has started and reaps itself, as soon as there is one
 */
export function adoptOrphans(command: () => number | undefined): void {
  if (libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) !== 0) return;
  process.on('SIGCHLD', () => {
    for (const pid of orphans(command())) if (readStat(pid)?.state === 'Z') libc().waitpid(pid, 0, WNOHANG);
  });
}

/** Pids of what was adopted and has not been reaped. @param command that was started, and is no orphan */
export function orphans(command: number | undefined): number[] {
  return readChildren(process.pid).filter((pid) => pid !== command);
}
