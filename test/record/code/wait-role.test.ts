/** Which functions of the standard library sleep at a lock to be told something. */
import { expect, test } from 'vitest';
import { isTold, waitRoleOf } from '../../../src/record/code/wait-role.js';

const lib = '/usr/lib/python3.12';

test.each([
  ['threading.py', 'wait', 'queue.py', 'get', true],
  ['threading.py', 'wait', 'threading.py', 'acquire', false],
  ['threading.py', 'join', 'app.py', 'main', true],
  ['threading.py', '_wait_for_tstate_lock', 'threading.py', 'join', true],
  ['concurrent/futures/thread.py', '_worker', 'threading.py', 'run', true],
  ['multiprocessing/synchronize.py', '__enter__', 'multiprocessing/queues.py', 'get', true],
  ['multiprocessing/synchronize.py', '__enter__', 'app.py', 'get', false],
  ['threading.py', 'acquire', 'app.py', 'main', false],
  ['app.py', 'wait', 'threading.py', 'run', false],
  ['mythreading.py', 'wait', 'app.py', 'main', false],
])('%s %s, called by %s %s', (file, name, callerFile, callerName, expected) => {
  const caller = waitRoleOf(`${lib}/${callerFile}`, callerName);
  expect(isTold(waitRoleOf(`${lib}/${file}`, name), caller)).toBe(expected);
  // On Windows, and without a caller.
  const inner = waitRoleOf(`C:\\Python\\Lib\\${file.replaceAll('/', '\\')}`, name);
  if (caller === null) expect(isTold(inner, null)).toBe(expected);
});
