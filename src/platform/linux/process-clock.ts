/** CPU time of a process, from its CPU clock (clock_getcpuclockid(3)), which sums se.sum_exec_runtime of its threads. */

import type { ProcessClock } from '../clocks.js';
import { addressOf, libc } from './libc.js';

/** CPUCLOCK_SCHED (include/linux/posix-timers_types.h): the clock of a process is the inverted pid, and this. */
const CPUCLOCK_SCHED = 2;

export class LinuxProcessClock implements ProcessClock {
  readonly #clock: number;
  readonly #libc = libc();
  readonly #time = new Uint32Array(new ArrayBuffer(16));
  readonly #timeAt = addressOf(new Uint8Array(this.#time.buffer));

  constructor(pid: number) {
    this.#clock = (~pid << 3) | CPUCLOCK_SCHED;
  }

  totalNs(): number | null {
    if (this.#libc.clock_gettime(this.#clock, this.#timeAt) !== 0) return null;
    return this.#time[0]! * 1e9 + this.#time[2]!;
  }
}
