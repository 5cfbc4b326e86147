/**
 * Heads and variables of a thread's frames, copied in one go: heads, variables, heads again. A frame counts as the one
 * that was walked if both copies show its code, its caller and its instruction, and so it is with all frames that
 * called it: a frame that has ended has a caller that went on. The innermost must besides be the one that the thread names.
 */

import { type Memory, RangeList } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { pointerAt } from '../memory/pointers.js';
import { codeIn } from '../unwind/frame-head.js';
import type { ThreadFrames } from '../unwind/thread-frames.js';

/** A frame as it was walked. */
export interface WalkedFrame {
  readonly address: number;
  readonly code: number;
  readonly previous: number;
  readonly instruction: number;
}

/** Frames of the last walk, innermost first, at most so many. */
export function walkedFrames({ stack }: ThreadFrames, most: number): WalkedFrame[] {
  return Array.from({ length: Math.min(stack.depth, most) }, (_, i) => {
    const place = stack.place[i]!;
    return {
      address: stack.address[place]!,
      code: stack.code[i]!,
      previous: place + 1 < stack.met ? stack.address[place + 1]! : 0,
      instruction: stack.instruction[i]!,
    };
  });
}

/** Which frames are copied, and through what. */
interface FrameCopySources {
  readonly layout: Layout;
  /** Its buffer holds the copies. */
  readonly memory: Memory;
  readonly peek: Peek;
  readonly thread: ThreadFrames;
  readonly frames: readonly WalkedFrame[];
}

export class FrameCopy {
  readonly #layout: Layout;
  readonly #memory: Memory;
  readonly #peek: Peek;
  readonly #thread: ThreadFrames;
  readonly #frames: readonly WalkedFrame[];
  readonly #ranges = new RangeList();
  /** Offsets in the buffer: of the words that name the newest frame, and by frame of both heads and of the variables. */
  #newest: number[] = [];
  #heads: (readonly [number, number])[] = [];
  #slots: number[] = [];

  constructor({ layout, memory, peek, thread, frames }: FrameCopySources) {
    this.#layout = layout;
    this.#memory = memory;
    this.#peek = peek;
    this.#thread = thread;
    this.#frames = frames;
  }

  /**
   * Copies everything. What was copied before is lost.
   * @param counts variables to copy of each frame
   * @returns false if the target is gone
   */
  take(counts: readonly number[]): boolean {
    const { thread, frame, values } = this.#layout;
    const ranges = this.#ranges;
    ranges.clear();
    const named = this.#thread.threadState + thread.frame;
    const newestAt = thread.viaCFrame === null ? named : (this.#peek.pointer(named) ?? 0) + thread.viaCFrame;
    this.#newest = [ranges.add(newestAt, 8)];
    const before = this.#frames.map(({ address }) => ranges.add(address, frame.size));
    this.#slots = this.#frames.map(({ address }, index) =>
      counts[index] ? ranges.add(address + values.frame.localsplus, counts[index]! * 8) : -1,
    );
    this.#heads = this.#frames.map(({ address }, index) => [before[index]!, ranges.add(address, frame.size)]);
    this.#newest.push(ranges.add(newestAt, 8));
    return this.#memory.read(ranges);
  }

  /** Whether each frame is still the one that was walked. */
  unchanged(): boolean[] {
    const view = this.#view();
    const same = this.#frames.map(() => false);
    for (let index = this.#frames.length - 1; index >= 0; index--) {
      if (!this.#heads[index]!.every((at) => this.#isSame(view, at, this.#frames[index]!))) break;
      same[index] = true;
    }
    const newest = this.#thread.stack.address[0];
    if (!this.#newest.every((at) => pointerAt(view, at) === newest)) same[0] = false;
    return same;
  }

  /** Words of a frame's variables, as they were copied; null if they were not readable. */
  slots(index: number, count: number): bigint[] | null {
    const view = this.#view();
    const at = this.#slots[index]!;
    if (count === 0) return [];
    if (this.#memory.failed.some((range) => this.#ranges.offsets[range] === at)) return null;
    return Array.from({ length: count }, (_, i) => view.getBigInt64(at + i * 8, true));
  }

  /** The dict that is the namespace of code that is no function's; 0 for a module, whose variables are the globals. */
  namespace(index: number): number {
    const { locals, globals } = this.#layout.values.frame;
    const view = this.#view();
    const at = this.#heads[index]![0];
    const found = pointerAt(view, at + locals);
    return found === pointerAt(view, at + globals) ? 0 : found;
  }

  #view(): DataView {
    const { bytes } = this.#memory;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #isSame(view: DataView, at: number, frame: WalkedFrame): boolean {
    const { code, previous, instruction, instructionTrait } = this.#layout.frame;
    const found =
      instructionTrait === 'pointer'
        ? pointerAt(view, at + instruction)
        : view.getInt32(at + instruction, true);
    return (
      codeIn(pointerAt(view, at + code), this.#layout.frame) === frame.code &&
      pointerAt(view, at + previous) === frame.previous &&
      found === frame.instruction
    );
  }
}
