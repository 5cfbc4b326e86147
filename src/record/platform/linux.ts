/** Linux: process_vm_readv for memory, /proc for threads, clock_nanosleep for the schedule. */
import { closeSync, openSync } from 'node:fs';
import { addressOf, errno, errnos, libc } from './libc.js';
import type { Clock, Memory, Platform, RangeList, ReadFault, ThreadClock } from './platform.js';
import { readOptional } from './proc.js';

/** Ranges per system call (UIO_MAXIOV, include/uapi/linux/uio.h). */
const maxRanges = 1024;

class LinuxMemory implements Memory {
  bytes!: Uint8Array;
  words!: Uint32Array;
  fault: ReadFault | null = null;
  readonly failed: number[] = [];
  readonly #pid: number;
  readonly #libc = libc();
  /** struct iovec[]: 64-bit base, 64-bit length, written as 32-bit halves. */
  readonly #remote = new Uint32Array(new ArrayBuffer(maxRanges * 16));
  readonly #remoteBytes = new Uint8Array(this.#remote.buffer);
  readonly #local = new Uint32Array(new ArrayBuffer(16));
  readonly #localBytes = new Uint8Array(this.#local.buffer);
  #base = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#reserve(1 << 20);
  }

  read(ranges: RangeList): boolean {
    this.fault = null;
    this.failed.length = 0;
    if (ranges.totalBytes > this.bytes.byteLength) this.#reserve(ranges.totalBytes * 2);
    let next = 0;
    while (next < ranges.count) {
      const last = Math.min(ranges.count, next + maxRanges);
      const start = ranges.offsets[next]!;
      const end = last === ranges.count ? ranges.totalBytes : ranges.offsets[last]!;
      const arrived = this.#call(ranges, next, last, start, end - start);
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
    this.#setLocal(addressOf(into), into.byteLength);
    this.#setRemote(0, address, into.byteLength);
    const arrived = Number(
      this.#libc.process_vm_readv(this.#pid, this.#localBytes, 1, this.#remoteBytes, 1, 0),
    );
    this.fault = arrived === into.byteLength ? null : arrived < 0 ? faultOf(errno()) : 'unmapped';
    return this.fault === null;
  }

  close(): void {}

  #call(ranges: RangeList, from: number, to: number, start: number, length: number): number {
    this.#setLocal(this.#base + start, length);
    for (let i = from; i < to; i++) this.#setRemote(i - from, ranges.addresses[i]!, ranges.lengths[i]!);
    const arrived = Number(
      this.#libc.process_vm_readv(this.#pid, this.#localBytes, 1, this.#remoteBytes, to - from, 0),
    );
    if (arrived < 0) this.fault = faultOf(errno());
    return arrived;
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

/** ASCII of "running", which /proc/PID/task/TID/syscall holds for a thread that runs or is ready to. */
const letterR = 0x72;

/** File descriptors that are left to everything else: the trace, the target's files, Node itself. */
const reservedDescriptors = 128;
const descriptorsPerClock = 3;
let openClocks = 0;
let clockLimit: number | undefined;

/** How many threads can be asked about at the same time (getrlimit(2), RLIMIT_NOFILE). */
function maxClocks(): number {
  const match = /^Max open files\s+(\d+)/m.exec(readOptional('/proc/self/limits') ?? '');
  return Math.max(1, Math.floor((Number(match?.[1] ?? 1024) - reservedDescriptors) / descriptorsPerClock));
}

class LinuxThreadClock implements ThreadClock {
  alive = true;
  unchanged = false;
  onCpu: boolean | null = null;
  cpuNs = 0;
  readonly #libc = libc();
  readonly #folder: string;
  readonly #schedstat: number;
  /** undefined until needed; null where it may not be read (then `stat` is used). */
  #syscall: number | null | undefined;
  #stat: number | undefined;
  #total = -1;
  /** Two buffers in turn: this update's schedstat line and the one before. */
  #line = new Uint8Array(new ArrayBuffer(96));
  #lineLength = 0;
  #before = new Uint8Array(new ArrayBuffer(96));
  #beforeLength = -1;
  readonly #text = new Uint8Array(new ArrayBuffer(512));

  constructor(pid: number, osThreadId: number) {
    clockLimit ??= maxClocks();
    if (openClocks >= clockLimit) throw new Error('too many open files');
    this.#folder = `/proc/${pid}/task/${osThreadId}`;
    this.#schedstat = openSync(`${this.#folder}/schedstat`, 'r');
    openClocks++;
  }

  /**
   * schedstat is "CPU-ns wait-ns timeslices" (Documentation/scheduler/sched-stats.rst). A thread that was asleep
   * and whose line is the same has not been scheduled since, so its state need not be asked for. A running one
   * may keep its line between two scheduler ticks.
   */
  update(): boolean {
    [this.#line, this.#before] = [this.#before, this.#line];
    this.#beforeLength = this.#lineLength;
    this.#lineLength = Number(this.#libc.pread(this.#schedstat, this.#line, 96, 0));
    this.alive = this.#lineLength > 0;
    if (!this.alive) return false;
    this.unchanged = this.onCpu === false && this.#sameLine();
    if (this.unchanged) {
      this.cpuNs = 0;
      return true;
    }
    let total = 0;
    for (let i = 0; i < this.#lineLength; i++) {
      const digit = this.#line[i]! - 0x30;
      if (digit < 0 || digit > 9) break;
      total = total * 10 + digit;
    }
    // It was observed to go back by some ns when a thread migrates; time is never given back.
    this.cpuNs = this.#total < 0 ? 0 : Math.max(0, total - this.#total);
    this.#total = Math.max(this.#total, total);
    this.onCpu = this.#askState();
    return true;
  }

  close(): void {
    openClocks--;
    closeSync(this.#schedstat);
    if (typeof this.#syscall === 'number') closeSync(this.#syscall);
    if (this.#stat !== undefined) closeSync(this.#stat);
  }

  #sameLine(): boolean {
    if (this.#lineLength !== this.#beforeLength) return false;
    let zeros = true;
    for (let i = 0; i < this.#lineLength; i++) {
      if (this.#line[i] !== this.#before[i]) return false;
      if (this.#line[i]! > 0x30) zeros = false;
    }
    // Kernels without scheduler statistics say "0 0 0" for ever: that means nothing.
    return !zeros;
  }

  #askState(): boolean | null {
    if (this.#syscall === undefined) this.#syscall = tryOpen(`${this.#folder}/syscall`);
    if (this.#syscall !== null) {
      const length = Number(this.#libc.pread(this.#syscall, this.#text, 512, 0));
      if (length > 0) return this.#text[0] === letterR;
      closeSync(this.#syscall);
      this.#syscall = null;
    }
    this.#stat ??= tryOpen(`${this.#folder}/stat`) ?? undefined;
    if (this.#stat === undefined) return null;
    const length = Number(this.#libc.pread(this.#stat, this.#text, 512, 0));
    // The state letter follows the name, which may itself hold parentheses.
    for (let i = length - 1; i > 0; i--) if (this.#text[i] === 0x29) return this.#text[i + 2] === 0x52;
    return null;
  }
}

function tryOpen(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const PR_SET_TIMERSLACK = 29;

class LinuxClock implements Clock {
  readonly #libc = libc();
  readonly #time = new Uint32Array(new ArrayBuffer(16));
  readonly #timeBytes = new Uint8Array(this.#time.buffer);
  /** Seconds of the origin: keeps `now` small enough to be exact. */
  readonly #originS: number;

  constructor() {
    // The default slack lets the kernel wake this thread 50 µs late to save power.
    this.#libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    this.#libc.clock_gettime(CLOCK_MONOTONIC, this.#timeBytes);
    this.#originS = this.#time[0]!;
  }

  now(): number {
    this.#libc.clock_gettime(CLOCK_MONOTONIC, this.#timeBytes);
    return (this.#time[0]! - this.#originS) * 1e9 + this.#time[2]!;
  }

  sleepUntil(deadline: number): void {
    const seconds = Math.floor(deadline / 1e9);
    this.#time[0] = this.#originS + seconds;
    this.#time[1] = 0;
    this.#time[2] = deadline - seconds * 1e9;
    this.#time[3] = 0;
    // Interrupted by a signal: the caller looks at its stop flag and comes back.
    this.#libc.clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, this.#timeBytes, null);
  }
}

export const linux: Platform = {
  openMemory: (pid) => new LinuxMemory(pid),
  openThreadClock: (pid, osThreadId) => new LinuxThreadClock(pid, osThreadId),
  openClock: () => new LinuxClock(),
};
