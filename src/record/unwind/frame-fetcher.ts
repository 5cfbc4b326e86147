/**
 * Fetches memory that the planned read did not bring, in blocks: what lies before an address on its page comes
 * along, and more and more of it while the walk goes steadily downwards, as deep stacks do.
 */
import type { Memory } from '../../platform/memory.js';

const page = 4096;
const largestBlock = 64 * page;

/** Blocks that are looked through for an address; older ones are overwritten, the walk has left them behind. */
const recentBlocks = 4;

class Block {
  start = 0;
  /** Bytes that were read; the buffer may be longer. */
  length = 0;
  bytes = new Uint8Array(new ArrayBuffer(2 * page));
  words = new Uint32Array(this.bytes.buffer);

  reserve(length: number): void {
    if (length <= this.bytes.byteLength) return;
    this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil(length / page) * page));
    this.words = new Uint32Array(this.bytes.buffer);
  }
}

export class FrameFetcher {
  /** Pages that were asked for since the last `clear`. */
  pages = 0;
  /** Where the last `fetch` found its bytes: buffer, and index of their first word. */
  words: Uint32Array = new Uint32Array();
  at = 0;
  /** Index behind the last word that came along. */
  end = 0;
  readonly #memory: Memory;
  readonly #blocks = Array.from({ length: recentBlocks }, () => new Block());
  #newest = 0;
  #blockSize = page;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Forgets everything: what was fetched is true for one walk only. */
  clear(): void {
    this.pages = 0;
    for (const block of this.#blocks) block.start = block.length = 0;
    this.#blockSize = page;
  }

  /**
   * Brings `size` bytes at an address, at most a page; see `words` and `at`.
   * @param address a multiple of 8
   * @returns false if they are not readable
   */
  fetch(address: number, size: number): boolean {
    for (let i = 0; i < recentBlocks; i++) {
      const block = this.#blocks[(this.#newest + recentBlocks - i) % recentBlocks]!;
      const inside = address - block.start;
      if (inside >= 0 && inside + size <= block.length) return this.#found(block, inside);
    }
    const pageStart = address - (address % page);
    const before = this.#blocks[this.#newest]!.start;
    const goesDown = before > address && before - address <= page;
    this.#blockSize = goesDown ? Math.min(this.#blockSize * 2, largestBlock) : page;
    // What follows on the same page costs nothing: the values of a frame, most often.
    const end = Math.ceil((address + size) / page) * page;
    const early = pageStart - (this.#blockSize - page);
    return this.#read(early, address, end) || (early < pageStart && this.#read(pageStart, address, end));
  }

  #read(start: number, address: number, end: number): boolean {
    this.#newest = (this.#newest + 1) % recentBlocks;
    const block = this.#blocks[this.#newest]!;
    block.reserve(end - start);
    block.start = start;
    block.length = 0;
    this.pages += Math.ceil((end - start) / page);
    if (!this.#memory.peek(start, block.bytes.subarray(0, end - start))) return false;
    block.length = end - start;
    return this.#found(block, address - start);
  }

  #found(block: Block, inside: number): true {
    this.words = block.words;
    this.at = inside >>> 2;
    this.end = block.length >>> 2;
    return true;
  }
}
