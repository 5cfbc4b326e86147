/**
 * One walk along a thread's frames, from the newest to the oldest, through what one read brought. A frame that lies
 * elsewhere is fetched alone, which proves nothing.
 */

import type { Memory } from '../../platform/memory.js';
import type { CodeFacts } from '../calls/code-facts.js';
import { siteKind } from '../code/call-site.js';
import type { Layout } from '../layouts/layout.js';
import { isAddress, pointerIn } from '../memory/pointers.js';
import { FrameLinks } from './frame-links.js';
import { FrameReader } from './frame-reader.js';
import { heldFrames } from './stack.js';
import { StackTail } from './stack-tail.js';
import { cFrameBytes, type ThreadFrames } from './thread-frames.js';
import type { WalkLimits } from './walk-limits.js';

const page = 4096;

/**
 * Which frame is taken for the newest: the one that is named in front of the first copy, or behind it, before the others. Or
 * where a C call is just entering the evaluation loop, the caller's: in 3.11 and 3.12 the _PyCFrame of that call is linked in
 * before it is filled (Python/ceval.c), and what was there before is no frame.
 */
export type NewestFrame = 'first' | 'last' | 'entering';

export type WalkResult =
  /** Each frame is known to have been called by the next. */
  | 'steady'
  /** Not each, but those of which it is not known are the same in all copies. */
  | 'agreed'
  /** Not even that: what was read may mix two moments. */
  | 'torn'
  /** The chain of frames leads nowhere, or in a circle. */
  | 'broken'
  /** The thread state is another's by now: list the threads again. */
  | 'stale';

export class StackWalk {
  readonly frame: FrameReader;
  /** Whether it leads in a circle, or to what is no frame any more: a mixture of two moments, to be read again as it was planned. */
  isMixture = false;
  /** Whether the walk needed more than the planned read brought. */
  missed = false;
  /** The frame that was running, and its code. */
  newest = 0;
  newestCode = 0;
  /** Whether it leads to a frame that can be outermost. */
  isWhole = true;
  /** Whether the words that name the newest frame were the same before and after the first copy, as far as they were read. */
  isNewestSame = true;
  /** Whether the outermost frame has no caller in any copy, and the outermost of Python's is one that somebody runs. */
  isRootAgreed = false;
  /** Whether there is any frame that is a generator's. */
  hasGenerator = false;
  /** Frames followed, a page fetched counting as eight, since the caller set it to 0. */
  work = 0;
  /** Frames that are followed now; beyond, the outer end is unknown. */
  followed: number;
  readonly #links: FrameLinks;
  readonly #layout: Layout;
  readonly #codes: CodeFacts;
  readonly #limits: WalkLimits;
  readonly #tail: StackTail;

  /** @param memory for what has to be fetched */
  constructor(layout: Layout, memory: Memory, codes: CodeFacts, limits: WalkLimits) {
    this.#layout = layout;
    this.#codes = codes;
    this.#limits = limits;
    this.followed = limits.followed;
    this.#tail = new StackTail(limits.outermost);
    this.frame = new FrameReader(layout, memory);
    this.#links = new FrameLinks(layout, codes);
  }

