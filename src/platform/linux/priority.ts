/** How Linux schedules the calling thread: sched(7), sched_setattr(2). */

import type { Priority } from '../clocks.js';
import { architecture } from './architecture.js';
import { addressOf, errno, errnos, libc } from './libc.js';

const { schedSetattr, schedGetattr } = architecture.calls;

const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
const SCHED_DEADLINE = 6;
/** What this thread starts must not inherit it; without the flag a thread could not go back without rights, either. */
const SCHED_FLAG_RESET_ON_FORK = 1;

/** The lowest of the real-time priorities: threads that somebody gave one come first. */
const lowestPriority = 1;

/**
 * The shortest slice that the kernel takes, in ns (kernel/sched/syscalls.c, __setparam_fair; from 6.12 on, ignored before).
 * A thread that asks for less at a time is let in before those that ask for more: it needs no right.
 */
const sliceNs = 100_000n;

const CLOCK_THREAD_CPUTIME_ID = 3;

/** struct sched_attr, as far as SCHED_ATTR_SIZE_VER0. */
const attrBytes = 48;
const at = { size: 0, policy: 4, flags: 8, nice: 16, priority: 20, runtime: 24 } as const;

/** To be made and used by one and the same thread. */
export class LinuxPriority implements Priority {
  readonly #libc = libc();
  readonly #attr = new DataView(new ArrayBuffer(attrBytes));
  readonly #attrAt = addressOf(new Uint8Array(this.#attr.buffer));
  readonly #time = new Uint32Array(new ArrayBuffer(16));
  readonly #timeAt = addressOf(new Uint8Array(this.#time.buffer));
  /** As it was started: normal, and with which niceness; null where it is not known. */
  readonly #policy: number | null;
  readonly #nice: number;

  constructor() {
    const read = this.#libc.syscall(schedGetattr, 0, this.#attrAt, attrBytes, 0) === 0;
    this.#policy = read ? this.#attr.getUint32(at.policy, true) : null;
    this.#nice = this.#attr.getInt32(at.nice, true);
    if (this.#policy === SCHED_OTHER) this.lower();
  }

  get isRealTime(): boolean {
    return this.#policy === SCHED_FIFO || this.#policy === SCHED_RR || this.#policy === SCHED_DEADLINE;
  }

  get isModest(): boolean {
    return this.#policy === null || (!this.isRealTime && (this.#policy !== SCHED_OTHER || this.#nice > 0));
  }

  raise(): boolean {
    return this.#set(SCHED_FIFO, lowestPriority, 0n);
  }

  lower(): void {
    // A kernel that does not take the slice takes the rest.
    if (!this.#set(SCHED_OTHER, 0, sliceNs) && errno() === errnos.EINVAL) this.#set(SCHED_OTHER, 0, 0n);
  }

  cpuNs(): number {
    this.#libc.clock_gettime(CLOCK_THREAD_CPUTIME_ID, this.#timeAt);
    return this.#time[0]! * 1e9 + this.#time[2]!;
  }

  #set(policy: number, priority: number, runtimeNs: bigint): boolean {
    const attr = this.#attr;
    for (let word = 0; word < attrBytes; word += 4) attr.setUint32(word, 0, true);
    attr.setUint32(at.size, attrBytes, true);
    attr.setUint32(at.policy, policy, true);
    attr.setBigUint64(at.flags, BigInt(SCHED_FLAG_RESET_ON_FORK), true);
    attr.setInt32(at.nice, policy === SCHED_OTHER ? this.#nice : 0, true);
    attr.setUint32(at.priority, priority, true);
    attr.setBigUint64(at.runtime, runtimeNs, true);
    return this.#libc.syscall(schedSetattr, 0, this.#attrAt, 0, 0) === 0;
  }
}
