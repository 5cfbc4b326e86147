/** Processes that join a recording while it goes on: found by the main thread, sampled by the recorder's. */
import type { Target } from '../target/target.js';

/** A process that joins a recording. */
export interface Arrival {
  readonly target: Target;
  /** Of the followed process that started it; null for none. */
  readonly parentPid: number | null;
}

export interface Arrivals {
  /** @returns the next one that waits; null for none */
  next(): Arrival | null;
  /** The process has ended, or runs another program. */
  lost(pid: number): void;
}
