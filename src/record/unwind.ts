/**
 * Walks a thread's frames without pausing it. One system call brings a copy of the memory where the frames are
 * expected, then the word that says which frame is the newest, then two more copies. What is the same in a copy
 * from before that word and in those from after it was so at its moment: the classic double collect, with a
 * third copy against what changes and changes back. If the walked frames agree in all copies in code, caller
 * and instruction, the stack is true; and so it is if every frame holds what it called (frame-links.ts). If not, it is
 * read again, and in the end kept and marked as torn. A frame that lies elsewhere is fetched alone, which proves
 * nothing: the whole is then read again, with that range too.
 */
import { type CodeFacts, type FrameLinks, maxMissing } from './frame-links.js';
import type { Layout } from './layouts/layout.js';
import { type Memory, RangeList } from './platform/platform.js';
import { Stack } from './stack.js';
import { StackWalk, type WalkResult } from './stack-walk.js';
import type { ThreadFrames } from './thread-frames.js';
import { maxWork, usualLimits, type WalkLimits } from './walk-limits.js';

/** Reads of one stack in one tick before it is kept as torn. */
const maxAttempts = 32;

/** Reads in a row that lead nowhere before that is believed. */
const maxBroken = 16;

/**
 * From which one on two copies that agree are enough where frames do not hold what they called: what alternates within
 * a microsecond is hardly ever the same three times.
 */
const pairedAttempt = 8;

/** Bytes that are read of a frame's values where it is not on the data stack. */
const valueRoom = 192;

export class Unwinder {
  readonly #layout: Layout;
  /** For second attempts: the first call's buffer still holds the other threads. */
  readonly #retryMemory: Memory;
  readonly #retryRanges = new RangeList();
  /** Bytes of a thread state that hold all that is used of it. */
  readonly #threadBytes: number;
  readonly #walked: StackWalk;
  #walks = 0;
  /** A stack that was walked at an earlier attempt. */
  #spare = new Stack();

  /**
   * @param retryMemory a second view of the target, with a buffer of its own; closed by the caller
   */
  constructor(layout: Layout, retryMemory: Memory, codes: CodeFacts, limits: WalkLimits = usualLimits) {
    this.#layout = layout;
    this.#retryMemory = retryMemory;
    this.#walked = new StackWalk(layout, retryMemory, codes, limits);
    const { next, interpreter, id, nativeId, frame, dataStackChunk } = layout.thread;
    this.#threadBytes = Math.max(next, interpreter, id, nativeId ?? 0, frame, dataStackChunk ?? 0) + 8;
  }

