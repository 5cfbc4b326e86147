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
