/** The C library's calls that the Linux platform makes, bound once per thread. */
import koffi from 'koffi';

type Int = number | bigint;

export interface Libc {
  process_vm_readv(
    pid: number,
    local: Uint8Array,
    localCount: number,
    remote: Uint8Array,
    remoteCount: number,
    flags: number,
  ): Int;
  pread(fd: number, into: Uint8Array, size: number, offset: number): Int;
  clock_gettime(clock: number, time: Uint8Array): number;
  clock_nanosleep(clock: number, flags: number, deadline: Uint8Array, left: null): number;
  prctl(option: number, value: number, a: number, b: number, c: number): number;
}

let bound: Libc | undefined;

/** @throws Error if the C library cannot be loaded */
export function libc(): Libc {
  if (bound) return bound;
  const library = koffi.load('libc.so.6');
  bound = {
    process_vm_readv: library.func(
      'long process_vm_readv(int pid, const void *local, ulong local_count, const void *remote, ulong remote_count, ulong flags)',
    ) as unknown as Libc['process_vm_readv'],
    pread: library.func(
      'long pread(int fd, void *into, ulong size, long offset)',
    ) as unknown as Libc['pread'],
    clock_gettime: library.func(
      'int clock_gettime(int clock, void *time)',
    ) as unknown as Libc['clock_gettime'],
    clock_nanosleep: library.func(
      'int clock_nanosleep(int clock, int flags, const void *deadline, void *left)',
    ) as unknown as Libc['clock_nanosleep'],
    prctl: library.func(
      'int prctl(int option, ulong value, ulong a, ulong b, ulong c)',
    ) as unknown as Libc['prctl'],
  };
  return bound;
}

/** errno of the last call of this thread. */
export function errno(): number {
  return koffi.errno();
}

/** errno values (Linux, all architectures that Node runs on). */
export const errnos = { EPERM: 1, ESRCH: 3, EINTR: 4, EFAULT: 14 } as const;

/** The address of a buffer's own bytes, valid as long as the buffer lives. */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}
