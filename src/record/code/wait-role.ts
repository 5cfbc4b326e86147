/**
 * Functions of the standard library in which a thread sleeps at a lock and means something else: to be told by another thread.
 * Their locks are held by nobody who works.
 */

/** What of a code object says how its sleep is meant: file and function; null for nearly all code. */
export type WaitRole = string | null;

/** Lib/threading.py of 2.7 to 3.15, Lib/concurrent/futures/thread.py, Lib/multiprocessing/synchronize.py: frames that sleep. */
const told = new Set([
  'threading.py wait',
  'threading.py join',
  'threading.py _wait_for_tstate_lock',
  'threading.py _shutdown',
  'thread.py _worker',
  'synchronize.py wait',
]);

/** Where the caller decides: a semaphore is a lock that sleeps in a condition; workers of a pool queue at the lock of their queue. */
const byCaller: Readonly<Record<string, { readonly caller: string; readonly isTold: boolean }>> = {
  'threading.py wait': { caller: 'threading.py acquire', isTold: false },
  'synchronize.py __enter__': { caller: 'queues.py get', isTold: true },
};

const known = new Set([
  ...told,
  ...Object.entries(byCaller).flatMap(([inner, { caller }]) => [inner, caller]),
]);

/** @param file `co_filename`; @param name `co_name` */
export function waitRoleOf(file: string, name: string): WaitRole {
  const role = `${file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)} ${name}`;
  return known.has(role) ? role : null;
}

/** Whether a thread that sleeps at a lock in the one function, which the other called, waits to be told. */
export function isTold(inner: WaitRole, caller: WaitRole): boolean {
  if (inner === null) return false;
  const special = byCaller[inner];
  return special?.caller === caller ? special.isTold : told.has(inner);
}
