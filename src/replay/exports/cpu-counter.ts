/** How much CPU time each process used, by stretches of the window: a counter track. */
import type { TraceEvent } from '../../format/foreign/trace-event.js';
import type { Window } from '../window/window.js';

/** Stretches are no shorter, and no more than this many. */
const shortestNs = 100_000_000;
const mostStretches = 10_000;

export class CpuCounter {
  readonly #window: Window;
  readonly #lengthNs: number;
  readonly #usedNs = new Map<number, Float64Array>();

  constructor(window: Window) {
    this.#window = window;
    this.#lengthNs = Math.max(shortestNs, (window.toNs - window.fromNs) / mostStretches);
  }

  /** CPU time that a process used between two moments, taken as used evenly. */
  add(pid: number, fromNs: number, toNs: number, cpuNs: number): void {
    let used = this.#usedNs.get(pid);
    const [first, last] = [this.#stretchAt(fromNs), this.#stretchAt(toNs)];
    if (used === undefined) {
      used = new Float64Array(this.#stretchAt(this.#window.toNs) + 1);
      this.#usedNs.set(pid, used);
    }
    for (let at = first; at <= last; at++) used[at] = used[at]! + cpuNs / (last - first + 1);
  }

  /** In per cent of one processor; at the end of each process's last stretch it is 0 again. */
  *events(): Generator<TraceEvent, void> {
    for (const [pid, used] of this.#usedNs) {
      for (const [at, ns] of used.entries()) {
        const ts = (this.#window.fromNs + at * this.#lengthNs) / 1e3;
        const percent = Math.round((ns / this.#lengthNs) * 1e4) / 100;
        yield { ph: 'C', pid, ts, name: 'CPU %', args: { percent } };
      }
      const ts = (this.#window.fromNs + used.length * this.#lengthNs) / 1e3;
      yield { ph: 'C', pid, ts, name: 'CPU %', args: { percent: 0 } };
    }
  }

  #stretchAt(ns: number): number {
    const { fromNs, toNs } = this.#window;
    return Math.floor((Math.min(toNs, Math.max(fromNs, ns)) - fromNs) / this.#lengthNs);
  }
}
