/**
 * Native frames of the threads of a process that wait, without a pause: a copy of each stack in front of a tick, another one behind
 * it, and what both say merged with the Python frames of that tick.
 */
import type { NativeFrames } from '../../format/dump-result.js';
import { currentPlatform } from '../../platform/index.js';
import type { CopiedThread } from '../../platform/interrupts.js';
import type { Memory } from '../../platform/memory.js';
import type { PlaceState, ThreadPlace } from '../../platform/thread-place.js';
import type { Layout } from '../layouts/layout.js';
import { Peek } from '../memory/peek.js';
import type { Stack } from '../unwind/stack.js';
import { CodePlaces } from './code-places.js';
import { EvaluationLoop } from './evaluation-loop.js';
import { FrameSearch } from './frame-search.js';
import { InterruptedStack } from './interrupted-stack.js';
import { MemoryMap } from './memory-map.js';
import { type EitherFrame, mergeFrames } from './merged-frames.js';
import type { NativeStack } from './native-stack.js';
import { findRuns } from './python-runs.js';
import type { RegisterSet } from './registers.js';
import type { Sides } from './sides.js';
import { StackCopy } from './stack-copy.js';
import { NativeUnwinder } from './unwinder.js';

export interface MergedStack {
  readonly state: NativeFrames;
  /** Innermost first; null where only the Python frames are known. */
  readonly frames: readonly EitherFrame[] | null;
  /** Whether another look may find more, even if the thread does not run meanwhile. */
  readonly again: boolean;
}

/** Of one thread between its two copies. */
interface Look {
  readonly place: ThreadPlace;
  readonly copy: StackCopy;
  state: PlaceState;
  /** After the second copy. */
  native: NativeStack | null;
  /** What came of the copy before, and of which state of the map that is. */
  last: NativeStack | null;
  generation: number;
  /** Whether another look may find more. */
  again: boolean;
}

/** A thread with Python frames, as a tick has found it. */
export interface WalkedThread {
  readonly osId: number;
  readonly threadState: number;
  readonly stack: Stack;
}

export class NativeThreads {
  readonly #pid: number;
  readonly #layout: Layout;
  readonly #set: RegisterSet;
  readonly #memory: Memory;
  readonly #peek: Peek;
  readonly #map: MemoryMap;
  readonly #unwinder: NativeUnwinder;
  readonly #loop: EvaluationLoop;
  readonly #looks = new Map<number, Look>();
  /** Those of the last `copy`. */
  #current: Look[] = [];

