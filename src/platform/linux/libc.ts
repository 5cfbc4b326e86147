/** The C library's calls that the Linux platform makes, bound once per thread. */
import { isMainThread } from 'node:worker_threads';
import koffi, { type LibraryHandle } from 'koffi';
import { endBy } from '../../ending.js';

/** Buffers are given by their addresses (`addressOf`): a call with a typed array takes twice as long. */
export interface Libc {
  process_vm_readv(
    pid: number,
    local: number,
    localCount: number,
    remote: number,
    remoteCount: number,
    flags: number,
  ): number;
  open(path: number, flags: number): number;
  pread(fd: number, into: number, size: number, offset: number): number;
  close(fd: number): number;
  clock_gettime(clock: number, time: number): number;
  clock_nanosleep(clock: number, flags: number, deadline: number, left: number): number;
  prctl(option: number, value: number, a: number, b: number, c: number): number;
  malloc_trim(pad: number): number;
  syscall(number: number, a: number, b: number, c: number, d: number): number;
  waitpid(pid: number, status: number, options: number): number;
}

let bound: Libc | undefined;

/** The C library that this program is linked with, whatever its file is called: glibc's and musl's have different names. */
export function loadLibc(): LibraryHandle {
  return koffi.load(null);
}

/** glibc's own; musl gives memory back by itself. */
function mallocTrim(library: LibraryHandle): Libc['malloc_trim'] {
  try {
    return library.func('int malloc_trim(size_t pad)') as unknown as Libc['malloc_trim'];
  } catch {
    return () => 0;
  }
}

/** @throws Error if the C library cannot be loaded */
export function libc(): Libc {
  if (bound) return bound;
  const library = loadLibc();
  bound = {
    process_vm_readv: library.func(
      'long process_vm_readv(int pid, intptr_t local, ulong local_count, intptr_t remote, ulong remote_count, ulong flags)',
    ) as unknown as Libc['process_vm_readv'],
    // Without O_CREAT there is no third argument.
    open: library.func('int open(intptr_t path, int flags)') as unknown as Libc['open'],
    close: library.func('int close(int fd)') as unknown as Libc['close'],
    pread: library.func(
      'long pread(int fd, intptr_t into, ulong size, long offset)',
    ) as unknown as Libc['pread'],
    clock_gettime: library.func(
      'int clock_gettime(int clock, intptr_t time)',
    ) as unknown as Libc['clock_gettime'],
    clock_nanosleep: library.func(
      'int clock_nanosleep(int clock, int flags, intptr_t deadline, intptr_t left)',
    ) as unknown as Libc['clock_nanosleep'],
    prctl: library.func(
      'int prctl(int option, ulong value, ulong a, ulong b, ulong c)',
    ) as unknown as Libc['prctl'],
    // Takes as many arguments as there are; none of ours has more.
    syscall: library.func(
      'long syscall(long number, long a, intptr_t b, long c, long d)',
    ) as unknown as Libc['syscall'],
    malloc_trim: mallocTrim(library),
    waitpid: library.func('int waitpid(int pid, intptr_t status, int options)') as unknown as Libc['waitpid'],
  };
  if (isMainThread) endBy(library.func('void _exit(int status)'));
  return bound;
}

/** errno of the last call of this thread. */
export function errno(): number {
  return koffi.errno();
}

/** errno values (Linux, all architectures that Node runs on). */
export const errnos = {
  ...{ EPERM: 1, ENOENT: 2, ESRCH: 3, EINTR: 4, EAGAIN: 11, ENOMEM: 12, EACCES: 13, EFAULT: 14, EINVAL: 22 },
  ...{ ENFILE: 23, EMFILE: 24 },
} as const;

/**
 * The address of a buffer's own bytes, valid as long as the buffer lives. It must have an ArrayBuffer of its own:
 * `new Uint8Array(16)` may lie in the heap, where things move.
 */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}
