/**
 * A child is a copy of its parent (fork) until it runs a program of its own (exec), which most do in a few ms of CPU time.
 * Where no processor is free that takes longer, and the copy would be listed as a Python that nobody started.
 */
import { currentPlatform } from '../../platform/index.js';
import type { Target } from '../target/target.js';

/** So long it is waited for another program in any case, in ms. */
const copyMs = 8;
/** One that waits for a processor is waited for until it had one for so long, in ms … */
const copyRunMs = 4;
/** … or until it is as old, in ms: it may have been taken off the processor for ever (cgroup, SIGSTOP). */
const patienceMs = 250;

/**
 * Whether a copy of its parent may still be about to run another program.
 * @param ageMs since it was first seen, in ms
 * @param ran how long it has run, in ms; null where it does something else than wait for a processor as a copy
 */
export function mayReplaceItself(ageMs: number, ran: () => number | null): boolean {
  if (ageMs < copyMs) return true;
  if (ageMs >= patienceMs) return false;
  const ranMs = ran();
  return ranMs !== null && ranMs < copyRunMs;
}

/**
 * How long a copy has had a processor, in ms; null where it is not ready for one, runs another program by now, or that is
 * not known.
 * @param stackStart of the program that it is a copy of
 */
export function ranMs(pid: number, stackStart: number): number | null {
  const stat = currentPlatform().readStat(pid);
  if (stat?.state !== 'R' || stat.stackStart !== stackStart) return null;
  const ns = currentPlatform().readThreadTime(pid, pid);
  return ns === null ? null : ns / 1e6;
}

/** A copy has everything where the original has it. @returns null where it has gone, or runs another program by now */
export function copyTarget(
  original: Target,
  { pid, startTicks }: Pick<Target, 'pid' | 'startTicks'>,
): Target | null {
  const stat = currentPlatform().readStat(pid);
  if (stat?.startTicks !== startTicks || stat.stackStart !== original.stackStart) return null;
  return {
    ...original,
    pid,
    startTicks,
    command: currentPlatform().readCommand(pid),
    cwd: currentPlatform().readWorkingDirectory(pid),
  };
}
