/**
 * Walks a thread's frames without pausing it. One system call brings a copy of the memory where the frames are
 * expected, then the word that says which frame is the newest, then two more copies. What is the same in a copy
 * from before that word and in those from after it was so at its moment: the classic double collect, with a
 * third copy against what changes and changes back. If the walked frames agree in all copies in code, caller
 * and instruction, the stack is true; if not, it is read again, and in the end kept and marked as torn. A frame
 * that lies elsewhere is fetched alone, which proves nothing: the whole is then read again, with that range too.
 */
import type { Layout } from './layouts/layout.js';
import { isAddress } from './peek.js';
import { type Memory, RangeList } from './platform/platform.js';
import { Prediction } from './prediction.js';
import { Stack } from './stack.js';

/** Deeper frames are left out and the sample is marked as truncated. CPython's own default limit is 1,000. */
export const maxDepth = 100_000;

/** Reads of one stack in one tick before it is kept as torn. */
const maxAttempts = 24;

const page = 4096;

export type WalkResult =
  /** All copies agree. */
  | 'steady'
  /** They do not: the stack may mix two moments. */
  | 'torn'
  /** The chain of frames leads nowhere. */
  | 'broken'
  /** The thread state is another's by now: list the threads again. */
  | 'stale';

/** What the unwinder keeps of one thread between ticks. */
export class ThreadFrames {
  /** Address of the PyThreadState. */
  readonly threadState: number;
  readonly interpreter: number;
  readonly stack = new Stack();
  readonly prediction = new Prediction();
  /** The two words by which a thread state is known to be this thread's, as four halves. */
  readonly identity = new Uint32Array(4);
  /** Offsets in the buffer of the thread state's first and last read (which can be one), and of the _PyCFrame. */
  first = 0;
  last = 0;
  cFrameAt = 0;
  /** Offsets of the copies. */
  readonly copies = new Float64Array(3);
  cFrame = 0;
  chunkStart = 0;
  chunkEnd = 0;

  constructor(threadState: number, interpreter: number) {
    this.threadState = threadState;
    this.interpreter = interpreter;
  }
}

/** Counters for the benchmark and the summary. */
export interface UnwindCounts {
  walks: number;
  retries: number;
  fetched: number;
}

export class Unwinder {
  readonly counts: UnwindCounts = { walks: 0, retries: 0, fetched: 0 };
  readonly #layout: Layout;
  /** For second attempts: the first call's buffer still holds the other threads. */
  readonly #retryMemory: Memory;
  readonly #retryRanges = new RangeList();
  /** Bytes of a thread state that hold all that is used of it. */
  readonly #threadBytes: number;
  /** Pages fetched during this walk because no range held them. */
  readonly #fetchedAt: number[] = [];
  readonly #fetched: DataView[] = [];
  #missed = false;
  #agree = true;

  /** @param retryMemory a second view of the target, with a buffer of its own; closed by the caller */
  constructor(layout: Layout, retryMemory: Memory) {
    this.#layout = layout;
    this.#retryMemory = retryMemory;
    const { next, interpreter, id, nativeId, frame, dataStackChunk } = layout.thread;
    this.#threadBytes = Math.max(next, interpreter, id, nativeId ?? 0, frame, dataStackChunk ?? 0) + 8;
  }

