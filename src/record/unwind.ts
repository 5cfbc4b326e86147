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
import { StackTail } from './stack-tail.js';
import { cFrameBytes, type ThreadFrames } from './thread-frames.js';
import { maxWork, usualLimits, type WalkLimits } from './walk-limits.js';
import { isAddress, pointerIn } from './words.js';

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
  readonly #limits: WalkLimits;
  readonly #tail: StackTail;
  #walks = 0;
  #work = 0;
  #isCircle = false;
  /** Whether the walk needed more than the planned read brought. */
  #missed = false;
  /** The frame that was running at the last attempt. */
  #newest = 0;
  readonly #isGenerator: (code: number) => boolean;

  /**
   * @param isGenerator whether a code object, by its address, is that of a generator or a coroutine
   * @param retryMemory a second view of the target, with a buffer of its own; closed by the caller
   */
  constructor(
    layout: Layout,
    retryMemory: Memory,
    isGenerator: (code: number) => boolean,
    limits: WalkLimits = usualLimits,
  ) {
    this.#layout = layout;
    this.#limits = limits;
    this.#tail = new StackTail(limits.outermost);
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
    this.#work = 0;
    let result = this.#walkOnce(thread, memory);
    // Whoever reads on until something holds still sees too much of what is slow to change. So the first read
    // decides which frame was running, and later ones are to show that one's stack, for as long as is reasonable.
    const newest = this.#newest;
    const { newestCode } = this.#frame;
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      if (result === 'stale') return result;
      // One more read is always worth it: the first may not have known where to look.
      if (attempt > 1 && this.#work > maxWork) break;
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

  #predict(thread: ThreadFrames, keep: boolean): void {
    const { stack, prediction, chunkStart, chunkEnd } = thread;
    prediction.cover(stack, this.#layout.frame.size, chunkStart, chunkEnd, keep);
  }

  #walkOnce(thread: ThreadFrames, memory: Memory): WalkResult {
    const { words } = memory;
    const frame = this.#frame;
    thread.stack.clear();
    this.#tail.clear();
    frame.begin();
    this.#isCircle = this.#missed = false;
    if (!thread.isOurs(words, this.#layout.thread)) return 'stale';
    this.#lookAtChunk(thread, words);
    this.#newest = this.#newestFrame(thread, words);
    const isWhole = this.#follow(thread, words, this.#newest);
    this.#work += 8 * frame.fetcher.calls;
    if (!isWhole) return 'broken';
    if (this.#tail.missed) this.#missed = true;
    return !frame.agree ? 'torn' : frame.allAgree ? 'steady' : 'paired';
  }

  /** @returns false if the chain of frames leads nowhere or in a circle */
  #follow(thread: ThreadFrames, words: Uint32Array, newest: number): boolean {
    const { stack } = thread;
    const frame = this.#frame;
    const limits = this.#limits;
    // A mixture of two moments can lead in a circle: Brent's algorithm, a mark that is moved on in ever longer steps.
    let mark = 0;
    let nextMark = 1;
    let address = newest;
    for (let count = 0; address !== 0; count++) {
      if (address === mark) {
        this.#isCircle = true;
        return false;
      }
      if (count === nextMark) {
        mark = address;
        nextMark *= 2;
      }
      if (address % 8 !== 0 || !isAddress(address)) return false;
      if (count >= limits.followed || frame.fetcher.calls > limits.fetches) {
        this.#tail.clear();
        stack.cutOff();
        return true;
      }
      this.#work++;
      if (!frame.read(thread, words, address)) return false;
      const { code, isForeign, isFetched } = frame;
      if (!isForeign) {
        // A range that could not be read is all zeros, and so is memory that was freed and given back.
        if (code === 0) return false;
        if (frame.previous === 0 && !this.#mayBeOutermost(code)) frame.agree = false;
      }
      if (count < limits.innermost) {
        stack.meet(address);
        if (!isForeign) stack.push(code, frame.instruction);
        if (isFetched) this.#missed = true;
      } else this.#tail.add(address, isForeign ? 0 : code, frame.instruction, isFetched);
      address = frame.previous;
    }
    if (!this.#tail.isEmpty) stack.append(this.#tail);
    return true;
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
    const { fetcher } = this.#frame;
    this.#missed = true;
    if (chunk % 8 !== 0 || !isAddress(chunk) || !fetcher.fetch(chunk, 16)) return;
    const size = pointerIn(fetcher.words, fetcher.at + 2);
    if (size % page === 0 && size <= 2 ** 30) thread.chunkEnd = chunk + size;
  }

  /** Address of the innermost frame. */
  #newestFrame(thread: ThreadFrames, words: Uint32Array): number {
    const { frame, viaCFrame } = this.#layout.thread;
    const before = pointerIn(words, (thread.first + frame) >>> 2);
    const after = pointerIn(words, (thread.last + frame) >>> 2);
    if (before !== after) this.#frame.agree = false;
    if (viaCFrame === null || before === 0) return before;
    if (before % 8 !== 0 || !isAddress(before)) return -1;
    const isExpected = before >= thread.cFrameStart && before + cFrameBytes <= thread.cFrameEnd;
    if (isExpected) {
      const newest = pointerIn(words, (thread.cFrameAt + before - thread.cFrameStart + viaCFrame) >>> 2);
      if (newest !== 0) return newest;
    }
    // Not where it was expected, or all zeros: a thread without frames, or a range that could not be read.
    const { fetcher } = this.#frame;
    if (!isExpected) thread.expectCFrame(before);
    if (!fetcher.fetch(before, cFrameBytes)) return -1;
    const newest = pointerIn(fetcher.words, fetcher.at + (viaCFrame >>> 2));
    if (!isExpected || newest !== 0) this.#missed = true;
    return newest;
  }
}
