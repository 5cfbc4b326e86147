/** Processes in a sentence: by pid and command line. */
import { basename } from 'node:path';
import type { Target } from '../target/target.js';

/** More are counted. */
const maxNamed = 3;
const maxCommand = 60;

/** "12 (python a.py), 13 (python b.py) and 4 more" */
export function nameTargets(targets: readonly Target[]): string {
  const names = targets.slice(0, maxNamed).map((target) => `${target.pid} (${shortCommand(target)})`);
  const more = targets.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function shortCommand({ command, executable }: Target): string {
  const [program = executable, ...words] = command;
  const text = [basename(program), ...words].join(' ');
  return text.length > maxCommand ? `${text.slice(0, maxCommand)}…` : text;
}