  /** Adds what is to be read of a thread; the order in time is the order in the list. */
  plan(thread: ThreadFrames, ranges: RangeList): void {
    const { copies, prediction } = thread;
    const addCFrame = (): number =>
      thread.cFrameStart === 0 ? 0 : ranges.add(thread.cFrameStart, thread.cFrameEnd - thread.cFrameStart);
    // The words that name the newest frame come first: a processor that has to share its memory is held up just where it
    // writes to it next, and what is read later finds it there too often.
    thread.first = ranges.add(thread.threadState, this.#threadBytes);
    thread.cFrameFirst = addCFrame();
    copies[0] = prediction.addTo(ranges);
    thread.cFrameLast = addCFrame();
    thread.last = ranges.add(thread.threadState, this.#threadBytes);
    copies[1] = prediction.addTo(ranges);
    copies[2] = prediction.addTo(ranges);
  }

  /**
   * Walks what the planned read brought; reads this thread again, a few times, if that was not steady.
   * On return `thread.stack` holds the stack (of the last attempt, if none was steady).
   */
  walk(thread: ThreadFrames, memory: Memory): WalkResult {
    const { stack } = thread;
    if (thread.isTrue) {
      thread.stack = thread.before;
      thread.before = stack;
    }
    const result = this.#walk(thread, memory);
    thread.isTrue = result === 'steady' || result === 'paired';
    return result;
  }

  #walk(thread: ThreadFrames, memory: Memory): WalkResult {
    this.#walks++;
    this.#walked.work = 0;
    let result = this.#attempt(thread, memory);
    // Whoever reads on until something holds still sees too much of what is slow to change. So the first read
    // decides which frame was running, and later ones are to show that one's stack.
    let { newest } = this.#walked;
    let { newestCode } = this.#walked.frame;
    let isChosen = result !== 'broken';
    const isWanted = (): boolean =>
      this.#walked.newest === newest && this.#walked.frame.newestCode === newestCode;
    let isKept = false;
    let unlinked = 0;
    let isMoving = false;
    let broken = 0;
    for (let attempt = 1; ; attempt++) {
      if (result === 'stale') return result;
      // A read that leads nowhere may not have seen a frame at all.
      if (!isChosen && result !== 'broken') {
        isChosen = true;
        newest = this.#walked.newest;
        newestCode = this.#walked.frame.newestCode;
      }
      const { missed } = this.#walked;
      if (result === 'unlinked' && isWanted()) unlinked++;
      else if (!missed) isMoving = true;
      broken = result === 'broken' ? broken + 1 : 0;
      const isTrue =
        result === 'steady' ||
        (!isMoving && unlinked >= this.#looksNeeded()) ||
        (result === 'paired' && this.#walked.links === null && attempt > pairedAttempt);
      if (isTrue && !missed && isWanted()) {
        if (result === 'unlinked') result = 'steady';
        break;
      }
      // One more read is always worth it: the first may not have known where to look.
      if (attempt === maxAttempts || broken === maxBroken || (attempt > 1 && this.#walked.work > maxWork)) {
        isKept &&= result === 'broken' || !isWanted();
        if (result !== 'broken' || isKept) result = 'torn';
        break;
      }
      // What leads nowhere twice is not worth predicting: start again from the thread state.
      if (broken > 1 && !this.#walked.isCircle) this.#forget(thread);
      else if (missed) this.#predict(thread, true);
      if (!isKept && result !== 'broken' && isWanted()) {
        this.#exchange(thread);
        isKept = true;
      }
      this.#retryRanges.clear();
      this.plan(thread, this.#retryRanges);
      if (!this.#retryMemory.read(this.#retryRanges)) return 'broken';
      result = this.#attempt(thread, this.#retryMemory);
    }
    // Ranges of frames that are long gone cost a little each: now and then they are let go.
    if (result !== 'broken' && this.#walks % 64 === 0) this.#predict(thread, false);
    // Better what may be torn, of the frame that was running, than what holds still of another.
    if (result === 'torn' && isKept) this.#exchange(thread);
    return result;
  }

  /** How often copies alone must have agreed, without fail, on a stack with links that are not to be seen. */
  #looksNeeded(): number {
    return this.#walked.links?.missingGenerator ? 3 : 2;
  }

  #exchange(thread: ThreadFrames): void {
    const { stack } = thread;
    thread.stack = this.#spare;
    this.#spare = stack;
  }

  /** Walks what a read brought, and judges it by what the frames hold, too. */
  #attempt(thread: ThreadFrames, memory: Memory): WalkResult {
    const links = this.#walked.links;
    const result = this.#walked.walk(thread, memory);
    if (links === null || this.#walked.missed) return result;
    if (result === 'steady') return this.#areKnown(links, thread) ? 'steady' : 'unlinked';
    if (result !== 'torn' && result !== 'paired') return result;
    const { agree, agreeLater, newestCode } = this.#walked.frame;
    const isHeld =
      (agree || agreeLater) &&
      this.#walked.isWhole &&
      thread.stack.code[0] === newestCode &&
      !links.missingMoves &&
      this.#areKnown(links, thread);
    return isHeld ? 'steady' : 'torn';
  }

  /**
   * Whether the links that were not found were there at the last tick: the same two frames, at the same places counted
   * from the outermost. Most stacks have some where C code calls on behalf of Python code, and they stay.
   */
  #areKnown({ missing, missingCount, frames }: FrameLinks, { stack, before }: ThreadFrames): boolean {
    if (missingCount > maxMissing) return false;
    for (let i = 0; i < missingCount; i++) {
      // Of a stack with a part left out, what is inside of that is not compared.
      const fromOutermost = frames - missing[i]!;
      if (fromOutermost > stack.wholeOuter || fromOutermost > before.wholeOuter) return false;
      const called = stack.depth - fromOutermost;
      const then = before.depth - fromOutermost;
      if (!stack.hasSame(called, before, then) || !stack.hasSame(called + 1, before, then + 1)) return false;
      if (stack.instruction[called + 1] !== before.instruction[then + 1]) return false;
    }
    return true;
  }

  #forget(thread: ThreadFrames): void {
    thread.prediction.clear();
    thread.cFrameStart = thread.cFrameEnd = 0;
  }

  #predict(thread: ThreadFrames, keep: boolean): void {
    const { stack, prediction, chunkStart, chunkEnd } = thread;
    const room = this.#walked.links === null ? 0 : valueRoom;
    prediction.cover(stack, this.#layout.frame.size, chunkStart, chunkEnd, keep, room);
  }
}
