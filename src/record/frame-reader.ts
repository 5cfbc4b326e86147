/**
 * Reads one frame after another out of what the planned read brought, and keeps account of whether the copies agree.
 * A frame that lies elsewhere is fetched alone, which proves nothing.
 */
import { FrameFetcher } from './frame-fetcher.js';
import type { Layout } from './layouts/layout.js';
import type { Memory } from './platform/platform.js';
import type { ThreadFrames } from './thread-frames.js';
import { pointerIn } from './words.js';

export class FrameReader {
  /** The frame that was read last. */
  code = 0;
  previous = 0;
  instruction = 0;
  /** Whether it is the interpreter's own and no Python frame. */
  isForeign = false;
  /** Whether no range held it, so that it was fetched alone. */
  isFetched = false;
  /** Whether, since `begin`, the copies right before and after the word naming the newest frame agree; and all three. */
  agree = true;
  allAgree = true;
  /** Code of the innermost frame, from the copy right after the word that names it. */
  newestCode = 0;
  /** For what no range holds. */
  readonly fetcher: FrameFetcher;
  readonly #layout: Layout['frame'];
  /** Index of the range in which the frame before was found. */
  #range = 0;

  constructor(layout: Layout['frame'], memory: Memory) {
    this.#layout = layout;
    this.fetcher = new FrameFetcher(memory);
  }

  /** To be called before the first frame of a walk. */
  begin(): void {
    this.agree = true;
    this.allAgree = true;
    this.newestCode = 0;
    this.#range = 0;
    this.fetcher.clear();
  }

  /**
   * Brings one frame into the fields, and compares its copies.
   * @returns false if it is not readable
   */
  read(thread: ThreadFrames, words: Uint32Array, address: number): boolean {
    const layout = this.#layout;
    const { prediction, copies, stack } = thread;
    const found = prediction.find(address, layout.size, this.#range);
    this.isFetched = found < 0;
    if (this.isFetched) {
      if (!this.fetcher.fetch(address, layout.size)) return false;
      this.#decode(this.fetcher.words, this.fetcher.at);
      if (stack.met === 0) this.newestCode = this.code;
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
      const otherPrevious = pointerIn(words, other + previous);
      // Among the copies of a running frame, one that shows a caller knows better than one that shows none.
      if (this.previous === 0) this.previous = otherPrevious;
      if (
        words[at + code] !== words[other + code] ||
        words[at + code + 1] !== words[other + code + 1] ||
        words[at + fixed] !== words[other + fixed] ||
        (otherPrevious !== 0 && otherPrevious !== this.previous)
      ) {
        this.allAgree = false;
        if (copy === 1) this.agree = false;
      }
      // The copy right after the word that names the newest frame says best which code that was running.
      if (copy === 1 && stack.met === 0)
        this.newestCode = pointerIn(words, other + code) - (words[other + code]! & layout.codeTag);
    }
    return true;
  }

  #decode(words: Uint32Array, at: number): void {
    const { code, codeTag, previous, instruction, instructionTrait, owner, foreignOwner } = this.#layout;
    const low = (words[at + (code >>> 2)]! & ~codeTag) >>> 0;
    this.code = low + words[at + (code >>> 2) + 1]! * 2 ** 32;
    this.previous = pointerIn(words, at + (previous >>> 2));
    const instructionAt = at + (instruction >>> 2);
    this.instruction =
      instructionTrait === 'pointer' ? pointerIn(words, instructionAt) : words[instructionAt]! | 0;
    this.isForeign =
      owner !== null && ((words[at + (owner >>> 2)]! >>> ((owner & 3) * 8)) & 0xff) >= foreignOwner;
  }
}
