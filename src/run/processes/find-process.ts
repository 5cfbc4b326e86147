/** Processes as people name them: by a part of the command line, or by a thread's id. */
import { PyspyError } from '../../errors.js';
import { currentSystem } from '../../platform/system.js';
import { listPythons } from '../../record/processes/process-list.js';
import { shellWord } from '../../render/words/command-text.js';
import { tell } from '../output/notes.js';

/** Processes that are named where several match. */
const namedMatches = 5;

/** A thread's id means its process. @returns the word as it is where it is a pid, or none */
export function ownerOf(word: string): string {
  const id = Number(word);
  const pid = Number.isSafeInteger(id) ? currentSystem.processOfThread(id) : id;
  if (pid === id) return word;
  tell(`pyspy: ${word} is a thread of process ${pid}`);
  return String(pid);
}

/**
 * @param which an expression that matches its command line; `text` as the user wrote it
 * @throws PyspyError of kind "target" where it is not that of exactly one Python
 */
export function findProcess(which: RegExp, text: string): number {
  const nameOf = (command: readonly string[]) => command.map(shellWord).join(' ');
  // The shell that runs this command line, and what passes it on, have the same words in theirs.
  const found = listPythons().filter(
    ({ command, python }) => python !== null && which.test(command.join(' ')),
  );
  const [first] = found;
  if (first === undefined)
    throw new PyspyError('target', `no Python process has a command line that matches ${text}`, {
      hint: 'List Python processes with: pyspy ps',
    });
  if (found.length > 1)
    throw new PyspyError('target', `${found.length} Python processes match ${text}`, {
      hint: `Give the pid of one: ${found
        .slice(0, namedMatches)
        .map(({ pid, command }) => `${pid} (${nameOf(command)})`)
        .join(', ')}${found.length > namedMatches ? ' …' : ''}`,
    });
  tell(`pyspy: process ${first.pid}: ${nameOf(first.command)}`);
  return first.pid;
}

/** Pids and command lines of the Pythons that can be read. */
export function listReadable(): { readonly pid: number; readonly command: readonly string[] }[] {
  return listPythons().filter(({ python }) => python !== null);
}
