/** A name for a recording that got none: of the program, the process and the time. */
import { basename } from 'node:path';

/**
 * @param command of the target: "python -X dev tools/serve.py --port 80" is called serve.py
 * @param now local time goes into the name, to the second
 */
export function defaultOutputName(command: readonly string[], pid: number, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${programName(command)}-${pid}-${day}-${time}.trace`;
}

/** Options of the interpreter that take their value as the next word (python --help). */
const optionsWithValue = new Set(['-W', '-X', '--check-hash-based-pycs']);

function programName(command: readonly string[]): string {
  let name = '';
  for (let i = 1; i < command.length; i++) {
    const word = command[i]!;
    if (word === '-c' || word === '-') break;
    if (word === '-m') name = command[i + 1] ?? '';
    else if (optionsWithValue.has(word)) {
      i++;
      continue;
    } else if (word.startsWith('-')) continue;
    else name = basename(word);
    break;
  }
  // The name becomes a file's: whatever could mean something to a shell or a terminal is left out.
  const safe = (name || basename(command[0] ?? '') || 'python')
    .replace(/[^\w.+@-]+/g, '_')
    .replace(/^[.-]+/, '_');
  return safe.slice(0, 80);
}
