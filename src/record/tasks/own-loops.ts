/**
 * Which event loops run in a process that is a copy of another (fork). The copy has the parent's tasks, with that which was
 * current, and often their coroutines on its stack; but no loop runs in it until it starts one. asyncio knows a running loop
 * by the process that started it (to 3.11), or forgets it in the copy (on_fork in Lib/asyncio/events.py, 3.12+).
 */

import { currentPlatform } from '../../platform/index.js';
import { type RunningLoopPlace, runningLoopPlace } from '../layouts/coroutines.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { readDictItem } from '../objects/objects.js';
import type { Target } from '../target/target.js';
import type { AsyncioLayout } from './asyncio-debug.js';

/** Loops that are remembered. */
const maxLoops = 1000;

export class OwnLoops {
  readonly #peek: Peek;
  readonly #layout: Layout;
  readonly #pid: number | null;
  #place: RunningLoopPlace | null;
  /** Loops that were found running: they are this process's, whether they run just now or not. */
  readonly #known = new Set<number>();

  /** @returns null for a process that was started as what it is: all of its loops are its own */
  static create(target: Target, peek: Peek): OwnLoops | null {
    return currentPlatform().readStat(target.pid)?.isCopy === true ? new OwnLoops(target, peek) : null;
  }

  private constructor({ pid, layout }: Target, peek: Peek) {
    this.#peek = peek;
    this.#layout = layout;
    // What the process itself takes for its pid.
    this.#pid = currentPlatform().readInnerThreadId(pid, pid);
    this.#place = runningLoopPlace(layout);
  }

  /** Takes from asyncio's own table where a thread keeps its loop. */
  use({ thread }: AsyncioLayout): void {
    this.#place = { kind: 'field', at: [thread.runningLoop] };
  }

  /** @param loop of a task whose coroutine is on the stack of a thread */
  has(loop: number, threadState: number): boolean {
    if (loop === 0) return false;
    if (this.#known.has(loop)) return true;
    if (!this.#runningLoops(threadState).includes(loop)) return false;
    if (this.#known.size < maxLoops) this.#known.add(loop);
    return true;
  }

  /** Address of the loop that runs in a thread, or of what else may be one; none where none does, or it is another process's. */
  #runningLoops(threadState: number): (number | null)[] {
    const peek = this.#peek;
    const place = this.#place;
    if (place === null) return [];
    if (place.kind === 'field') return place.at.map((at) => peek.pointer(threadState + at));
    const dict = peek.pointer(threadState + place.dict);
    const item = dict ? readDictItem(peek, this.#layout, dict, '__asyncio_running_event_loop__') : null;
    if (item === null || place.kind === 'item') return [item];
    const fields = item + this.#layout.object.size;
    return peek.i32(fields + 8) === this.#pid ? [peek.pointer(fields)] : [];
  }
}
