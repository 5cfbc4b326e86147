/**
 * Reads one frame after another out of what a read brought, and says whether its copies agree.
 * A frame that lies elsewhere is fetched alone, which proves nothing.
 */

import type { Memory } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import { pointerIn } from '../memory/pointers.js';
import { FrameFetcher } from './frame-fetcher.js';
import type { ThreadFrames } from './thread-frames.js';

/** FRAME_OWNED_BY_GENERATOR (3.11 to 3.15, Include/internal/pycore_frame.h, pycore_interpframe_structs.h). */
const generatorOwner = 1;

/** FRAME_OWNED_BY_CSTACK (3.14, 3.15): no larger number says who a frame belongs to. */
const largestOwner = 4;

/** A frame's values reach no further behind it, in bytes, as far as they are looked at. */
const maxValueBytes = 1 << 16;

export class FrameReader {
  /** The frame that was read last. */
  address = 0;
  code = 0;
  previous = 0;
  instruction = 0;
  /** Its function object, where frames say that; and whether it stands in a generator or coroutine. */
  called = 0;
  isGenerator = false;
  /** Whether C code called it, where that is not seen by a frame of the interpreter's own. */
  isEntry = false;
  /** How many values it has, variables first, while it waits for a frame that it called; -1 where it does not say. */
  valueCount = -1;
  /** Whether it is the interpreter's own and no Python frame. */
  isForeign = false;
  /** Whether there are several copies, and all agree on its code and its caller; and on where it stands. */
  isCallerSame = false;
  isPlaceSame = false;
  /** Where the fields are from: a buffer, and in that the frame's first word, and the end of what was read around it. */
  words: Uint32Array = new Uint32Array();
  at = 0;
  end = 0;
  /** Which copy is read. */
  copy = 0;
  /** Whether no range held it, so that it was fetched alone. */
  isFetched = false;
  /** For what no range holds. */
  readonly fetcher: FrameFetcher;
  readonly #layout: Layout['frame'];
  readonly #values: number;
  /** Index of the range in which the frame before was found; and of that of this one, -1 where it was fetched. */
  #range = 0;
  range = -1;

  constructor({ frame, values }: Layout, memory: Memory) {
    this.#layout = frame;
    this.#values = values.frame.localsplus;
    this.fetcher = new FrameFetcher(memory);
  }

  /** To be called before the first frame of a walk. */
  begin(): void {
    this.#range = 0;
    this.fetcher.clear();
  }

  /**
   * Brings one frame into the fields, as one copy has it, and compares the others.
   * @returns false if it is not readable
   */
  read(thread: ThreadFrames, words: Uint32Array, address: number): boolean {
    const { prediction, copies } = thread;
    const found = prediction.find(address, this.#layout.size, this.#range);
    this.address = address;
    this.isFetched = found < 0;
    this.isCallerSame = this.isPlaceSame = false;
    this.range = found;
    if (this.isFetched) {
      if (!this.fetcher.fetch(address, this.#layout.size)) return false;
      ({ words: this.words, at: this.at, end: this.end } = this.fetcher);
      this.#decode(this.words, this.at);
      return true;
    }
    this.words = words;
    this.#range = found;
    const start = prediction.offset[found]!;
    const inside = start + (address - prediction.start[found]!);
    this.at = (copies[this.copy]! + inside) >>> 2;
    this.end = (copies[this.copy]! + start + prediction.length[found]!) >>> 2;
    this.#decode(words, this.at);
    if (thread.copyCount > 1) this.#compare(thread, words, inside);
    return true;
  }

  /**
   * Brings a frame into the fields that was copied by itself; there is nothing to compare.
   * @param at index of its first word
   */
  take(words: Uint32Array, at: number, address: number): void {
    this.address = address;
    this.words = words;
    this.at = at;
    this.end = at + (this.#layout.size >>> 2);
    this.#decode(words, at);
  }

  #compare({ copies, copyCount }: ThreadFrames, words: Uint32Array, inside: number): void {
    const { at } = this;
    const [code, previous, instruction] = [
      this.#layout.code >>> 2,
      this.#layout.previous >>> 2,
      this.#layout.instruction >>> 2,
    ];
    this.isCallerSame = this.isPlaceSame = true;
    for (let copy = 0; copy < copyCount; copy++) {
      if (copy === this.copy) continue;
      const other = (copies[copy]! + inside) >>> 2;
      const isSame = (word: number): boolean => words[at + word] === words[other + word];
      const isSameCode = isSame(code) && isSame(code + 1);
      if (!isSameCode) this.isCallerSame = this.isPlaceSame = false;
      // Where instructions are pointers, those of one function differ in the low half.
      if (!isSame(instruction)) this.isPlaceSame = false;
      const otherPrevious = pointerIn(words, other + previous);
      if (otherPrevious !== this.previous) this.isCallerSame = false;
      // Of a running frame's copies, one with a caller counts more than one without.
      if (this.previous === 0 && isSameCode) this.previous = otherPrevious;
    }
  }

  #decode(words: Uint32Array, at: number): void {
    const { code, codeTag, previous, called, instruction, instructionTrait, owner, foreignOwner } =
      this.#layout;
    const low = (words[at + (code >>> 2)]! & ~codeTag) >>> 0;
    this.code = low + words[at + (code >>> 2) + 1]! * 2 ** 32;
    this.previous = pointerIn(words, at + (previous >>> 2));
    const instructionAt = at + (instruction >>> 2);
    this.instruction =
      instructionTrait === 'pointer' ? pointerIn(words, instructionAt) : words[instructionAt]! | 0;
    const owned = owner === null ? 0 : (words[at + (owner >>> 2)]! >>> ((owner & 3) * 8)) & 0xff;
    this.isForeign = owned >= foreignOwner;
    // Memory that was freed and is in other use can hold any number.
    if (owned > largestOwner) {
      this.isForeign = false;
      this.code = 0;
    }
    this.isGenerator = owned === generatorOwner;
    const { isEntry } = this.#layout;
    this.isEntry = isEntry !== null && ((words[at + (isEntry >>> 2)]! >>> ((isEntry & 3) * 8)) & 0xff) !== 0;
    this.valueCount = this.#valueCount(words, at);
    const calledAt = at + ((called ?? 0) >>> 2);
    this.called = called === null ? 0 : ((words[calledAt]! & ~7) >>> 0) + words[calledAt + 1]! * 2 ** 32;
  }

  #valueCount(words: Uint32Array, at: number): number {
    const { valueEnd } = this.#layout;
    if (valueEnd === null) return -1;
    const word = at + (valueEnd.offset >>> 2);
    if (valueEnd.trait === 'count') return words[word]! | 0;
    const bytes = pointerIn(words, word) - this.address - this.#values;
    return bytes >= 0 && bytes <= maxValueBytes ? bytes >>> 3 : -1;
  }
}
