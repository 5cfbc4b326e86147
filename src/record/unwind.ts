/**
 * Walks a thread's frames without pausing it. One system call brings a copy of the memory where the frames are
 * expected, then the word that says which frame is the newest, then two more copies. What is the same in a copy
 * from before that word and in those from after it was so at its moment: the classic double collect, with a
 * third copy against what changes and changes back. If the walked frames agree in all copies in code, caller
 * and instruction, the stack is true; if not, it is read again, and in the end kept and marked as torn. A frame
 * that lies elsewhere is fetched alone, which proves nothing: the whole is then read again, with that range too.
 */
import { FrameFetcher } from './frame-fetcher.js';
import type { Layout } from './layouts/layout.js';
import { isAddress } from './peek.js';
import { type Memory, RangeList } from './platform/platform.js';
import type { ThreadFrames } from './thread-frames.js';

/** Deeper frames are left out and the sample is marked as truncated. CPython's own default limit is 1,000. */
const maxDepth = 100_000;

/** Reads of one stack in one tick before it is kept as torn. */
const maxAttempts = 32;

/**
 * Of these, how many look for the frame that the first one found running, and from which on two copies that
 * agree are enough: what alternates within a microsecond is hardly ever the same three times.
 */
const choosyAttempts = 28;
const pairedAttempt = 8;

const page = 4096;

/** Bytes read of a _PyCFrame, and the longest stretch of C stack that is read for several of them. */
const cFrameBytes = 16;
const maxCFrameSpan = 4096;

export type WalkResult =
  /** All copies agree. */
  | 'steady'
  /** Those right before and right after the word that names the newest frame do; the third does not. */
  | 'paired'
  /** They do not: the stack may mix two moments. */
  | 'torn'
  /** The chain of frames leads nowhere, or in a circle. */
  | 'broken'
  /** The thread state is another's by now: list the threads again. */
  | 'stale';

export class Unwinder {
  readonly #layout: Layout;
  /** For second attempts: the first call's buffer still holds the other threads. */
  readonly #retryMemory: Memory;
  readonly #retryRanges = new RangeList();
  /** Bytes of a thread state that hold all that is used of it. */
  readonly #threadBytes: number;
  /** For what no range holds. */
  readonly #fetcher: FrameFetcher;
  #walks = 0;
  /** Whether the first two copies agree so far, and whether all three do. */
  #agree = true;
  #allAgree = true;
  #isCircle = false;
  /** The frame that was running at the last attempt, and its code. */
  #newest = 0;
  #newestCode = 0;
  /** Index of the range in which the frame before was found. */
  #range = 0;
  /** The frame that was read last. */
  readonly #frame = { code: 0, previous: 0, instruction: 0, isForeign: false };
  readonly #isGenerator: (code: number) => boolean;

