/** Time that only goes forward, and waiting for a moment of it. */

import type { Clock } from '../clocks.js';
import { addressOf, libc } from './libc.js';

const CLOCK_MONOTONIC = 1;
/** Goes on while the machine sleeps, so that such time is seen and becomes a gap. */
const CLOCK_BOOTTIME = 7;
const TIMER_ABSTIME = 1;
const PR_SET_TIMERSLACK = 29;

/**
 * Times are above 2^31 ns from the first moment on. V8 computes with 31-bit integers as long as it sees no others, and
 * would compile the whole sampling loop anew 2.1 s later.
 */
const headStartS = 3;

export class LinuxClock implements Clock {
  readonly #libc = libc();
  readonly #time = new Uint32Array(new ArrayBuffer(16));
  readonly #timeAt = addressOf(new Uint8Array(this.#time.buffer));
  /** Seconds of the origin: keeps `now` small enough to be exact. */
  readonly #originS: number;
  readonly #clock: number;

  constructor() {
    // The default slack lets the kernel wake this thread 50 µs late to save power.
    this.#libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    // A moment in the past: returns at once where this clock can be waited for.
    const canWait = this.#libc.clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, this.#timeAt, 0) === 0;
    this.#clock = canWait ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
    this.#libc.clock_gettime(this.#clock, this.#timeAt);
    this.#originS = this.#time[0]! - headStartS;
  }

  now(): number {
    this.#libc.clock_gettime(this.#clock, this.#timeAt);
    return (this.#time[0]! - this.#originS) * 1e9 + this.#time[2]!;
  }

  sleepUntil(deadline: number): void {
    const seconds = Math.floor(deadline / 1e9);
    this.#time[0] = this.#originS + seconds;
    this.#time[1] = 0;
    this.#time[2] = deadline - seconds * 1e9;
    this.#time[3] = 0;
    // Interrupted by a signal: the caller looks at its stop flag and comes back.
    this.#libc.clock_nanosleep(this.#clock, TIMER_ABSTIME, this.#timeAt, 0);
  }
}
