/** A suspended coroutine: its frame, and those of the coroutines that it waits for. */

import { type CoroutineLayout, coroutineLayout } from '../layouts/coroutines.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress } from '../memory/pointers.js';
import { readTypeName } from '../objects/objects.js';
import { type FrameHead, readFrameHead } from '../unwind/frame-head.js';

/** Types that have a frame of their own; a generator can be one that `types.coroutine` made, or an `__await__`. */
const withFrame: ReadonlySet<string> = new Set(['coroutine', 'generator', 'async_generator']);

/** Types that only lead to the object in their first field: `__anext__`, `coroutine.__await__`, the iterator of a future. */
const leading: ReadonlySet<string> = new Set([
  'async_generator_asend',
  'async_generator_athrow',
  'coroutine_wrapper',
  '_asyncio.FutureIter',
  'FutureIter',
]);

/** A coroutine that waits for one that waits … stands in a task's chain at most so often. */
const maxChain = 1000;

export interface CoroutineFrame extends FrameHead {
  readonly address: number;
}

export interface AwaitChain {
  /** Frames from the outermost coroutine to the innermost. */
  readonly frames: readonly CoroutineFrame[];
  /** Whether the outermost coroutine has ended. */
  readonly hasEnded: boolean;
  /** Whether there are more, which are not followed. */
  readonly truncated: boolean;
}

export class CoroutineReader {
  readonly #peek: Peek;
  readonly #layout: Layout;
  readonly layout: CoroutineLayout;

  /** @returns null for a version whose coroutines are not read */
  static create(peek: Peek, layout: Layout): CoroutineReader | null {
    const coroutine = coroutineLayout(layout);
    return coroutine === null ? null : new CoroutineReader(peek, layout, coroutine);
  }

  private constructor(peek: Peek, layout: Layout, coroutine: CoroutineLayout) {
    this.#peek = peek;
    this.#layout = layout;
    this.layout = coroutine;
  }

  /** Whether an object is a coroutine, or what else a task can run. */
  isCoroutine(object: number): boolean {
    const name = isAddress(object) ? readTypeName(this.#peek, this.#layout, object) : null;
    return name !== null && withFrame.has(name);
  }

  /**
   * Follows a coroutine to the innermost that it waits for.
   * @returns null if it could not be read, as when it goes on just now
   */
  follow(coroutine: number): AwaitChain | null {
    const frames: CoroutineFrame[] = [];
    const seen = new Set<number>();
    let object = coroutine;
    while (isAddress(object)) {
      if (frames.length === maxChain || seen.has(object)) return { frames, hasEnded: false, truncated: true };
      seen.add(object);
      const type = readTypeName(this.#peek, this.#layout, object);
      if (type === null) return null;
      if (leading.has(type)) {
        object = this.#peek.pointer(object + this.#layout.object.size) ?? 0;
        continue;
      }
      if (!withFrame.has(type)) break;
      const found = this.#readFrame(object);
      if (found === 'ended') return { frames, hasEnded: frames.length === 0, truncated: false };
      if (found === null) return null;
      frames.push(found);
      object = this.#awaitedBy(found);
    }
    return { frames, hasEnded: false, truncated: false };
  }

  /** Address of a coroutine's frame; 0 if it has none any more, or cannot be read. */
  frameOf(object: number): number {
    const { frame } = this.layout;
    const at = object + this.#layout.object.size + frame.at;
    return frame.kind === 'inside' ? at : (this.#peek.pointer(at) ?? 0);
  }

  #readFrame(object: number): CoroutineFrame | 'ended' | null {
    const peek = this.#peek;
    const { state } = this.layout;
    const head = this.#layout.object.size;
    if (state !== null) {
      const now = peek.bytes(object + head + state.at, 1)?.[0];
      if (now === undefined) return null;
      if (state.ended.includes(now)) return 'ended';
    }
    const address = this.frameOf(object);
    if (address === 0) return 'ended';
    const frame = readFrameHead(peek, this.#layout, address);
    return frame && { address, ...frame };
  }

  /** The topmost value of a frame's evaluation stack, where an `await` leaves what it waits for; 0 if there is none. */
  #awaitedBy(frame: CoroutineFrame): number {
    const { top } = this.layout;
    const lowest = this.#lowestOf(frame);
    if (lowest === null) return 0;
    const end =
      top.kind === 'pointer'
        ? (this.#peek.pointer(frame.address + top.at) ?? 0)
        : lowest + ((this.#peek.i32(frame.address + top.at) ?? 0) - this.#countedBelow(frame)) * 8;
    // Variables are not awaited: a coroutine that has not begun has nothing else.
    const { tag } = this.#layout.values.frame;
    // Where words have a tag (3.14+), one that is no object can stand above what is waited for (3.15).
    for (let at = end - 8; at >= lowest && at >= end - (tag === 0 ? 8 : 16); at -= 8) {
      const word = this.#peek.u64(at);
      const value = word === null ? 0 : Number(word & ~BigInt(tag));
      if (isAddress(value)) return value % 8 === 0 ? value : 0;
    }
    return 0;
  }

  /** Where the lowest value of the evaluation stack is. */
  #lowestOf(frame: CoroutineFrame): number | null {
    const { stack } = this.layout.top;
    if (stack !== null) return this.#peek.pointer(frame.address + stack);
    const variables = this.#variablesOf(frame);
    return variables === null ? null : frame.address + this.#layout.values.frame.localsplus + variables * 8;
  }

  #countedBelow(frame: CoroutineFrame): number {
    return this.layout.top.stack === null ? (this.#variablesOf(frame) ?? 0) : 0;
  }

  #variablesOf({ code }: CoroutineFrame): number | null {
    const { variables } = this.#layout.code.slots;
    return variables === null ? null : this.#peek.u32(code + variables);
  }
}
