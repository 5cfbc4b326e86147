/**
 * Walks a thread's frames without pausing it. One system call brings a copy of the memory where the frames are
 * expected, then the word that says which frame is the newest, then two more copies. What is the same in a copy
 * from before that word and in those from after it was so at its moment: the classic double collect, with a
 * third copy against what changes and changes back. If the walked frames agree in all copies in code, caller
 * and instruction, the stack is true; if not, it is read again, and in the end kept and marked as torn. A frame
 * that lies elsewhere is fetched alone, which proves nothing: the whole is then read again, with that range too.
 */
import { FrameReader } from './frame-reader.js';
import type { Layout } from './layouts/layout.js';
import { type Memory, RangeList } from './platform/platform.js';
import { cFrameBytes, type ThreadFrames } from './thread-frames.js';
import { isAddress, pointerAt, pointerIn } from './words.js';

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
  readonly #frame: FrameReader;
  #walks = 0;
  #isCircle = false;
  /** The frame that was running at the last attempt. */
  #newest = 0;
  readonly #isGenerator: (code: number) => boolean;

  /**
   * @param isGenerator whether a code object, by its address, is that of a generator or a coroutine
   * @param retryMemory a second view of the target, with a buffer of its own; closed by the caller
   */
  constructor(layout: Layout, retryMemory: Memory, isGenerator: (code: number) => boolean) {
    this.#layout = layout;
    this.#isGenerator = isGenerator;
    this.#retryMemory = retryMemory;
    this.#frame = new FrameReader(layout.frame, retryMemory);
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
    const { newestCode } = this.#frame;
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      if (result === 'stale') return result;
      const isWanted =
        attempt > choosyAttempts || (this.#newest === newest && this.#frame.newestCode === newestCode);
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
    return this.#frame.fetcher.calls > 0;
  }

  #predict(thread: ThreadFrames, keep: boolean): void {
    const { stack, prediction, chunkStart, chunkEnd } = thread;
    prediction.cover(stack, this.#layout.frame.size, chunkStart, chunkEnd, keep);
  }

  #walkOnce(thread: ThreadFrames, memory: Memory): WalkResult {
    const { words } = memory;
    const { stack } = thread;
    const frame = this.#frame;
    stack.clear();
    frame.begin();
    this.#isCircle = false;
    if (!thread.isOurs(words, this.#layout.thread)) return 'stale';
    this.#lookAtChunk(thread, words);

    let address = this.#newestFrame(thread, words);
    this.#newest = address;
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
      if (!frame.read(thread, words, address)) return 'broken';
      stack.meet(address);
      if (!frame.isForeign) {
        // A range that could not be read is all zeros, and so is memory that was freed and given back.
        if (frame.code === 0) return 'broken';
        stack.push(frame.code, frame.instruction);
        if (frame.previous === 0 && !this.#mayBeOutermost(frame.code)) frame.agree = false;
      }
      address = frame.previous;
    }
    return !frame.agree ? 'torn' : frame.allAgree ? 'steady' : 'paired';
  }

  /**
   * A suspended generator has no caller. One that alternates quickly between running and not can look suspended
   * in every copy although it was running at the moment between them.
   */
  #mayBeOutermost(code: number): boolean {
    return this.#layout.frame.pythonOutermost && !this.#isGenerator(code);
  }

  /** Bounds of the newest chunk of the data stack; its size is read when the chunk is new. */
  #lookAtChunk(thread: ThreadFrames, words: Uint32Array): void {
    const offset = this.#layout.thread.dataStackChunk;
    if (offset === null) return;
    const chunk = pointerIn(words, (thread.first + offset) >>> 2);
    if (chunk === thread.chunkStart) return;
    thread.chunkStart = chunk;
    thread.chunkEnd = chunk;
    const head = isAddress(chunk) ? this.#frame.fetcher.fetch(chunk, 16) : null;
    const size = head === null ? 0 : pointerAt(head, 8);
    if (size % page === 0 && size <= 2 ** 30) thread.chunkEnd = chunk + size;
  }

  /** Address of the innermost frame. */
  #newestFrame(thread: ThreadFrames, words: Uint32Array): number {
    const { frame, viaCFrame } = this.#layout.thread;
    const before = pointerIn(words, (thread.first + frame) >>> 2);
    const after = pointerIn(words, (thread.last + frame) >>> 2);
    if (before !== after) this.#frame.agree = false;
    if (viaCFrame === null || before === 0) return before;
    if (before >= thread.cFrameStart && before + cFrameBytes <= thread.cFrameEnd)
      return pointerIn(words, (thread.cFrameAt + before - thread.cFrameStart + viaCFrame) >>> 2);
    thread.expectCFrame(before);
    const view = isAddress(before) ? this.#frame.fetcher.fetch(before, cFrameBytes) : null;
    return view === null ? -1 : pointerAt(view, viaCFrame);
  }
}