  /** Adds what is to be read of a thread; the order in time is the order in the list. */
  plan(thread: ThreadFrames, ranges: RangeList): void {
    const { copies, prediction } = thread;
    const throughCFrame = this.#layout.thread.viaCFrame !== null;
    // The _PyCFrame says which frame is the newest; the thread state around it, that it is the one in use.
    if (throughCFrame) thread.first = ranges.add(thread.threadState, this.#threadBytes);
    copies[0] = prediction.addTo(ranges);
    if (!throughCFrame) thread.first = ranges.add(thread.threadState, this.#threadBytes);
    else if (thread.cFrame !== 0) thread.cFrameAt = ranges.add(thread.cFrame, 16);
    copies[1] = prediction.addTo(ranges);
    copies[2] = prediction.addTo(ranges);
    thread.last = throughCFrame ? ranges.add(thread.threadState, this.#threadBytes) : thread.first;
  }

  /**
   * Walks what the planned read brought; reads this thread again, a few times, if that was not steady.
   * On return `thread.stack` holds the stack (of the last attempt, if none was steady).
   */
  walk(thread: ThreadFrames, memory: Memory): WalkResult {
    this.counts.walks++;
    let result = this.#walkOnce(thread, memory);
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      if (result === 'stale') return result;
      if (result === 'steady' && !this.#missed) break;
      // What led nowhere is not worth predicting: start again from the thread state.
      if (result === 'broken') this.#forget(thread);
      else this.#predict(thread);
      this.counts.retries++;
      this.#retryRanges.clear();
      this.plan(thread, this.#retryRanges);
      if (!this.#retryMemory.read(this.#retryRanges)) return 'broken';
      result = this.#walkOnce(thread, this.#retryMemory);
    }
    // Ranges of frames that are long gone cost a little each: now and then they are let go.
    if (result !== 'broken' && this.counts.walks % 32 === 0) this.#predict(thread);
    // Walked to the end, but in part through frames that were read at another moment than the rest.
    return result === 'steady' && this.#missed ? 'torn' : result;
  }

  #forget(thread: ThreadFrames): void {
    thread.prediction.clear();
    thread.cFrame = 0;
  }

  #predict(thread: ThreadFrames): void {
    thread.prediction.cover(thread.stack, this.#layout.frame.size, thread.chunkStart, thread.chunkEnd);
  }

  #walkOnce(thread: ThreadFrames, memory: Memory): WalkResult {
    const { words } = memory;
    const { frame: frameLayout } = this.#layout;
    const { stack, prediction } = thread;
    stack.clear();
    this.#missed = false;
    this.#agree = true;
    this.#fetchedAt.length = 0;
    this.#fetched.length = 0;
    if (!this.#isSameThread(thread, words)) return 'stale';
    this.#lookAtChunk(thread, words);

    let address = this.#newestFrame(thread, words);
    const firstCopy = thread.copies[0]!;
    const second = (thread.copies[1]! - firstCopy) >>> 2;
    const third = (thread.copies[2]! - firstCopy) >>> 2;
    const codeAt = frameLayout.code >>> 2;
    const previousAt = frameLayout.previous >>> 2;
    const instructionAt = frameLayout.instruction >>> 2;
    const isPointer = frameLayout.instructionTrait === 'pointer';
    let range = 0;
    while (address !== 0) {
      if (address % 8 !== 0 || !isAddress(address)) return 'broken';
      if (stack.met >= maxDepth) {
        stack.truncated = true;
        break;
      }
      let from = words;
      let at: number;
      const found = prediction.find(address, frameLayout.size, range);
      if (found >= 0) {
        range = found;
        at = (firstCopy + prediction.offset[found]! + (address - prediction.start[found]!)) >>> 2;
        // The innermost frame's own instruction moves all the time; any of its values is a true one.
        const fixed = stack.depth === 0 ? codeAt : instructionAt;
        if (!this.#isSameFrame(words, at, second, fixed) || !this.#isSameFrame(words, at, third, fixed))
          this.#agree = false;
      } else {
        const view = this.#fetch(address, frameLayout.size);
        if (view === null) return 'broken';
        from = new Uint32Array(view.buffer, view.byteOffset, frameLayout.size >>> 2);
        at = 0;
      }
      stack.meet(address);
      if (!this.#isForeign(from, at)) {
        // A range that could not be read is all zeros, and so is memory that was freed and given back.
        if (from[at + codeAt] === 0 && from[at + codeAt + 1] === 0) return 'broken';
        const instruction = isPointer ? pointer(from, at + instructionAt) : from[at + instructionAt]! | 0;
        stack.push(pointer(from, at + codeAt), instruction);
      }
      address = pointer(from, at + previousAt);
    }
    return this.#agree ? 'steady' : 'torn';
  }

  #isSameThread(thread: ThreadFrames, words: Uint32Array): boolean {
    const { interpreter, id, nativeId } = this.#layout.thread;
    const first = thread.first >>> 2;
    const identity = thread.identity;
    if (pointer(words, first + (interpreter >>> 2)) !== thread.interpreter) return false;
    const at = first + (id >>> 2);
    if (words[at] !== identity[0] || words[at + 1] !== identity[1]) return false;
    if (nativeId === null) return true;
    const nativeAt = first + (nativeId >>> 2);
    return words[nativeAt] === identity[2] && words[nativeAt + 1] === identity[3];
  }

  /** Bounds of the newest chunk of the data stack; its size is read when the chunk is new. */
  #lookAtChunk(thread: ThreadFrames, words: Uint32Array): void {
    const offset = this.#layout.thread.dataStackChunk;
    if (offset === null) return;
    const chunk = pointer(words, (thread.first + offset) >>> 2);
    if (chunk === thread.chunkStart) return;
    thread.chunkStart = chunk;
    thread.chunkEnd = chunk;
    const head = isAddress(chunk) ? this.#fetch(chunk, 16) : null;
    const size = head === null ? 0 : head.getUint32(8, true) + head.getUint32(12, true) * 2 ** 32;
    if (size % page === 0 && size <= 2 ** 30) thread.chunkEnd = chunk + size;
  }

  /** Address of the innermost frame. */
  #newestFrame(thread: ThreadFrames, words: Uint32Array): number {
    const { frame, viaCFrame } = this.#layout.thread;
    const before = pointer(words, (thread.first + frame) >>> 2);
    const after = pointer(words, (thread.last + frame) >>> 2);
    if (before !== after) this.#agree = false;
    if (viaCFrame === null || before === 0) return before;
    if (before === thread.cFrame) {
      return pointer(words, (thread.cFrameAt + viaCFrame) >>> 2);
    }
    thread.cFrame = before;
    this.#missed = true;
    const view = isAddress(before) ? this.#fetch(before, 16) : null;
    return view === null
      ? -1
      : view.getUint32(viaCFrame, true) + view.getUint32(viaCFrame + 4, true) * 2 ** 32;
  }

  /** Whether a frame has the same code, caller and word at `fixed` in a copy that lies `distance` further on. */
  #isSameFrame(words: Uint32Array, at: number, distance: number, fixed: number): boolean {
    const code = at + (this.#layout.frame.code >>> 2);
    const previous = at + (this.#layout.frame.previous >>> 2);
    return (
      words[code] === words[code + distance] &&
      words[code + 1] === words[code + 1 + distance] &&
      words[previous] === words[previous + distance] &&
      words[previous + 1] === words[previous + 1 + distance] &&
      words[at + fixed] === words[at + fixed + distance]
    );
  }

  #isForeign(words: Uint32Array, at: number): boolean {
    const { owner, foreignOwner } = this.#layout.frame;
    if (owner === null) return false;
    const word = words[at + (owner >>> 2)]!;
    return ((word >>> ((owner & 3) * 8)) & 0xff) >= foreignOwner;
  }

  /** Memory that no range holds: from the start of its page on, since neighbouring frames are likely wanted next. */
  #fetch(address: number, size: number): DataView | null {
    for (let i = this.#fetchedAt.length - 1; i >= 0 && i >= this.#fetchedAt.length - 4; i--) {
      const inside = address - this.#fetchedAt[i]!;
      const view = this.#fetched[i]!;
      if (inside >= 0 && inside + size <= view.byteLength) return slice(view, inside, size);
    }
    this.#missed = true;
    this.counts.fetched++;
    const start = address - (address % page);
    const buffer = new Uint8Array(new ArrayBuffer(address - start + size));
    if (!this.#retryMemory.peek(start, buffer)) return null;
    const view = new DataView(buffer.buffer);
    this.#fetchedAt.push(start);
    this.#fetched.push(view);
    return slice(view, address - start, size);
  }
}

function slice(view: DataView, at: number, size: number): DataView {
  return new DataView(view.buffer, at, size);
}

/** The 64-bit word at a 32-bit index, as a double. */
function pointer(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * 2 ** 32;
}
