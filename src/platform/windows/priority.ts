/** How urgent the sampling thread is: thread priorities within the usual class, for which no right is needed. */
import type { Priority } from '../clocks.js';
import { kernel, room } from './kernel.js';
import { timeOf, timesBytes } from './thread-clock.js';

/** winbase.h. Time-critical threads of the usual class come before all others of it, and below those of real-time programs. */
const timeCritical = 15;
const normal = 0;
const unknown = 0x7fffffff;

export class WindowsPriority implements Priority {
  readonly isRealTime: boolean;
  readonly isModest: boolean;
  readonly #kernel = kernel();
  readonly #thread = this.#kernel.GetCurrentThread();
  readonly #times = room(timesBytes);

  constructor() {
    const own = this.#kernel.GetThreadPriority(this.#thread);
    this.isRealTime = own === timeCritical;
    this.isModest = own === unknown || own < normal;
  }

  raise(): boolean {
    return this.#kernel.SetThreadPriority(this.#thread, timeCritical) !== 0;
  }

  lower(): void {
    this.#kernel.SetThreadPriority(this.#thread, normal);
  }

  cpuNs(): number {
    return timeOf(this.#kernel.GetThreadTimes, this.#thread, this.#times) ?? 0;
  }
}