  /**
   * @param isGenerator whether a code object, by its address, is that of a generator or a coroutine
   * @param retryMemory a second view of the target, with a buffer of its own; closed by the caller
   */
  constructor(layout: Layout, retryMemory: Memory, isGenerator: (code: number) => boolean) {
    this.#layout = layout;
    this.#isGenerator = isGenerator;
    this.#retryMemory = retryMemory;
    this.#fetcher = new FrameFetcher(retryMemory);
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
    else if (thread.cFrameStart !== 0)
      thread.cFrameAt = ranges.add(thread.cFrameStart, thread.cFrameEnd - thread.cFrameStart);
    copies[1] = prediction.addTo(ranges);
    copies[2] = prediction.addTo(ranges);
    thread.last = throughCFrame ? ranges.add(thread.threadState, this.#threadBytes) : thread.first;
  }

  /**
   * Walks what the planned read brought; reads this thread again, a few times, if that was not steady.
   * On return `thread.stack` holds the stack (of the last attempt, if none was steady).
   */
  walk(thread: ThreadFrames, memory: Memory): WalkResult {
    this.#walks++;
    let result = this.#walkOnce(thread, memory);
    // Whoever reads on until something holds still sees too much of what is slow to change. So the first read
    // decides which frame was running, and later ones are to show that one's stack, for as long as is reasonable.
    const newest = this.#newest;
    const newestCode = this.#newestCode;
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      if (result === 'stale') return result;
      const isWanted =
        attempt > choosyAttempts || (this.#newest === newest && this.#newestCode === newestCode);
      const isTrue = result === 'steady' || (result === 'paired' && attempt > pairedAttempt);
      if (isTrue && isWanted && !this.#missed) break;
      // What led nowhere is not worth predicting: start again from the thread state.
      if (result === 'broken' && !this.#isCircle) this.#forget(thread);
      else if (this.#missed) this.#predict(thread, true);
      this.#retryRanges.clear();
      this.plan(thread, this.#retryRanges);
      if (!this.#retryMemory.read(this.#retryRanges)) return 'broken';
      result = this.#walkOnce(thread, this.#retryMemory);
    }
    // Ranges of frames that are long gone cost a little each: now and then they are let go.
    if (result !== 'broken' && this.#walks % 64 === 0) this.#predict(thread, false);
    // Walked to the end, but in part through frames that were read at another moment than the rest.
    return this.#missed && result !== 'broken' && result !== 'stale' ? 'torn' : result;
  }

  #forget(thread: ThreadFrames): void {
    thread.prediction.clear();
    thread.cFrameStart = thread.cFrameEnd = 0;
  }

  /** Whether the walk needed more than the planned read brought. */
  get #missed(): boolean {
    return this.#fetcher.calls > 0;
  }

  #predict(thread: ThreadFrames, keep: boolean): void {
    const { stack, prediction, chunkStart, chunkEnd } = thread;
    prediction.cover(stack, this.#layout.frame.size, chunkStart, chunkEnd, keep);
  }

  #walkOnce(thread: ThreadFrames, memory: Memory): WalkResult {
    const { words } = memory;
    const { stack } = thread;
    stack.clear();
    this.#agree = true;
    this.#allAgree = true;
    this.#isCircle = false;
    this.#fetcher.clear();
    this.#range = 0;
    if (!this.#isSameThread(thread, words)) return 'stale';
    this.#lookAtChunk(thread, words);

    let address = this.#newestFrame(thread, words);
    this.#newest = address;
    this.#newestCode = 0;
    // A mixture of two moments can lead in a circle: Brent's algorithm, a mark that is moved on in ever longer steps.
    let mark = 0;
    let nextMark = 1;
    while (address !== 0) {
      if (address === mark) {
        this.#isCircle = true;
        return 'broken';
      }
      if (stack.met === nextMark) {
        mark = address;
        nextMark *= 2;
      }
      if (address % 8 !== 0 || !isAddress(address)) return 'broken';
      if (stack.met >= maxDepth) {
        stack.truncated = true;
        break;
      }
      if (!this.#readFrame(thread, words, address)) return 'broken';
      stack.meet(address);
      const frame = this.#frame;
      if (!frame.isForeign) {
        // A range that could not be read is all zeros, and so is memory that was freed and given back.
        if (frame.code === 0) return 'broken';
        stack.push(frame.code, frame.instruction);
        if (frame.previous === 0 && !this.#mayBeOutermost(frame.code)) this.#agree = false;
      }
      address = frame.previous;
    }
    return !this.#agree ? 'torn' : this.#allAgree ? 'steady' : 'paired';
  }

  /**
   * A suspended generator has no caller. One that alternates quickly between running and not can look suspended
   * in every copy although it was running at the moment between them.
   */
  #mayBeOutermost(code: number): boolean {
    return this.#layout.frame.pythonOutermost && !this.#isGenerator(code);
  }

  /** Brings one frame into `#frame`, and compares its copies. */
  #readFrame(thread: ThreadFrames, words: Uint32Array, address: number): boolean {
    const { frame: layout } = this.#layout;
    const { prediction, copies, stack } = thread;
    const frame = this.#frame;
    const found = prediction.find(address, layout.size, this.#range);
    if (found < 0) {
      const view = this.#fetcher.fetch(address, layout.size);
      if (view === null) return false;
      this.#decode(new Uint32Array(view.buffer, view.byteOffset, layout.size >>> 2), 0);
      if (stack.met === 0) this.#newestCode = frame.code;
      return true;
    }
    this.#range = found;
    const inside = prediction.offset[found]! + (address - prediction.start[found]!);
    const at = (copies[0]! + inside) >>> 2;
    this.#decode(words, at);
    const code = layout.code >>> 2;
    const previous = layout.previous >>> 2;
    // The innermost frame's own instruction moves all the time; any of its values is a true one.
    const fixed = stack.depth === 0 ? code : layout.instruction >>> 2;
    for (let copy = 1; copy < copies.length; copy++) {
      const other = (copies[copy]! + inside) >>> 2;
      const otherPrevious = pointer(words, other + previous);
      // Among the copies of a running frame, one that shows a caller knows better than one that shows none.
      if (frame.previous === 0) frame.previous = otherPrevious;
      if (
        words[at + code] !== words[other + code] ||
        words[at + code + 1] !== words[other + code + 1] ||
        words[at + fixed] !== words[other + fixed] ||
        (otherPrevious !== 0 && otherPrevious !== frame.previous)
      ) {
        this.#allAgree = false;
        if (copy === 1) this.#agree = false;
      }
      // The copy right after the word that names the newest frame says best which code that was running.
      if (copy === 1 && stack.met === 0)
        this.#newestCode = pointer(words, other + code) - (words[other + code]! & layout.codeTag);
    }
    return true;
  }

  #decode(words: Uint32Array, at: number): void {
    const { code, codeTag, previous, instruction, instructionTrait, owner, foreignOwner } =
      this.#layout.frame;
    const frame = this.#frame;
    const low = (words[at + (code >>> 2)]! & ~codeTag) >>> 0;
    frame.code = low + words[at + (code >>> 2) + 1]! * 2 ** 32;
    frame.previous = pointer(words, at + (previous >>> 2));
    const instructionAt = at + (instruction >>> 2);
    frame.instruction =
      instructionTrait === 'pointer' ? pointer(words, instructionAt) : words[instructionAt]! | 0;
    frame.isForeign =
      owner !== null && ((words[at + (owner >>> 2)]! >>> ((owner & 3) * 8)) & 0xff) >= foreignOwner;
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
    const head = isAddress(chunk) ? this.#fetcher.fetch(chunk, 16) : null;
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
    if (before >= thread.cFrameStart && before + cFrameBytes <= thread.cFrameEnd)
      return pointer(words, (thread.cFrameAt + before - thread.cFrameStart + viaCFrame) >>> 2);
    this.#expectCFrame(thread, before);
    const view = isAddress(before) ? this.#fetcher.fetch(before, cFrameBytes) : null;
    return view === null
      ? -1
      : view.getUint32(viaCFrame, true) + view.getUint32(viaCFrame + 4, true) * 2 ** 32;
  }

  #expectCFrame(thread: ThreadFrames, address: number): void {
    const start = Math.min(address, thread.cFrameStart);
    const end = Math.max(address + cFrameBytes, thread.cFrameEnd);
    // Between two places on one C stack everything is mapped.
    const isNear = thread.cFrameStart !== 0 && end - start <= maxCFrameSpan;
    thread.cFrameStart = isNear ? start : address;
    thread.cFrameEnd = isNear ? end : address + cFrameBytes;
  }
}

/** The 64-bit word at a 32-bit index, as a double. */
function pointer(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * 2 ** 32;
}
