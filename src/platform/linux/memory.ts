/** The memory of another process, by process_vm_readv(2): many ranges in one system call. */

import type { Memory, RangeList, ReadFault } from '../memory.js';
import { addressOf, errno, errnos, libc } from './libc.js';
import { findLiveThread } from './proc.js';

/** Ranges per system call (UIO_MAXIOV, include/uapi/linux/uio.h). */
const maxRanges = 1024;

/** Size of the buffer at first. */
const leastBytes = 1 << 20;

export class LinuxMemory implements Memory {
  /** Empty until the first `read`: many a memory is only peeked into. */
  bytes: Uint8Array = new Uint8Array();
  words: Uint32Array = new Uint32Array();
  fault: ReadFault | null = null;
  readonly failed: number[] = [];
  readonly #pid: number;
  /** By which the kernel finds the memory: the process, or a thread of it if the main one has ended. */
  #thread: number;
  readonly #libc = libc();
  /** struct iovec[]: 64-bit base, 64-bit length, written as 32-bit halves. */
  readonly #remote = new Uint32Array(new ArrayBuffer(maxRanges * 16));
  readonly #remoteAt = addressOf(new Uint8Array(this.#remote.buffer));
  readonly #local = new Uint32Array(new ArrayBuffer(16));
  readonly #localAt = addressOf(new Uint8Array(this.#local.buffer));
  #base = 0;

  constructor(pid: number) {
    this.#pid = this.#thread = pid;
  }

  read(ranges: RangeList): boolean {
    this.fault = null;
    // Setting the length of an array is a call into the engine.
    if (this.failed.length > 0) this.failed.length = 0;
    if (ranges.totalBytes > this.bytes.byteLength) this.#reserve(Math.max(leastBytes, ranges.totalBytes * 2));
    let next = 0;
    while (next < ranges.count) {
      const last = Math.min(ranges.count, next + maxRanges);
      const start = ranges.offsets[next]!;
      const end = endOf(ranges, last);
      const arrived = this.#call(ranges, next, last);
      if (arrived < 0 && this.fault !== 'unmapped') return false;
      if (arrived === end - start) {
        next = last;
        continue;
      }
      // The call stops at the first bad range, maybe in its middle: that one counts as failed, the rest is read on.
      const reached = start + Math.max(0, arrived);
      let bad = next;
      while (bad + 1 < last && ranges.offsets[bad + 1]! <= reached) bad++;
      this.bytes.fill(0, ranges.offsets[bad]!, ranges.offsets[bad]! + ranges.lengths[bad]!);
      this.failed.push(bad);
      next = bad + 1;
    }
    this.fault = this.failed.length > 0 ? 'unmapped' : null;
    return true;
  }

  peek(address: number, into: Uint8Array): boolean {
    this.#setRemote(0, address, into.byteLength);
    return this.#bring(into, 1);
  }

  peekAll({ addresses, lengths, count }: RangeList, into: Uint8Array): boolean {
    for (let i = 0; i < count; i++) this.#setRemote(i, addresses[i]!, lengths[i]!);
    return this.#bring(into, count);
  }

  /** Reads the ranges that are set, all or nothing. */
  #bring(into: Uint8Array, count: number): boolean {
    this.#setLocal(addressOf(into), into.byteLength);
    const arrived = this.#transfer(count);
    this.fault = arrived === into.byteLength ? null : arrived < 0 ? faultOf(errno()) : 'unmapped';
    return this.fault === null;
  }

  close(): void {}

  /** Reads the ranges from one index up to another. */
  #call(ranges: RangeList, from: number, to: number): number {
    const start = ranges.offsets[from]!;
    this.#setLocal(this.#base + start, endOf(ranges, to) - start);
    for (let i = from; i < to; i++) this.#setRemote(i - from, ranges.addresses[i]!, ranges.lengths[i]!);
    const arrived = this.#transfer(to - from);
    if (arrived < 0) this.fault = faultOf(errno());
    return arrived;
  }

  #transfer(count: number): number {
    const arrived = this.#libc.process_vm_readv(this.#thread, this.#localAt, 1, this.#remoteAt, count, 0);
    if (arrived >= 0 || errno() !== errnos.ESRCH) return arrived;
    const thread = findLiveThread(this.#pid);
    if (thread !== null) this.#thread = thread;
    return this.#libc.process_vm_readv(this.#thread, this.#localAt, 1, this.#remoteAt, count, 0);
  }

  #setLocal(address: number, length: number): void {
    this.#local[0] = address >>> 0;
    this.#local[1] = Math.floor(address / 2 ** 32);
    this.#local[2] = length;
  }

  #setRemote(index: number, address: number, length: number): void {
    const at = index * 4;
    this.#remote[at] = address >>> 0;
    this.#remote[at + 1] = Math.floor(address / 2 ** 32);
    this.#remote[at + 2] = length;
    this.#remote[at + 3] = 0;
  }

  #reserve(size: number): void {
    this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil(size / 4096) * 4096));
    this.words = new Uint32Array(this.bytes.buffer);
    this.#base = addressOf(this.bytes);
  }
}

function faultOf(code: number): ReadFault {
  if (code === errnos.ESRCH) return 'gone';
  return code === errnos.EPERM ? 'denied' : 'unmapped';
}

/** Where the ranges before an index end in the buffer. */
function endOf({ count, totalBytes, offsets }: RangeList, index: number): number {
  return index === count ? totalBytes : offsets[index]!;
}
