/**
 * Reads, remembered so that all of them can be made again: what is the same both times was so for the whole time
 * between the last of the first reads and the first of the second, together with everything else that is the same.
 * (What changes without a change of value, the reference counts, is not read.)
 */
import { type Memory, RangeList } from '../../platform/memory.js';

/** Reads and bytes that are remembered; what would come on top counts as unreadable. */
const maxReads = 500_000;
const maxBytes = 32 << 20;

export class VerifiedReads {
  readonly #memory: Memory;
  readonly #ranges = new RangeList();
  #reads: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  #total = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get fault(): Memory['fault'] {
    return this.#memory.fault;
  }

  /** Number of reads so far: what is read from here to a later count belongs together. */
  get count(): number {
    return this.#reads.length;
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

  /**
   * Reads everything once more, in as few calls as possible.
   * @returns the numbers of those reads that are not as they were, in order; null if the target is gone
   */
  changed(): number[] | null {
    const ranges = this.#ranges;
    ranges.clear();
    for (const { address, bytes } of this.#reads) ranges.add(address, bytes.byteLength);
    if (ranges.count > 0 && !this.#memory.read(ranges)) return null;
    const { bytes: now } = this.#memory;
    const changed: number[] = [];
    for (const [index, { bytes }] of this.#reads.entries()) {
      const from = ranges.offsets[index]!;
      if (!bytes.every((byte, i) => now[from + i] === byte)) changed.push(index);
    }
    return changed;
  }
}
