/**
 * Walks a thread's frames without pausing it. One system call brings the word that says which frame is the newest, and
 * right after it a copy of the memory where the frames are expected. A stack is believed if each of its frames is known to
 * have called the one before: it holds what it called (frame-links.ts), or it is known of old to call that from there
 * (call-site.ts). Else the thread is read again, alone, with three copies and the word once more between them: a call that
 * is not to be seen is believed, and learned, if nothing of it moved. What cannot be proven so is left out of
 * the stack, which is then marked as torn. A frame that lies elsewhere is fetched alone, which proves nothing: the whole is
 * then read again, with that range too.
 */

import { type Memory, RangeList } from '../../platform/memory.js';
import type { CodeFacts } from '../calls/code-facts.js';
import type { Layout } from '../layouts/layout.js';
import { CallLessons } from './call-lessons.js';
import { Stack } from './stack.js';
import { StackJudge } from './stack-judge.js';
import { StackWalk, type WalkResult } from './stack-walk.js';
import type { ThreadFrames } from './thread-frames.js';
import { spareWork, TickBudget } from './tick-budget.js';
import { usualLimits, type WalkLimits } from './walk-limits.js';

/** Reads in which the very frame that was running is waited for; after that, any of its function. */
const sameFrame = 8;

/** Reads in a row that lead nowhere before that is believed. */
const maxBroken = 16;

/**
 * What a second attempt can be seen as: a copy, and which frame is the newest. What is named last stands
 * between the first copy and the others, so that frames around it count which were the same before or after.
 */
const views = [
  [0, 'last'],
  [1, 'last'],
  [1, 'first'],
  [2, 'first'],
] as const;

