/**
 * Memory of a live process that keeps what was read through it, in pages: how fixtures of saved memory are made. What
 * lies further than a block from anything that was read is left out, as zeros.
 */
import type { Memory, RangeList } from '../../src/platform/memory.js';

const pageSize = 4096;
const blockSize = 256;

export class PageLog implements Memory {
  readonly pages: Map<number, Uint8Array>;
  readonly #live: Memory;

  /** @param pages to add to: several views of a process can share them */
  constructor(live: Memory, pages = new Map<number, Uint8Array>()) {
    this.#live = live;
    this.pages = pages;
  }

  get bytes(): Uint8Array {
    return this.#live.bytes;
  }

  get words(): Uint32Array {
    return this.#live.words;
  }

  get fault(): Memory['fault'] {
    return this.#live.fault;
  }

  get failed(): readonly number[] {
    return this.#live.failed;
  }

  read(ranges: RangeList): boolean {
    for (let i = 0; i < ranges.count; i++) this.#keep(ranges.addresses[i]!, ranges.lengths[i]!);
    return this.#live.read(ranges);
  }

  peek(address: number, into: Uint8Array): boolean {
    this.#keep(address, into.byteLength);
    return this.#live.peek(address, into);
  }

  peekAll(ranges: RangeList, into: Uint8Array): boolean {
    for (let i = 0; i < ranges.count; i++) this.#keep(ranges.addresses[i]!, ranges.lengths[i]!);
    return this.#live.peekAll(ranges, into);
  }

  close(): void {
    this.#live.close();
  }

  #keep(address: number, length: number): void {
    const first = address - (address % blockSize);
    for (let block = first; block < address + length; block += blockSize) {
      const inside = block % pageSize;
      const bytes = new Uint8Array(new ArrayBuffer(blockSize));
      if (!this.#live.peek(block, bytes)) continue;
      let page = this.pages.get(block - inside);
      if (page === undefined) {
        page = new Uint8Array(new ArrayBuffer(pageSize));
        this.pages.set(block - inside, page);
      }
      page.set(bytes, inside);
    }
  }
}
