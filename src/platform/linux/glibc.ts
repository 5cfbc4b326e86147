/** Structures of glibc's threads, by architecture. */
import type { ThreadLibrary } from '../thread-library.js';

/** On x86-64. */
export const glibc: ThreadLibrary = {
  // sysdeps/x86/nptl/bits/pthreadtypes-arch.h; sysdeps/nptl/bits/semaphore.h.
  conditionBytes: 48,
  mutexBytes: 40,
  semaphoreBytes: 32,
  // `__wrefs` (nptl/pthread_cond_wait.c; sysdeps/nptl/bits/thread-shared-types.h): glibc 2.25 to 2.40, and from 2.41 on.
  conditionWaiters: [
    { at: 36, shift: 3 },
    { at: 28, shift: 3 },
  ],
  // `nwaiters` of struct new_sem (sysdeps/nptl/internaltypes.h), from glibc 2.21 on.
  semaphoreWaiters: [{ at: 4, shift: 0 }],
  // offsetof(struct pthread, tid) (nptl/descr.h), glibc 2.4 to 2.41.
  threadIdAt: 720,
  threadIdWithin: 2048,
};

/** On arm64 (sysdeps/aarch64/nptl/bits/pthreadtypes-arch.h); the header of struct pthread is shorter there. */
export const glibcArm64: ThreadLibrary = { ...glibc, mutexBytes: 48, threadIdAt: 208 };
