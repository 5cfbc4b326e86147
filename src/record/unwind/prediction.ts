/**
 * Where a thread's frames are expected in memory at the next tick: ranges that cover the frames met last time,
 * with some room above the newest. Frames lie close together (in a chunk of the data stack from 3.11, near each
 * other on the heap before), so a few ranges hold a whole stack.
 */
import type { RangeList } from '../../platform/memory.js';
import type { Stack } from './stack.js';

/**
 * Frames at most this far apart share a range: both ends are mapped, so every page between them is.
 * A range costs about as much as reading this many bytes.
 */
const bridge = 2048;

/** Where the ranges of one copy would be longer than this together, in bytes, what lies between frames is not read. */
const maxBridged = 16 << 20;

/** Room for frames that are pushed before the next tick, where the data stack has it. */
const headroom = 768;

const page = 4096;

/** Where frames lie. */
export interface FramePlace {
  /** Bytes that are read of each frame. */
  readonly frameSize: number;
  /** The newest chunk of the data stack, or 0, 0. */
  readonly chunkStart: number;
  readonly chunkEnd: number;
  /** Bytes for the values of a frame that is not on the data stack, as far as its page goes. */
  readonly valueRoom?: number;
}

export class Prediction {
  /** Sorted, not overlapping. */
  readonly start: number[] = [];
  readonly length: number[] = [];
  /** Offset of each range within a copy. */
  readonly offset: number[] = [];
  /** Indices of the ranges in the order in which they are read: that of the innermost frame first, since it changes first. */
  readonly #order: number[] = [];
  #addresses: Float64Array = new Float64Array(0);

  /**
   * Covers the frames of a stack.
   * @param keep whether what was covered before stays so: frames that come and go are expected back
   */
  cover(stack: Stack, place: FramePlace, keep: boolean): void {
    const before = keep && this.#addresses.length <= 2 * stack.met + 64 ? this.#addresses : [];
    this.#addresses = new Float64Array(new Set([...before, ...stack.address.subarray(0, stack.met)]));
    const sorted = this.#addresses.slice().sort();
    this.#join(sorted, bridge, place);
    const total = this.length.reduce((sum, length) => sum + length, 0);
    if (total > maxBridged) this.#join(sorted, 0, place);
    this.#arrange(stack, place.frameSize);
  }

  #arrange({ address, met }: Stack, frameSize: number): void {
    const isListed = new Uint8Array(this.start.length);
    this.#order.length = 0;
    const list = (range: number): void => {
      if (range < 0 || isListed[range] === 1) return;
      isListed[range] = 1;
      this.#order.push(range);
    };
    for (let i = 0; i < met && this.#order.length < this.start.length; i++)
      list(this.find(address[i]!, frameSize, this.#order.at(-1) ?? 0));
    for (let range = 0; range < this.start.length; range++) list(range);
  }

  #join(sorted: Float64Array, gap: number, place: FramePlace): void {
    const { frameSize } = place;
    this.start.length = 0;
    this.length.length = 0;
    let start = -1;
    let end = -1;
    for (const address of sorted) {
      if (start >= 0 && address <= end + gap) {
        end = Math.max(end, address + frameSize);
        continue;
      }
      if (start >= 0) this.#push(start, end, place);
      start = address;
      end = address + frameSize;
    }
    if (start >= 0) this.#push(start, end, place);
  }

  clear(): void {
    this.start.length = 0;
    this.length.length = 0;
    this.#order.length = 0;
    this.#addresses = new Float64Array(0);
  }

  /**
   * Adds one copy of all ranges to the list.
   * @returns the offset in the buffer at which the copy will begin
   */
  addTo(list: RangeList): number {
    const first = list.totalBytes;
    for (const range of this.#order)
      this.offset[range] = list.add(this.start[range]!, this.length[range]!) - first;
    return first;
  }

  /**
   * @param hint index of the range in which the frame before was found
   * @returns index of the range that holds all `size` bytes at an address, or -1
   */
  find(address: number, size: number, hint: number): number {
    if (this.#holds(hint, address, size)) return hint;
    let low = 0;
    let high = this.start.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return this.#holds(low - 1, address, size) ? low - 1 : -1;
  }

  #holds(index: number, address: number, size: number): boolean {
    const start = this.start[index];
    return start !== undefined && address >= start && address + size <= start + this.length[index]!;
  }

  #push(start: number, end: number, { chunkStart, chunkEnd, valueRoom = 0 }: FramePlace): void {
    const isOnStack = start >= chunkStart && end <= chunkEnd;
    const room = isOnStack
      ? Math.min(headroom, chunkEnd - end)
      : Math.min(valueRoom, (page - (end % page)) % page);
    // Addresses of frames are multiples of 8, and so the length stays one.
    this.start.push(start);
    this.length.push(end + (room & ~7) - start);
  }
}
