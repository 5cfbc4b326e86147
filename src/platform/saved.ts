/**
 * The memory of a process as it once was: pages kept in a file, with the face of a live process's memory, so that
 * the frame walk is tested without one. A file is gzip of "PySpMem1", then for each page its address (64 bits, little
 * endian) and its bytes.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { CopiedMemory } from './copied-memory.js';
import type { ReadFault } from './memory.js';

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
export class SavedMemory extends CopiedMemory {
  readonly #pages: Pages;

  constructor(pages: Pages) {
    super();
    this.#pages = pages;
  }

  protected copy(address: number, into: Uint8Array): ReadFault | null {
    for (let done = 0; done < into.byteLength; ) {
      const inside = (address + done) % pageSize;
      const page = this.#pages.get(address + done - inside);
      if (page === undefined) return 'unmapped';
      const piece = page.subarray(inside, inside + into.byteLength - done);
      into.set(piece, done);
      done += piece.byteLength;
    }
    return null;
  }
}
