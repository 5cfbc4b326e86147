/**
 * What the C library keeps of threads in a process's memory, as numbers: sizes and offsets in bytes. CPython's GIL and thread ids
 * are made of it, so the recorder has to know; each operating system has a table with its sources.
 */
export interface ThreadLibrary {
  /** sizeof(pthread_cond_t): a thread that waits for one sleeps at some word inside. */
  readonly conditionBytes: number;
  /** sizeof(pthread_mutex_t). */
  readonly mutexBytes: number;
  /** sizeof(sem_t): as with a condition variable. */
  readonly semaphoreBytes: number;
  /** Where a condition variable may count the threads that are in its wait: one for each layout that there is. */
  readonly conditionWaiters: readonly WaiterPlace[];
  /** The same of a semaphore. */
  readonly semaphoreWaiters: readonly WaiterPlace[];
  /** Where the structure that pthread_self() leads to usually has the thread's id of the system, a 32-bit number. */
  readonly threadIdAt: number;
  /** How far the id is searched where it is not there. */
  readonly threadIdWithin: number;
}

/** Where a count of waiters is. */
export interface WaiterPlace {
  /** Offset in bytes of a 32-bit word. */
  readonly at: number;
  /** How far the count is shifted: flags are below. */
  readonly shift: number;
}
