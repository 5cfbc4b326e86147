/**
 * The memory of a small Python that is laid out in this process, for the recorder to practise on. A file is deflated: as
 * 32-bit numbers, little endian, the place of `_PyRuntime`, how many pointers there are, and the word that each of them is;
 * then the memory. Pointers are offsets in the memory until it has an address.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { currentPlatform } from '../../platform/index.js';
import type { Pages } from '../../platform/saved.js';

const pageSize = 4096;
/** Pages that lie so close may be parts of one structure: they keep their distance. */
const maxHole = 1 << 18;

/** Memory in this process, and the address of its `_PyRuntime`. It lives as long as `bytes`. */
export interface RehearsalImage {
  readonly bytes: Uint8Array;
  /** Address of the first byte. */
  readonly base: number;
  readonly runtime: number;
}

/**
 * Makes an image file of saved memory: what points into a page that was saved, is taken for a pointer.
 * @param runtime address of `_PyRuntime`
 */
export function encodeImage(pages: Pages, runtime: number): Uint8Array {
  const addresses = [...pages.keys()].sort((a, b) => a - b);
  const places = new Map<number, number>();
  let length = 0;
  for (const [i, address] of addresses.entries()) {
    const distance = address - (addresses[i - 1] ?? 0);
    if (i > 0) length += distance <= maxHole ? distance : pageSize;
    places.set(address, length);
  }
  // A structure may begin in a hole: only the pages were saved that were read.
  const placeOf = (address: number): number | undefined => {
    const after = addresses.find((start) => start + pageSize > address);
    if (after === undefined) return undefined;
    const place = places.get(after)! + address - after;
    const isInside = address >= after || (after - address <= maxHole && places.has(closestBefore(address)));
    return isInside ? place : undefined;
  };
  const closestBefore = (address: number): number =>
    addresses.findLast((start) => start <= address && address - start <= maxHole) ?? -1;
  const memory = new DataView(new ArrayBuffer(length + pageSize));
  for (const [address, place] of places) new Uint8Array(memory.buffer).set(pages.get(address)!, place);
  const pointers: number[] = [];
  for (let at = 0; at < memory.byteLength; at += 8) {
    const place = placeOf(Number(memory.getBigUint64(at, true)));
    if (place === undefined) continue;
    memory.setBigUint64(at, BigInt(place), true);
    pointers.push(at / 8);
  }
  const head = Uint32Array.from([placeOf(runtime)!, pointers.length, ...pointers]);
  return deflateRawSync(Buffer.concat([Buffer.from(head.buffer), Buffer.from(memory.buffer)]), { level: 9 });
}

/** @param file as `encodeImage` makes it */
export function placeImage(file: Uint8Array): RehearsalImage {
  const data = inflateRawSync(file);
  const [runtime, count] = [data.readUInt32LE(0), data.readUInt32LE(4)];
  const start = 8 + count * 4;
  const bytes = new Uint8Array(new ArrayBuffer(data.byteLength - start));
  bytes.set(data.subarray(start));
  const base = currentPlatform().addressOf(bytes);
  const [low, high] = [base >>> 0, Math.floor(base / 2 ** 32)];
  const halves = new Uint32Array(bytes.buffer);
  for (let i = 0; i < count; i++) {
    const at = data.readUInt32LE(8 + i * 4) * 2;
    const sum = halves[at]! + low;
    halves[at] = sum >>> 0;
    halves[at + 1] = high + (sum >= 2 ** 32 ? 1 : 0);
  }
  return { bytes, base, runtime: base + runtime };
}
