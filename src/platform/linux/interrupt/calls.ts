/** Calls of the C library for events and programs in the kernel, bound once per thread. */
import koffi from 'koffi';
import { addressOf, loadLibc } from '../libc.js';

interface Calls {
  syscall(number: number, a: number, b: number, c: number, d: number, e: number): number;
  ioctl(fd: number, request: number, argument: number): number;
  close(fd: number): number;
  mmap(at: number, length: number, protection: number, flags: number, fd: number, offset: number): number;
  munmap(at: number, length: number): number;
}

let bound: Calls | undefined;

/** @throws Error if the C library cannot be loaded */
export function interruptCalls(): Calls {
  if (bound) return bound;
  const library = loadLibc();
  bound = {
    syscall: library.func(
      'long syscall(long number, intptr_t a, intptr_t b, long c, long d, long e)',
    ) as unknown as Calls['syscall'],
    ioctl: library.func('int ioctl(int fd, ulong request, long argument)') as unknown as Calls['ioctl'],
    close: library.func('int close(int fd)') as unknown as Calls['close'],
    mmap: library.func(
      'intptr_t mmap(intptr_t at, size_t length, int protection, int flags, int fd, long offset)',
    ) as unknown as Calls['mmap'],
    munmap: library.func('int munmap(intptr_t at, size_t length)') as unknown as Calls['munmap'],
  };
  return bound;
}

/** A structure that is given to the kernel: zeros, but for what is filled in. */
export class Structure {
  readonly view: DataView<ArrayBuffer>;
  readonly address: number;
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.view = new DataView(new ArrayBuffer(bytes));
    this.address = addressOf(new Uint8Array(this.view.buffer));
  }

  u32(at: number, value: number): this {
    this.view.setUint32(at, value, true);
    return this;
  }

  u64(at: number, value: number): this {
    this.view.setBigUint64(at, BigInt(value), true);
    return this;
  }
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** Memory that is shared with the kernel, by a descriptor that may be closed then. @returns its address, or null */
export function mapShared(fd: number, length: number): number | null {
  const address = interruptCalls().mmap(0, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  return address === -1 ? null : address;
}

/** Memory that the kernel has given, as bytes; it must not be touched after munmap. */
export function mapped(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}
