/** Memory of a process, as the recorder reads it: many ranges at once. */

/** The longest range that is made of several. */
const nearBytes = 2048;

/** Ranges of the target's memory to read in one call, in this order, back to back into one buffer. */
export class RangeList {
  addresses = new Float64Array(64);
  lengths = new Uint32Array(64);
  /** Where each range lands in the buffer. */
  offsets = new Uint32Array(64);
  count = 0;
  totalBytes = 0;
  /** Index of the range that `addNear` may extend. */
  #near = -1;

  clear(): void {
    this.count = 0;
    this.#near = -1;
    this.totalBytes = 0;
  }

  /**
   * @param address of the target, below 2^47: exact in a double
   * @param length in bytes, a multiple of 8 keeps later ranges aligned
   * @returns the offset at which the range will land
   */
  add(address: number, length: number): number {
    if (this.count === this.lengths.length) this.#grow();
    const offset = this.totalBytes;
    this.addresses[this.count] = address;
    this.lengths[this.count] = length;
    this.offsets[this.count] = offset;
    this.count++;
    this.totalBytes += length;
    return offset;
  }

  /** The same; `addNear` may extend the range. */
  addFirst(address: number, length: number): number {
    this.#near = this.count;
    return this.add(address, length);
  }

  /**
   * The same, for words of which it does not matter in what order they are read: those that lie close behind the last
   * one share its range. A range costs as much as a kilobyte or two, and between two places less than a page apart
   * everything is mapped.
   */
  addNear(address: number, length: number): number {
    const last = this.#near;
    const inside = last < 0 ? -1 : address - this.addresses[last]!;
    if (last !== this.count - 1 || inside < 0 || inside + length > nearBytes) {
      return this.addFirst(address, length);
    }
    const grown = Math.max(0, inside + length - this.lengths[last]!);
    // Later ranges stay aligned.
    const whole = Math.ceil(grown / 8) * 8;
    this.lengths[last]! += whole;
    this.totalBytes += whole;
    return this.offsets[last]! + inside;
  }

  #grow(): void {
    const addresses = new Float64Array(this.count * 2);
    const lengths = new Uint32Array(this.count * 2);
    const offsets = new Uint32Array(this.count * 2);
    addresses.set(this.addresses);
    lengths.set(this.lengths);
    offsets.set(this.offsets);
    this.addresses = addresses;
    this.lengths = lengths;
    this.offsets = offsets;
  }
}

/** Why memory could not be read; decides what the sampler does next. */
export type ReadFault =
  /** This range is not mapped: skip what it was for. */
  | 'unmapped'
  /** The process is gone (or a zombie): stop. */
  | 'gone'
  /** Not allowed (any more): stop. */
  | 'denied';

export interface Memory {
  /** The buffer that `read` fills, and the same bytes as 32-bit words. Replaced when it has to grow. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Why the last `read` or `peek` did not bring everything; null if it did. */
  readonly fault: ReadFault | null;
  /**
   * Reads all ranges into `bytes`, with as few system calls as the system allows.
   * A range that cannot be read whole is filled with zeros and its index added to `failed`.
   * @returns false if the target is gone or may not be read any more (see `fault`)
   */
  read(ranges: RangeList): boolean;
  /** Indices of the ranges that the last `read` could not bring. */
  readonly failed: readonly number[];
  /**
   * Reads one range into a buffer of the caller's, all or nothing.
   * @returns false if it could not be read (see `fault`)
   */
  peek(address: number, into: Uint8Array): boolean;
  /**
   * Reads a few ranges at one moment, as nearly as the system allows, into a buffer of the caller's, all or nothing.
   * @returns false if they could not be read (see `fault`)
   */
  peekAll(ranges: RangeList, into: Uint8Array): boolean;
  close(): void;
}
