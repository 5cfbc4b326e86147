/** What threads wait for, in words for people: a table's rows, and what stands behind "waits for". */
import type { Wait } from '../../format/wait-words.js';

export const waitNames: Readonly<Record<Wait, string>> = {
  running: '[nothing: ran, or was ready to]',
  gil: 'the GIL',
  lock: 'a lock',
  condition: 'another thread (condition, event, queue, join)',
  io: 'a socket, a pipe or a file',
  sleep: 'time to pass',
  process: 'another process to end',
  other: 'something else',
  unknown: '[not known]',
};

/** From this share of the idle time on it is worth a word that threads waited for each other. */
const muchHeldUp = 0.05;

/** Whether to say how much of the idle time that was left out was a wait for a lock or the GIL; in one unit. */
export function isMuchHeldUp(heldUp: number, idle: number): boolean {
  return heldUp > 0 && heldUp >= muchHeldUp * idle;
}
