/**
 * Threads of the operating system that Python has no state of just now, and their rows in the trace. C code that calls
 * Python through PyGILState_Ensure makes a new thread state for each call (Python/pystate.c): all of them are one thread.
 */
import type { ThreadTrack } from './thread-track.js';

/** What a thread goes on with under its next state. */
export interface LeftThread {
  readonly id: number;
  readonly name: string | null;
}

export class LeftThreads {
  /** By the operating system's id; a thread can have left several interpreters, the last one last. */
  readonly #left = new Map<number, (LeftThread & { readonly pythonId: bigint })[]>();

  /** How many of the operating system's threads are remembered. */
  get size(): number {
    return this.#left.size;
  }

  /** To be called when a state of a thread is gone although the thread may go on. */
  add({ id, name, osId, pythonId }: ThreadTrack): void {
    if (osId === null) return;
    const left = this.#left.get(osId);
    if (left === undefined) this.#left.set(osId, [{ id, name, pythonId }]);
    else left.push({ id, name, pythonId });
  }

  /** Lets those go that have ended: their ids are given to others. */
  keep(alive: ReadonlySet<number>): void {
    for (const osId of this.#left.keys()) if (!alive.has(osId)) this.#left.delete(osId);
  }

  /** The row of a thread that has another state now, handed out once; undefined where it is new. */
  take(osId: number | null, pythonId: bigint): LeftThread | undefined {
    const left = osId === null ? undefined : this.#left.get(osId);
    if (osId === null || left === undefined) return undefined;
    const at = left.findLastIndex((thread) => thread.pythonId === pythonId);
    if (at < 0) return undefined;
    const [thread] = left.splice(at, 1);
    if (left.length === 0) this.#left.delete(osId);
    return thread;
  }
}
