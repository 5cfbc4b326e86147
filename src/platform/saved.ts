/**
 * The memory of a process as it once was: pages kept in a file, with the face of a live process's memory, so that
 * the frame walk is tested without one. A file is gzip of "PySpMem1", then for each page its address (64 bits, little
 * endian) and its bytes.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Memory, RangeList, ReadFault } from './memory.js';

const pageSize = 4096;
const magic = Buffer.from('PySpMem1', 'latin1');

/** Pages by address. */
export type Pages = ReadonlyMap<number, Uint8Array>;

export function encodePages(pages: Pages): Uint8Array {
  const sorted = [...pages].sort(([a], [b]) => a - b);
  const parts: Uint8Array[] = [magic];
  for (const [address, bytes] of sorted) {
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(address));
    parts.push(head, bytes);
  }
  return gzipSync(Buffer.concat(parts), { level: 9 });
}

/** @throws Error if the bytes are not what `encodePages` makes */
export function decodePages(file: Uint8Array): Map<number, Uint8Array> {
  const data = gunzipSync(file);
  const pages = new Map<number, Uint8Array>();
  const count = (data.byteLength - magic.length) / (8 + pageSize);
  if (!data.subarray(0, magic.length).equals(magic) || !Number.isInteger(count))
    throw new Error('these are no saved pages');
  for (let at = magic.length; at < data.byteLength; at += 8 + pageSize)
    pages.set(Number(data.readBigUInt64LE(at)), new Uint8Array(data.subarray(at + 8, at + 8 + pageSize)));
  return pages;
}

/** Saved pages as memory; whatever was not saved is not mapped. */
export class SavedMemory implements Memory {
  bytes = new Uint8Array(new ArrayBuffer(1 << 16));
  words = new Uint32Array(this.bytes.buffer);
  fault: ReadFault | null = null;
  readonly failed: number[] = [];
  readonly #pages: Pages;

  constructor(pages: Pages) {
    this.#pages = pages;
  }

  read(ranges: RangeList): boolean {
    this.failed.length = 0;
    if (ranges.totalBytes > this.bytes.byteLength) {
      this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil((ranges.totalBytes * 2) / 8) * 8));
      this.words = new Uint32Array(this.bytes.buffer);
    }
    for (let i = 0; i < ranges.count; i++) {
      const start = ranges.offsets[i]!;
      const into = this.bytes.subarray(start, start + ranges.lengths[i]!);
      if (this.#copy(ranges.addresses[i]!, into)) continue;
      into.fill(0);
      this.failed.push(i);
    }
    this.fault = this.failed.length > 0 ? 'unmapped' : null;
    return true;
  }

  peek(address: number, into: Uint8Array): boolean {
    this.fault = this.#copy(address, into) ? null : 'unmapped';
    return this.fault === null;
  }

  peekAll({ addresses, lengths, offsets, count }: RangeList, into: Uint8Array): boolean {
    for (let i = 0; i < count; i++)
      if (!this.peek(addresses[i]!, into.subarray(offsets[i]!, offsets[i]! + lengths[i]!))) return false;
    return true;
  }

  close(): void {}

  #copy(address: number, into: Uint8Array): boolean {
    for (let done = 0; done < into.byteLength; ) {
      const inside = (address + done) % pageSize;
      const page = this.#pages.get(address + done - inside);
      if (page === undefined) return false;
      const piece = page.subarray(inside, inside + into.byteLength - done);
      into.set(piece, done);
      done += piece.byteLength;
    }
    return true;
  }
}