  /**
   * Fills the thread's stack with what a read brought; the fields then tell about it.
   * @param copy which of those that were read
   * @returns null if it is a chain of frames, of which nothing is proven yet
   */
  walk(thread: ThreadFrames, memory: Memory, copy: number, newest: NewestFrame): 'stale' | 'broken' | null {
    const { words } = memory;
    thread.stack.clear();
    this.#tail.clear();
    this.frame.begin();
    this.frame.copy = copy;
    this.#links.begin();
    this.isMixture = this.missed = this.isRootAgreed = this.hasGenerator = false;
    this.isWhole = true;
    this.newestCode = 0;
    if (!thread.isOurs(words, this.#layout.thread)) return 'stale';
    this.#lookAtChunk(thread, words);
    this.newest = this.#newestFrame(thread, words, newest);
    const isChain = this.#follow(thread, words, this.newest);
    this.work += 8 * this.frame.fetcher.pages;
    if (!isChain) return 'broken';
    if (this.#tail.missed) this.missed = true;
    return null;
  }

  /** @returns false if the chain of frames leads nowhere or in a circle */
  #follow(thread: ThreadFrames, words: Uint32Array, newest: number): boolean {
    const { stack } = thread;
    const frame = this.frame;
    const limits = this.#limits;
    // A mixture of two moments can lead in a circle: Brent's algorithm, a mark that is moved on in ever longer steps.
    let mark = 0;
    let nextMark = 1;
    let address = newest;
    for (let count = 0; address !== 0; count++) {
      if (address === mark) {
        this.isMixture = true;
        return false;
      }
      if (count === nextMark) {
        mark = address;
        nextMark *= 2;
      }
      if (address % 8 !== 0 || !isAddress(address)) return false;
      if (count >= this.followed || frame.fetcher.pages > limits.fetchedPages) {
        this.#tail.clear();
        stack.cutOff();
        return true;
      }
      this.work++;
      if (!frame.read(thread, words, address)) return false;
      const { code, instruction, isForeign, isFetched } = frame;
      if (count === 0) this.newestCode = code;
      // A range that could not be read is all zeros, and so is memory that was freed and given back.
      if (!isForeign && code === 0) return false;
      const kind = isForeign ? siteKind.hidden : this.#codes.site(code, instruction);
      if (kind === siteKind.nothing) {
        this.isMixture = true;
        return false;
      }
      const isShown = kind !== siteKind.hidden;
      let links = 0;
      if (isShown) {
        links = this.#links.add(frame, kind);
        if (thread.copyCount > 1 && stack.depth < heldFrames && kind === siteKind.calls)
          stack.waitsFor[stack.depth] = this.#links.waitsFor(frame);
        if (frame.isGenerator) this.hasGenerator = true;
        this.isRootAgreed = kind !== siteKind.leaves;
      } else this.#links.pass(frame);
      // A suspended generator, or a coroutine just made where another one was, has no caller and is no outermost frame.
      if (frame.previous === 0 && !isForeign && !this.#mayBeOutermost(code)) this.isWhole = false;
      if (frame.previous === 0) this.isRootAgreed &&= frame.isCallerSame;
      if (count < limits.innermost) {
        stack.meet(address);
        if (isShown) stack.push(code, instruction, links);
        if (isFetched) this.missed = true;
      } else this.#tail.add(address, isShown ? code : 0, instruction, links, isFetched);
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
    return this.#layout.frame.pythonOutermost && !this.#codes.isGenerator(code);
  }

  /** Bounds of the newest chunk of the data stack; its size is read when the chunk is new. */
  #lookAtChunk(thread: ThreadFrames, words: Uint32Array): void {
    const offset = this.#layout.thread.dataStackChunk;
    if (offset === null) return;
    const chunk = pointerIn(words, (thread.first + offset) >>> 2);
    if (chunk === thread.chunkStart) return;
    thread.chunkStart = chunk;
    thread.chunkEnd = chunk;
    const { fetcher } = this.frame;
    this.missed = true;
    if (chunk % 8 !== 0 || !isAddress(chunk) || !fetcher.fetch(chunk, 16)) return;
    const size = pointerIn(fetcher.words, fetcher.at + 2);
    if (size % page === 0 && size <= 2 ** 30) thread.chunkEnd = chunk + size;
  }

  /** Address of the innermost frame. */
  #newestFrame(thread: ThreadFrames, words: Uint32Array, which: NewestFrame): number {
    const { frame, viaCFrame } = this.#layout.thread;
    const isTwice = thread.copyCount > 1;
    const isLast = which === 'last' && isTwice;
    const before = pointerIn(words, ((isLast ? thread.last : thread.first) + frame) >>> 2);
    const after = isTwice ? pointerIn(words, (thread.last + frame) >>> 2) : before;
    this.isNewestSame = before === after && !isLast;
    if (viaCFrame === null || before === 0) return before;
    if (before % 8 !== 0 || !isAddress(before)) return -1;
    const { cFrameReadStart: start, cFrameReadEnd: end } = thread;
    const isExpected = before >= start && before + cFrameBytes <= end;
    if (isExpected) {
      const inside = before - start + viaCFrame;
      const newest = pointerIn(words, ((isLast ? thread.cFrameLast : thread.cFrameFirst) + inside) >>> 2);
      if (isTwice && newest !== pointerIn(words, (thread.cFrameLast + inside) >>> 2))
        this.isNewestSame = false;
      if (which === 'entering')
        return isTwice && this.isNewestSame ? this.#frameBelow(before + viaCFrame) : -1;
      if (newest !== 0) return newest;
    }
    // Not where it was expected, or all zeros: a thread without frames, or a range that could not be read.
    const { fetcher } = this.frame;
    if (!isExpected) thread.expectCFrame(before);
    if (!fetcher.fetch(before, cFrameBytes)) return -1;
    const newest = pointerIn(fetcher.words, fetcher.at + (viaCFrame >>> 2));
    if (!isExpected || newest !== 0) this.missed = true;
    return which === 'entering' ? -1 : newest;
  }

  /** The frame that is named by the _PyCFrame to which another leads. @param at address of the other's pointer to its frame */
  #frameBelow(at: number): number {
    const { fetcher } = this.frame;
    this.missed = true;
    if (!fetcher.fetch(at, 16)) return -1;
    const below = pointerIn(fetcher.words, fetcher.at + 2) + this.#layout.thread.viaCFrame!;
    if (below % 8 !== 0 || !isAddress(below) || !fetcher.fetch(below, 8)) return -1;
    return pointerIn(fetcher.words, fetcher.at);
  }
}
