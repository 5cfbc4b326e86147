/**
 * What the recorder needs of an operating system. One file per system exports this; `platforms` in index.ts
 * picks. A saved process (saved.ts) has the same face, so that the walk can be tested without a live one.
 */

/** The longest range that is made of several. */
const nearBytes = 2048;

/** Ranges of the target's memory to read in one call, in this order, back to back into one buffer. */
export class RangeList {
  addresses = new Float64Array(64);
  lengths = new Uint32Array(64);
  /** Where each range lands in the buffer. */
  offsets = new Uint32Array(64);
  count = 0;
  totalBytes = 0;
  /** Index of the range that `addNear` may extend. */
  #near = -1;

  clear(): void {
    this.count = 0;
    this.#near = -1;
    this.totalBytes = 0;
  }

  /**
   * @param address of the target, below 2^47: exact in a double
   * @param length in bytes, a multiple of 8 keeps later ranges aligned
   * @returns the offset at which the range will land
   */
  add(address: number, length: number): number {
    if (this.count === this.lengths.length) this.#grow();
    const offset = this.totalBytes;
    this.addresses[this.count] = address;
    this.lengths[this.count] = length;
    this.offsets[this.count] = offset;
    this.count++;
    this.totalBytes += length;
    return offset;
  }

  /** The same; `addNear` may extend the range. */
  addFirst(address: number, length: number): number {
    this.#near = this.count;
    return this.add(address, length);
  }

  /**
   * The same, for words of which it does not matter in what order they are read: those that lie close behind the last
   * one share its range. A range costs as much as a kilobyte or two, and between two places less than a page apart
   * everything is mapped.
   */
  addNear(address: number, length: number): number {
    const last = this.#near;
    const inside = last < 0 ? -1 : address - this.addresses[last]!;
    if (last !== this.count - 1 || inside < 0 || inside + length > nearBytes) {
      return this.addFirst(address, length);
    }
    const grown = Math.max(0, inside + length - this.lengths[last]!);
    // Later ranges stay aligned.
    const whole = Math.ceil(grown / 8) * 8;
    this.lengths[last]! += whole;
    this.totalBytes += whole;
    return this.offsets[last]! + inside;
  }

  #grow(): void {
    const addresses = new Float64Array(this.count * 2);
    const lengths = new Uint32Array(this.count * 2);
    const offsets = new Uint32Array(this.count * 2);
    addresses.set(this.addresses);
    lengths.set(this.lengths);
    offsets.set(this.offsets);
    this.addresses = addresses;
    this.lengths = lengths;
    this.offsets = offsets;
  }
}

/** Why memory could not be read; decides what the sampler does next. */
export type ReadFault =
  /** This range is not mapped: skip what it was for. */
  | 'unmapped'
  /** The process is gone (or a zombie): stop. */
  | 'gone'
  /** Not allowed (any more): stop. */
  | 'denied';

export interface Memory {
  /** The buffer that `read` fills, and the same bytes as 32-bit words. Replaced when it has to grow. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Why the last `read` or `peek` did not bring everything; null if it did. */
  readonly fault: ReadFault | null;
  /**
   * Reads all ranges into `bytes`, with as few system calls as the system allows.
   * A range that cannot be read whole is filled with zeros and its index added to `failed`.
   * @returns false if the target is gone or may not be read any more (see `fault`)
   */
  read(ranges: RangeList): boolean;
  /** Indices of the ranges that the last `read` could not bring. */
  readonly failed: readonly number[];
  /**
   * Reads one range into a buffer of the caller's, all or nothing.
   * @returns false if it could not be read (see `fault`)
   */
  peek(address: number, into: Uint8Array): boolean;
  /**
   * Reads a few ranges at one moment, as nearly as the system allows, into a buffer of the caller's, all or nothing.
   * @returns false if they could not be read (see `fault`)
   */
  peekAll(ranges: RangeList, into: Uint8Array): boolean;
  close(): void;
}

/** Running state and CPU time of one thread, from the operating system. */
export interface ThreadClock {
  /**
   * Asks the operating system about the thread.
   * @returns false when the thread is gone
   */
  update(): boolean;
  /** False once an update found the thread gone. */
  readonly alive: boolean;
  /** Whether nothing at all happened to the thread since the update before: it has not run, its stack is as it was. */
  readonly unchanged: boolean;
  /** Whether the thread was running or ready to run; null where it cannot be known. */
  readonly onCpu: boolean | null;
  /** Address of the lock word that a sleeping thread waits at; 0 where it waits for something else, null if not known. */
  readonly sleepsAt: number | null;
  /** CPU time used since the update before, in ns; 0 for the first. */
  readonly cpuNs: number;
  /** CPU time of the thread's whole life, in ns; negative before the first update. */
  readonly totalNs: number;
  close(): void;
}

/** CPU time of a whole process, with all threads that it has and had. */
export interface ProcessClock {
  /** @returns ns since its start, counted exactly as its threads' clocks count; null where it cannot be known */
  totalNs(): number | null;
}

export interface Clock {
  /** Monotonic time in ns since an origin of this process's; cheap. */
  now(): number;
  /** Blocks the calling thread until `deadline` (in the time of `now`). */
  sleepUntil(deadline: number): void;
}

/** How urgent the system takes the thread to be that made this, which alone may use it. */
export interface Priority {
  /** Whether the thread was real-time from the start. */
  readonly isRealTime: boolean;
  /** Whether it was started with less than the usual priority, and is to keep to that; or it is not known. */
  readonly isModest: boolean;
  /** Makes the thread real-time, at the lowest level. @returns false where that is not allowed */
  raise(): boolean;
  /** Back to normal, but let in before others where the system has a way. */
  lower(): void;
  /** CPU time that the thread has used, in ns since its start. */
  cpuNs(): number;
}

export interface Platform {
  openMemory(pid: number): Memory;
  openThreadClock(pid: number, osThreadId: number): ThreadClock;
  openProcessClock(pid: number): ProcessClock;
  openClock(): Clock;
  /** Of the calling thread; may already take it for more urgent than usual, as far as no right is needed. */
  openPriority(): Priority;
}
