/** Memory whose bytes are copied from somewhere else than a live process, range by range. */
import type { Memory, RangeList, ReadFault } from './memory.js';

export abstract class CopiedMemory implements Memory {
  bytes = new Uint8Array(new ArrayBuffer(1 << 16));
  words = new Uint32Array(this.bytes.buffer);
  fault: ReadFault | null = null;
  readonly failed: number[] = [];

  /** Fills the whole buffer, or says why it cannot. */
  protected abstract copy(address: number, into: Uint8Array): ReadFault | null;

  read(ranges: RangeList): boolean {
    this.failed.length = 0;
    if (ranges.totalBytes > this.bytes.byteLength) {
      this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil((ranges.totalBytes * 2) / 8) * 8));
      this.words = new Uint32Array(this.bytes.buffer);
    }
    for (let i = 0; i < ranges.count; i++) {
      const start = ranges.offsets[i]!;
      const into = this.bytes.subarray(start, start + ranges.lengths[i]!);
      this.fault = this.copy(ranges.addresses[i]!, into);
      if (this.fault === null) continue;
      if (this.fault !== 'unmapped') return false;
      into.fill(0);
      this.failed.push(i);
    }
    this.fault = this.failed.length > 0 ? 'unmapped' : null;
    return true;
  }

  peek(address: number, into: Uint8Array): boolean {
    this.fault = this.copy(address, into);
    return this.fault === null;
  }

  peekAll({ addresses, lengths, offsets, count }: RangeList, into: Uint8Array): boolean {
    for (let i = 0; i < count; i++)
      if (!this.peek(addresses[i]!, into.subarray(offsets[i]!, offsets[i]! + lengths[i]!))) return false;
    return true;
  }

  close(): void {}
}
