/** Programs that started this one and have its words in their command line: an expression that matches those would match them, too. */
import { currentPlatform } from '../../platform/index.js';

/**
 * @param ownWords behind the name of this program
 * @returns whether a process only passes them on to this one, as the launcher of a package does
 */
export function launchersOf(
  ownWords: readonly string[],
): (pid: number, command: readonly string[]) => boolean {
  const ancestors = ancestorsOf(process.pid);
  return (pid, command) =>
    ancestors.has(pid) &&
    ownWords.length > 0 &&
    ownWords.every((word, at) => command[command.length - ownWords.length + at] === word);
}

/** Those that a process was started by, and what those were. */
function ancestorsOf(pid: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = currentPlatform().readStat(pid)?.parentPid ?? 0; at > 0 && !found.has(at); ) {
    found.add(at);
    at = currentPlatform().readStat(at)?.parentPid ?? 0;
  }
  return found;
}
