/**
 * A copy of the stack of a thread that waits. It is right if the thread waits at the same place behind it and has not run
 * meanwhile, and a second copy is the same.
 */
import type { Memory } from '../../platform/memory.js';
import type { PlaceState, ThreadPlace } from '../../platform/thread-place.js';
import { pointerIn } from '../memory/pointers.js';
import type { MemoryMap } from './memory-map.js';

/** How much is copied at first, by which factor it grows where that is not enough, and at most. */
const sizes = { first: 1 << 15, factor: 4, most: 1 << 20 } as const;

const page = 4096;

export interface CopiedStack {
  /** Address of the first byte, the stack pointer; and behind the last one. */
  readonly start: number;
  readonly end: number;
  /** Where the thread stands. */
  readonly instruction: number;
  /** By DWARF's numbers, of a thread that ran; not there of one that waits, whose others are not known. */
  readonly registers?: Float64Array;
  /** A 64-bit word at an address; NaN where the copy does not have it. */
  load(address: number): number;
}

export class StackCopy implements CopiedStack {
  start = 0;
  bytes = 0;
  instruction = 0;
  /** Whether the last `take` found all as the one before. */
  isSame = false;
  #words = new Uint32Array();
  /** For the next copy, or a second one. */
  #spare = new Uint32Array();
  #lifetime = '';
  #wanted: number = sizes.first;
  /** From here on it was found not to be readable; 0 where that was not met. */
  #top = 0;
  /** Whether the stack goes on behind the copy. */
  #isCut = false;

  get end(): number {
    return this.start + this.bytes;
  }

  load(address: number): number {
    const inside = address - this.start;
    if (!(inside >= 0 && inside + 8 <= this.bytes) || inside % 8 !== 0) return Number.NaN;
    return pointerIn(this.#words, inside >>> 2);
  }

  /** @returns whether the thread waits, and so was copied; a stack that cannot be read is as unknown as one that may not be */
  take(place: ThreadPlace, memory: Pick<Memory, 'peek'>, map: Pick<MemoryMap, 'find'>): PlaceState {
    const before = { start: this.start, bytes: this.bytes, instruction: this.instruction };
    this.bytes = 0;
    this.isSame = false;
    const state = place.look();
    if (state !== 'waits') return state;
    const { stackPointer: start, instruction, lifetime } = place;
    const mapping = map.find(start);
    if (mapping === null || start % 8 !== 0) return 'unknown';
    const end = this.#top > start && this.#top < mapping.end ? this.#top : mapping.end;
    const length = this.#read(start, Math.min(end - start, this.#wanted), memory);
    if (length === 0) return 'unknown';
    this.#isCut = length === this.#wanted;
    this.start = start;
    this.bytes = length;
    this.instruction = instruction;
    this.#lifetime = lifetime;
    [this.#words, this.#spare] = [this.#spare, this.#words];
    const isSamePlace =
      before.start === start && before.bytes === length && before.instruction === instruction;
    this.isSame = isSamePlace && this.#isSpareSame();
    return state;
  }

  /** Whether the thread still waits there, has not run as far as that is known, and its stack is the same. */
  isUnchanged(place: ThreadPlace, memory: Pick<Memory, 'peek'>): boolean {
    if (place.look() !== 'waits' || place.lifetime !== this.#lifetime) return false;
    if (place.stackPointer !== this.start || place.instruction !== this.instruction) return false;
    this.#reserve(this.bytes);
    return memory.peek(this.start, new Uint8Array(this.#spare.buffer, 0, this.bytes)) && this.#isSpareSame();
  }

  /** Has more copied the next time. @returns whether there can be more */
  grow(): boolean {
    if (!this.#isCut || this.#wanted >= sizes.most) return false;
    this.#wanted *= sizes.factor;
    return true;
  }

  #isSpareSame(): boolean {
    const [words, spare] = [this.#words, this.#spare];
    for (let i = this.bytes / 4 - 1; i >= 0; i--) if (words[i] !== spare[i]) return false;
    return true;
  }

  #reserve(length: number): void {
    if (length > this.#spare.byteLength) this.#spare = new Uint32Array(new ArrayBuffer(length));
  }

  /**
   * Reads as much as is readable: guards between stacks need no mapping of their own (MADV_GUARD_INSTALL, glibc 2.42).
   * @returns how many bytes it was
   */
  #read(start: number, length: number, memory: Pick<Memory, 'peek'>): number {
    this.#reserve(length);
    const read = (count: number): boolean => memory.peek(start, new Uint8Array(this.#spare.buffer, 0, count));
    if (read(length)) return length;
    const firstEnd = page - (start % page);
    let low = 0;
    let high = Math.ceil((length - firstEnd) / page);
    // Pages behind the first: `low` can be read, `high` cannot.
    if (!read(firstEnd)) return 0;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (read(firstEnd + middle * page)) low = middle;
      else high = middle;
    }
    const found = firstEnd + low * page;
    this.#top = start + found;
    return read(found) ? found : 0;
  }
}
