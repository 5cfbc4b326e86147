/** Which C library a process uses, by the names of the files that it has mapped. */

/** libc.so.6, libc-2.31.so, and the same of libpthread, which had the waits to 2.33. */
const glibc = /^lib(?:c|pthread)(?:\.so\.[06]|-2\.\d+\.so)$/;

/**
 * Whether it is glibc, where a thread that waits for a condition variable sleeps on a word inside of it (nptl/
 * pthread_cond_wait.c). musl's waiters sleep on words of their own (src/thread/pthread_cond_timedwait.c), and what is linked
 * into a static program is not known.
 * @param paths of the mapped files, as /proc/PID/maps has them
 */
export function isGlibc(paths: Iterable<string>): boolean {
  for (const path of paths) if (glibc.test(nameOf(path))) return true;
  return false;
}

/** The file's name; one that was replaced by an upgrade is marked. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/ \(deleted\)$/, '');
}
