/**
 * Reads for one value, remembered so that all of them can be read again at one moment: if every byte is as it was, the
 * value stood in memory as it was read. (What changes without a change of value, the reference counts, is not read.)
 */
import { type Memory, RangeList } from '../platform/platform.js';

/** Reads and bytes for one value before it counts as unreadable. */
const maxReads = 20_000;
const maxBytes = 4 << 20;

interface Read {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class Witness {
  readonly #memory: Memory;
  readonly #ranges = new RangeList();
  #reads: Read[] = [];
  #total = 0;
  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get fault(): Memory['fault'] {
    return this.#memory.fault;
  }

  begin(): void {
    this.#reads = [];
    this.#total = 0;
  }

  peek(address: number, into: Uint8Array): boolean {
    if (this.#reads.length >= maxReads || this.#total + into.byteLength > maxBytes) return false;
    if (!this.#memory.peek(address, into)) return false;
    this.#reads.push({ address, bytes: into.slice() });
    this.#total += into.byteLength;
    return true;
  }

  /** Reads everything once more, in as few calls as possible. */
  holds(): boolean {
    const ranges = this.#ranges;
    ranges.clear();
    for (const { address, bytes } of this.#reads) ranges.add(address, bytes.byteLength);
    if (ranges.count === 0) return true;
    if (!this.#memory.read(ranges) || this.#memory.failed.length > 0) return false;
    return this.#reads.every(({ bytes }, index) => {
      const from = ranges.offsets[index]!;
      return bytes.every((byte, i) => this.#memory.bytes[from + i] === byte);
    });
  }
}
