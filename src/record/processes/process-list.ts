/** The Python processes of this machine: those that can be read, and those of which it is known why not. */
import { PyspyError } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import { recentElfCache } from '../target/locate.js';
import { probe, type Target } from '../target/target.js';
import { ProcessTree } from './process-tree.js';

export interface ListedProcess {
  readonly pid: number;
  /** Effective user id; null where it was gone before it could be read, or users have no numbers (Windows). */
  readonly uid: number | null;
  readonly command: readonly string[];
  /** Null where it cannot be read. */
  readonly python: string | null;
  /** Why it cannot be read; null where it can. */
  readonly refused: PyspyError | null;
}

/** Programs that are a Python or have one in them, by how they are called. */
const pythonName = /(?:^|[/\\])(?:python|pypy|uwsgi|gunicorn|celery)[\w.-]*$/i;

/** Whether what must not be read is a Python, by its command line. */
export function looksLikePython(command: readonly string[]): boolean {
  return command.some((word) => pythonName.test(word));
}

/** Looks at every process, by pid; this one is left out. */
export function listPythons(): ListedProcess[] {
  return currentPlatform()
    .listProcesses()
    .flatMap((pid) => (pid === process.pid ? [] : describe(pid)));
}

function describe(pid: number): ListedProcess[] {
  const command = currentPlatform().readCommand(pid);
  // What has no command line is the kernel's own, or over.
  if (command.length === 0) return [];
  const facts = { pid, uid: currentPlatform().readUid(pid), command };
  const found = tryProbe(pid);
  if (found instanceof PyspyError) {
    // Of what must not be read only its name says whether it is a Python.
    return looksLikePython(command) ? [{ ...facts, python: null, refused: found }] : [];
  }
  return found === null ? [] : [{ ...facts, python: found.pythonVersion, refused: null }];
}

/**
 * A process and all that it started, as far as they are Pythons.
 * @returns those that can be read, parents first, and why others cannot
 */
export function listFamily(root: number): { targets: Target[]; refused: PyspyError[] } {
  const targets: Target[] = [];
  const refused: PyspyError[] = [];
  for (const { pid } of new ProcessTree(root).processes) {
    const found = tryProbe(pid);
    if (found instanceof PyspyError) refused.push(found);
    else if (found !== null) targets.push(found);
  }
  return { targets, refused };
}

/** @returns null for what is no Python, or over */
function tryProbe(pid: number): Target | PyspyError | null {
  try {
    const found = probe(pid, { cache: recentElfCache() });
    return found.kind === 'python' ? found.target : null;
  } catch (error) {
    if (error instanceof PyspyError) return error;
    throw error;
  }
}
