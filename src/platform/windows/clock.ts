/** Time that only goes forward, and waiting for a moment of it: the performance counter, and a timer of high resolution. */
import type { Clock } from '../clocks.js';
import { kernel, longAt, room } from './kernel.js';

/** CREATE_WAITABLE_TIMER_HIGH_RESOLUTION (Windows 10 1803); without it a timer comes with the system's next tick, up to 16 ms late. */
const highResolution = 2;
const allAccess = 0x1f0003;
const forever = 0xffffffff;
/** Dues are in units of 100 ns; below zero they count from now. */
const unitNs = 100;
/** The same as on Linux: times are above 2^31 ns from the first moment on, which V8 takes for no small integer. */
const headStartNs = 3e9;

export class WindowsClock implements Clock {
  readonly #kernel = kernel();
  readonly #count = room(8);
  readonly #due = room(8);
  /** ns of a count. */
  readonly #unit: number;
  readonly #origin: number;
  /** 0 where there is none to be had. */
  readonly #timer: number;

  constructor() {
    this.#kernel.QueryPerformanceFrequency(this.#count.at);
    this.#unit = 1e9 / longAt(this.#count.view, 0);
    this.#origin = this.#counted();
    const create = (flags: number): number => this.#kernel.CreateWaitableTimerExW(0, 0, flags, allAccess);
    this.#timer = create(highResolution) || create(0);
  }

  now(): number {
    return (this.#counted() - this.#origin) * this.#unit + headStartNs;
  }

  sleepUntil(deadline: number): void {
    const left = Math.floor((deadline - this.now()) / unitNs);
    if (left <= 0 || this.#timer === 0) return;
    this.#due.view.setBigInt64(0, BigInt(-left), true);
    if (this.#kernel.SetWaitableTimer(this.#timer, this.#due.at, 0, 0, 0, 0) !== 0)
      this.#kernel.WaitForSingleObject(this.#timer, forever);
  }

  #counted(): number {
    this.#kernel.QueryPerformanceCounter(this.#count.at);
    return longAt(this.#count.view, 0);
  }
}