  constructor(pid: number, layout: Layout, set: RegisterSet) {
    this.#pid = pid;
    this.#layout = layout;
    this.#set = set;
    this.#memory = currentPlatform().openMemory(pid);
    this.#peek = new Peek(this.#memory);
    this.#map = new MemoryMap(pid);
    const places = new CodePlaces(pid, this.#memory, this.#map);
    this.#unwinder = new NativeUnwinder(places, set, new FrameSearch(this.#memory, this.#map));
    this.#loop = new EvaluationLoop(set);
  }

  /** Copies the stacks of threads that wait, in front of a tick. */
  copy(osIds: readonly number[]): void {
    this.#current = [];
    if (osIds.length > 0) this.#map.renew();
    for (const id of osIds) {
      let look = this.#looks.get(id);
      // Its id may be another thread's by now, which open files do not tell.
      if (look?.state === 'unknown') look.place.close();
      if (look === undefined || look.state === 'unknown') {
        const place = currentPlatform().openThreadPlace(this.#pid, id);
        look = {
          place,
          copy: new StackCopy(),
          state: 'unknown',
          native: null,
          last: null,
          generation: 0,
          again: false,
        };
        this.#looks.set(id, look);
      }
      look.native = null;
      this.#map.isDoubtful = false;
      look.state = look.copy.take(look.place, this.#memory, this.#map);
      // The stack of a thread that was just made is not in the map yet.
      look.again = look.state === 'unknown' && this.#map.isDoubtful;
      this.#current.push(look);
    }
  }

  /**
   * Copies them again, behind the tick, and follows those that held still.
   * @param mostFrames of all threads; those that are left when there were so many wait for another look
   * @returns whether another look would find more: threads woke up, or have longer stacks than were copied
   */
  follow(mostFrames = Number.POSITIVE_INFINITY): boolean {
    let frames = 0;
    for (const look of this.#current) {
      if (look.state !== 'waits') continue;
      if (frames > mostFrames || !look.copy.isUnchanged(look.place, this.#memory)) {
        look.last = null;
        look.again = true;
        continue;
      }
      look.native = this.#unwind(look);
      frames += look.native.frames.length;
      if (look.native.end === 'outside' && look.copy.grow()) look.again = true;
    }
    return this.#current.some(({ again }) => again);
  }

  /** The same copy leads to the same frames, as long as the same code is there. */
  #unwind(look: Look): NativeStack {
    const { generation } = this.#map;
    if (look.last === null || !look.copy.isSame || look.generation !== generation) {
      this.#map.isDoubtful = false;
      look.last = this.#unwinder.unwind(look.copy);
      look.generation = generation;
    }
    const { last } = look;
    // A library that was loaded just now is not known yet.
    if (this.#map.isDoubtful && last.end === 'unknown-code') {
      look.again = true;
      look.last = null;
    }
    return last;
  }

  /** Learns, from all threads of a tick, what `merge` needs. */
  learn(threads: readonly WalkedThread[]): void {
    for (const thread of threads) this.#learn(this.#sidesOf(thread));
  }

  #learn(sides: Sides | null): void {
    if (sides !== null && this.#layout.frame.isObject) this.#loop.learn(sides);
  }

  /** Native frames of a thread that has Python frames, and those in their places. */
  merge(thread: WalkedThread): MergedStack {
    const { osId, stack } = thread;
    const sides = this.#sidesOf(thread);
    const again = this.#looks.get(osId)?.again ?? false;
    if (sides === null) return { state: this.#stateOf(osId), frames: null, again };
    return stack.torn ? { state: 'unmatched', frames: null, again } : { ...this.#mergeSides(sides), again };
  }

  /**
   * The same of a thread that was interrupted.
   * @param copied its own stack, and `newest` what its thread state pointed to, of the moment of its Python stack
   */
  mergeInterrupted(stack: Stack, copied: CopiedThread, newest: number): MergedStack {
    this.#map.renew();
    this.#map.isDoubtful = false;
    const copy = new InterruptedStack(copied, this.#set);
    const sides = { stack, native: this.#unwinder.unwind(copy), copy, newest };
    this.#learn(sides);
    return { ...this.#mergeSides(sides), again: true };
  }

  #mergeSides(sides: Sides): Pick<MergedStack, 'state' | 'frames'> {
    const runs = findRuns(sides, this.#layout, this.#loop);
    if (runs === null) return { state: 'unmatched', frames: null };
    const { frames, isCut } = mergeFrames(sides.native, runs, sides.stack.depth);
    return { state: isCut || sides.native.end !== 'start' ? 'partial' : 'whole', frames };
  }

  /** Native frames of a thread that Python does not know. */
  alone(osId: number): MergedStack {
    const look = this.#looks.get(osId);
    const native = look?.native ?? null;
    const frames = native && mergeFrames(native, [], 0).frames;
    return { state: this.#stateOf(osId), frames, again: look?.again ?? false };
  }

  /** Forgets all other threads. */
  keep(osIds: ReadonlySet<number | null>): void {
    for (const [id, { place }] of this.#looks)
      if (!osIds.has(id)) {
        place.close();
        this.#looks.delete(id);
      }
  }

  close(): void {
    for (const { place } of this.#looks.values()) place.close();
    this.#memory.close();
  }

  #sidesOf({ osId, threadState, stack }: WalkedThread): Sides | null {
    const look = this.#looks.get(osId);
    if (look === undefined || look.native === null) return null;
    // Only where it is a structure on the C stack.
    const hasPlace = this.#layout.frame.isEntry !== null;
    const newest = hasPlace ? (this.#peek.pointer(threadState + this.#layout.thread.frame) ?? 0) : 0;
    return { stack, native: look.native, copy: look.copy, newest };
  }

  #stateOf(osId: number): NativeFrames {
    const look = this.#looks.get(osId);
    if (look === undefined || look.state === 'unknown') return 'unknown';
    if (look.state === 'runs') return 'running';
    if (look.native === null) return 'moved';
    return look.native.end === 'start' ? 'whole' : 'partial';
  }
}
