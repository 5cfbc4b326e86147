/**
 * Fetches memory that the planned read did not bring, in blocks: what lies before an address on its page comes
 * along, and more and more of it while the walk goes steadily downwards, as deep stacks do.
 */
import type { Memory } from './platform/platform.js';

const page = 4096;
const largestBlock = 64 * page;

/** Blocks that are looked through for an address; older ones are not, the walk has left them behind. */
const recentBlocks = 4;

export class FrameFetcher {
  /** Calls that were needed since the last `clear`. */
  calls = 0;
  readonly #memory: Memory;
  readonly #starts: number[] = [];
  readonly #blocks: DataView[] = [];
  #blockSize = page;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Forgets everything: what was fetched is true for one walk only. */
  clear(): void {
    this.calls = 0;
    this.#starts.length = 0;
    this.#blocks.length = 0;
    this.#blockSize = page;
  }

  /** @returns `size` bytes at an address, or null if they are not readable */
  fetch(address: number, size: number): DataView | null {
    const oldest = Math.max(0, this.#starts.length - recentBlocks);
    for (let i = this.#starts.length - 1; i >= oldest; i--) {
      const inside = address - this.#starts[i]!;
      const block = this.#blocks[i]!;
      if (inside >= 0 && inside + size <= block.byteLength) return new DataView(block.buffer, inside, size);
    }
    const pageStart = address - (address % page);
    const before = this.#starts.at(-1) ?? 0;
    const goesDown = before > address && before - address <= page;
    this.#blockSize = goesDown ? Math.min(this.#blockSize * 2, largestBlock) : page;
    const end = address + size;
    const early = pageStart - (this.#blockSize - page);
    const block = this.#read(early, end) ?? (early < pageStart ? this.#read(pageStart, end) : null);
    return block && new DataView(block.buffer, block.byteLength - size, size);
  }

  #read(start: number, end: number): DataView | null {
    const bytes = new Uint8Array(new ArrayBuffer(end - start));
    this.calls++;
    if (!this.#memory.peek(start, bytes)) return null;
    const block = new DataView(bytes.buffer);
    this.#starts.push(start);
    this.#blocks.push(block);
    return block;
  }
}
