/** Reads of single values from the target: for what is looked up once and then remembered. Not for the loop. */
import type { Memory } from '../../platform/memory.js';
import { isAddress, pointerAt } from './pointers.js';

/** No single range that is read is longer, in bytes. */
const longest = 2 ** 30;

export class Peek {
  readonly #memory: Pick<Memory, 'peek' | 'fault'>;
  readonly #word = new Uint8Array(new ArrayBuffer(8));
  readonly #view = new DataView(this.#word.buffer);

  constructor(memory: Pick<Memory, 'peek' | 'fault'>) {
    this.#memory = memory;
  }

  /** True once a read has found the target gone, or out of reach. */
  get lost(): boolean {
    return this.#memory.fault === 'gone' || this.#memory.fault === 'denied';
  }

  /** @returns a fresh buffer, or null where the range is not readable */
  bytes(address: number, length: number): Uint8Array | null {
    // A length that comes out of the target can be anything.
    if (!(length >= 0 && length <= longest)) return null;
    if (!isAddress(address) || !isAddress(address + length)) return null;
    const buffer = new Uint8Array(new ArrayBuffer(length));
    return length === 0 || this.#memory.peek(address, buffer) ? buffer : null;
  }

  view(address: number, length: number): DataView | null {
    const bytes = this.bytes(address, length);
    return bytes && new DataView(bytes.buffer);
  }

  /** A 64-bit word as a double (null too if it is no valid address); 0 is a null pointer. */
  pointer(address: number): number | null {
    if (!this.#load(address, 8)) return null;
    const value = pointerAt(this.#view, 0);
    return value === 0 || isAddress(value) ? value : null;
  }

  /** A 64-bit word, whatever it means. */
  u64(address: number): bigint | null {
    return this.#load(address, 8) ? this.#view.getBigUint64(0, true) : null;
  }

  i32(address: number): number | null {
    return this.#load(address, 4) ? this.#view.getInt32(0, true) : null;
  }

  u32(address: number): number | null {
    return this.#load(address, 4) ? this.#view.getUint32(0, true) : null;
  }

  #load(address: number, width: number): boolean {
    return (
      isAddress(address) &&
      this.#memory.peek(address, width === 8 ? this.#word : this.#word.subarray(0, width))
    );
  }
}