/** Pages that a stack may be fetched from one after another, if each of its frames is known to have called the next. */
const maxApart = 12;

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
  readonly #judge: StackJudge;
  readonly #lessons: CallLessons;
  /** To be told when a tick begins. */
  readonly budget: TickBudget;
  #walks = 0;
  /** Whether a read has shown which frame was running: later ones are to show that one's stack. */
  #isChosen = false;
  /** A stack that was walked at an earlier attempt. */
  #spare = new Stack();

  /**
   * @param retryMemory a second view of the target, with a buffer of its own; closed by the caller
   * @param rest `periodNs`: nanoseconds from tick to tick; 0: as short as can be
   */
  constructor(
    layout: Layout,
    retryMemory: Memory,
    codes: CodeFacts,
    { limits = usualLimits, periodNs = 0 }: { limits?: WalkLimits; periodNs?: number } = {},
  ) {
    this.#layout = layout;
    this.#retryMemory = retryMemory;
    this.budget = new TickBudget(limits, spareWork(periodNs));
    this.#walked = new StackWalk(layout, retryMemory, codes, limits);
    this.#judge = new StackJudge(this.#walked, codes, layout.frame.isObject);
    this.#lessons = new CallLessons(layout, this.#walked, codes, this.#judge);
    const { next, interpreter, id, nativeId, frame, dataStackChunk } = layout.thread;
    this.#threadBytes = Math.max(next, interpreter, id, nativeId ?? 0, frame, dataStackChunk ?? 0) + 8;
  }

  /** Adds what is to be read of a thread; the order in time is the order in the list. */
  plan(thread: ThreadFrames, ranges: RangeList): void {
    // The words that name the newest frame come first: a processor that has to share its memory is held up just where it
    // writes to it next, and what is read later finds it there too often.
    thread.first = ranges.add(thread.threadState, this.#threadBytes);
    thread.cFrameReadStart = thread.cFrameStart;
    thread.cFrameReadEnd = thread.cFrameEnd;
    thread.cFrameFirst = this.#planCFrame(thread, ranges);
    thread.copies[0] = thread.prediction.addTo(ranges);
    thread.copyCount = 1;
  }

  /** The same for a second attempt, which has to show that nothing moved. */
  #planAgain(thread: ThreadFrames, ranges: RangeList): void {
    const { copies, prediction } = thread;
    this.plan(thread, ranges);
    thread.cFrameLast = this.#planCFrame(thread, ranges);
    thread.last = ranges.add(thread.threadState, this.#threadBytes);
    copies[1] = prediction.addTo(ranges);
    copies[2] = prediction.addTo(ranges);
    thread.copyCount = copies.length;
  }

  #planCFrame({ cFrameStart, cFrameEnd }: ThreadFrames, ranges: RangeList): number {
    return cFrameStart === 0 ? 0 : ranges.add(cFrameStart, cFrameEnd - cFrameStart);
  }

  /**
   * Walks what the planned read brought; reads this thread again, a few times, if that proves nothing.
   * On return `thread.stack` holds the stack; if it is torn, what is certain of it.
   */
  walk(thread: ThreadFrames, memory: Memory): WalkResult {
    const { stack } = thread;
    if (thread.isSteady) {
      thread.stack = thread.before;
      thread.before = stack;
    }
    const result = this.#walk(thread, memory);
    this.budget.work += this.#walked.work;
    thread.isSteady = result === 'steady';
    if (result === 'torn') thread.stack.tear();
    return result;
  }

  #walk(thread: ThreadFrames, memory: Memory): WalkResult {
    this.#walks++;
    this.#walked.work = 0;
    this.#walked.followed = this.budget.followed;
    this.#isChosen = false;
    let result = this.#attempt(thread, memory, () => true);
    // Reading until some stack holds still would favour slow code. So the first read decides which frame was running,
    // and later reads only count if they show that frame's stack.
    let { newest, newestCode } = this.#walked;
    this.#isChosen = result !== 'broken' && thread.stack.depth > 0;
    let attempt = 1;
    let followed = 0;
    // The same frame, or after a few attempts another one of the same function.
    const isWanted = (): boolean =>
      this.#walked.newestCode === newestCode && (this.#walked.newest === newest || attempt > sameFrame);
    let isKept = false;
    let agreements = 0;
    let isMoving = false;
    let broken = 0;
    for (; ; attempt++) {
      if (result === 'stale') return result;
      // A read whose chain is broken, or has no Python frame, decides nothing.
      if (!this.#isChosen && result !== 'broken' && thread.stack.depth > 0) {
        this.#isChosen = true;
        newest = this.#walked.newest;
        newestCode = this.#walked.newestCode;
      }
      const { missed } = this.#walked;
      if (thread.copyCount > 1 && !missed) {
        if (result === 'agreed' && isWanted()) agreements++;
        else isMoving = true;
      }
      broken = result === 'broken' ? broken + 1 : 0;
      const isProven =
        result === 'steady' ||
        (result === 'agreed' && !isMoving && agreements >= this.#judge.agreementsNeeded(thread));
      const isTogether = !missed || (result === 'steady' && this.#walked.frame.fetcher.pages <= maxApart);
      if (isProven && isTogether && isWanted()) {
        if (result === 'agreed') this.#lessons.learn(thread, this.#walks, true);
        // So that the next tick finds them.
        if (missed) this.#predict(thread, true);
        result = 'steady';
        break;
      }
      if (result !== 'broken') {
        this.#lessons.search(thread, this.#walks);
        if (thread.copyCount > 1) this.#lessons.foresee(thread);
      }
      if (thread.copyCount > 1 && !missed && result !== 'broken' && this.#walked.isNewestSame)
        this.#lessons.learn(thread, this.#walks, false);
      // A second read is always worth it: the first may have been of the wrong places.
      if (
        !this.budget.allows(attempt, this.#walked.work - followed) ||
        broken === maxBroken ||
        (attempt > 1 && this.#walked.work > this.budget.most(this.#walked.followed))
      ) {
        isKept &&= result === 'broken' || !isWanted();
        // Of a broken chain the innermost frames are known.
        if (result !== 'broken' || isKept || thread.stack.depth > 0) result = 'torn';
        break;
      }
      // A chain that is broken twice is not predicted: start again from the thread state.
      if (broken > 1 && !this.#walked.isMixture) this.#forget(thread);
      else if (missed) this.#predict(thread, true);
      if (!isKept && result !== 'broken' && isWanted()) {
        this.#exchange(thread);
        isKept = true;
      }
      followed = this.#walked.work;
      this.#retryRanges.clear();
      this.#planAgain(thread, this.#retryRanges);
      if (!this.#retryMemory.read(this.#retryRanges)) return 'broken';
      result = this.#attempt(thread, this.#retryMemory, isWanted);
    }
    // Ranges of frames that are long gone cost a little each: now and then they are let go.
    if (result !== 'broken' && this.#walks % 64 === 0) this.#predict(thread, false);
    // A torn stack of the frame that was running is better than a steady one of another.
    if (result === 'torn' && isKept) this.#exchange(thread);
    return result;
  }

  #exchange(thread: ThreadFrames): void {
    const { stack } = thread;
    thread.stack = this.#spare;
    this.#spare = stack;
  }

  /** Walks what a read brought, and judges it: one copy in which all is known is enough, if it is of what is wanted. */
  #attempt(thread: ThreadFrames, memory: Memory, isWanted: () => boolean): WalkResult {
    const first = this.#judge.judge(thread, memory, 0, 'first');
    if (first === 'stale' || thread.copyCount === 1 || (first === 'steady' && isWanted())) return first;
    // If the copies agree on the unknown calls, the others would say the same.
    if (first === 'agreed' && isWanted()) return first;
    const isNoFrame =
      first === 'broken' && thread.stack.depth === 0 && this.#layout.thread.viaCFrame !== null;
    // What is missed at first, such as the size of a chunk, is then known, though it was not read with the rest.
    const { missed } = this.#walked;
    for (const [copy, newest] of views) {
      if (this.#judge.judge(thread, memory, copy, newest) !== 'steady' || !isWanted()) continue;
      this.#walked.missed ||= missed;
      return 'steady';
    }
    if (isNoFrame) {
      const entering = this.#judge.judge(thread, memory, 0, 'entering');
      const isProven = (entering === 'steady' || entering === 'agreed') && thread.stack.depth > 0;
      if (isProven && (!this.#isChosen || isWanted())) return entering;
    }
    const result = this.#judge.judge(thread, memory, 0, 'first');
    this.#walked.missed ||= missed;
    return result;
  }

  #forget(thread: ThreadFrames): void {
    thread.prediction.clear();
    thread.cFrameStart = thread.cFrameEnd = 0;
  }

  #predict(thread: ThreadFrames, keep: boolean): void {
    const { stack, prediction, chunkStart, chunkEnd } = thread;
    const { size, called } = this.#layout.frame;
    const room = called === null ? 0 : valueRoom;
    prediction.cover(stack, { frameSize: size, chunkStart, chunkEnd, valueRoom: room }, keep);
  }
}
