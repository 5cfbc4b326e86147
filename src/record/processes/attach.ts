/** Finds the interpreter of a process that was named by its pid, and says what to do where there is none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PyspyError } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import { createElfCache } from '../target/locate.js';
import { probe, type Target } from '../target/target.js';
import { listFamily } from './process-list.js';
import { searchAmong } from './search.js';
import { nameTargets } from './target-names.js';

/** How long a process, or its descendants, may take to be a Python: it may just have been started. */
const patienceMs = 2000;
const lookEveryMs = 20;
/** The first moments of a Python are worth recording. */
const searchAmongEveryMs = 4;

/**
 * Finds the interpreter of a running process.
 * @throws PyspyError of kind "target" that says why not
 */
export async function attach(pid: number): Promise<Target> {
  if (!Number.isSafeInteger(pid) || pid <= 0 || currentPlatform().readStat(pid) === null)
    throw new PyspyError('target', `there is no process ${pid}`, {
      hint: 'List Python processes with: pyspy ps',
    });
  const started = Date.now();
  const cache = createElfCache();
  for (;;) {
    const final = Date.now() - started > patienceMs;
    const found = probe(pid, { cache, final });
    if (found.kind === 'python') return found.target;
    if (found.kind === 'gone')
      throw new PyspyError('target', `process ${pid} ended before it could be read`, {
        hint: 'Start it under the recorder instead: pyspy record -- COMMAND',
      });
    if (final || found.isGivenUp) {
      const { reason, hint } = currentPlatform().explainForeign(pid) ?? {
        reason: found.reason,
        hint: hintOf(pid),
      };
      throw new PyspyError('target', `process ${pid} is not a running Python: ${reason}`, { hint });
    }
    await sleep(lookEveryMs);
  }
}

/** What a process that is no Python has started is most likely what was meant. */
function hintOf(pid: number): string {
  const { targets } = listFamily(pid);
  const [first] = targets;
  if (first === undefined) return 'If it starts a Python later, give the pid of that one (pyspy ps).';
  const which = `It has started ${targets.length === 1 ? 'one' : targets.length}: ${nameTargets(targets)}`;
  return `${which}. Give --pid ${first.pid}, or --pid ${pid} --subprocesses for all that it starts.`;
}

/**
 * Finds an interpreter that runs, in a process or, if that is none, in one of its descendants.
 * @throws PyspyError of kind "target" that says why not
 */
export async function attachAmong(pid: number): Promise<Target> {
  const untilMs = Date.now() + patienceMs;
  while (Date.now() <= untilMs && currentPlatform().readStat(pid) !== null) {
    const found = searchAmong([pid], () => false);
    if (found !== null) return found;
    await sleep(searchAmongEveryMs);
  }
  // Throws the error that tells what is wrong with the process itself.
  return attach(pid);
}
