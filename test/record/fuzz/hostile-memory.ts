/**
 * The memory of a saved process that somebody damaged: it may change, lose pages or be gone from the nth range that is
 * read, and one word may alternate. All that is asked of it is counted, and asking too much is a failure.
 */
import { CopiedMemory } from '../../../src/platform/copied-memory.js';
import type { ReadFault } from '../../../src/platform/memory.js';
import type { Pages } from '../../../src/platform/saved.js';

const pageSize = 4096;

/** More than this of one mutation is a fault of the recorder's: bytes asked of the target, and ranges. */
const maxAskedBytes = 512e6;
const maxAskedRanges = 1_000_000;

export interface Damage {
  /** The memory at first, and from a range on. */
  pages: Pages;
  later: { readonly from: number; readonly pages: Pages } | null;
  /** A word that is another one at every other time that it is read. */
  flicker: { readonly address: number; readonly value: bigint } | null;
  /** The process is gone, or not to be read any more. */
  end: { readonly from: number; readonly fault: 'gone' | 'denied' } | null;
}

export class HostileProcess {
  damage: Damage;
  /** Ranges read so far. */
  ranges = 0;
  askedBytes = 0;
  askedRanges = 0;
  /** Is told of every range. */
  watch: ((address: number, length: number) => void) | null = null;

  constructor(pages: Pages) {
    this.damage = { pages, later: null, flicker: null, end: null };
  }

  /** A range is read: @returns 0 if it came, or why not. */
  copy(address: number, into: Uint8Array): ReadFault | null {
    const { pages, later, flicker, end } = this.damage;
    const at = this.ranges++;
    this.watch?.(address, into.byteLength);
    this.askedBytes += into.byteLength;
    if (++this.askedRanges > maxAskedRanges || this.askedBytes > maxAskedBytes)
      throw new Error(`asked for ${this.askedRanges} ranges and ${this.askedBytes} bytes`);
    if (end !== null && at >= end.from) return end.fault;
    const now = later !== null && at >= later.from ? later.pages : pages;
    for (let done = 0; done < into.byteLength; ) {
      const inside = (address + done) % pageSize;
      const page = now.get(address + done - inside);
      if (page === undefined) return 'unmapped';
      const length = Math.min(pageSize - inside, into.byteLength - done);
      if (length < 64) for (let i = 0; i < length; i++) into[done + i] = page[inside + i]!;
      else into.set(page.subarray(inside, inside + length), done);
      done += length;
    }
    if (flicker !== null && at % 2 === 1) this.#flicker(address, into, flicker);
    return null;
  }

  #flicker(address: number, into: Uint8Array, word: { address: number; value: bigint }): void {
    const at = word.address - address;
    if (at < 0 || at + 8 > into.byteLength) return;
    new DataView(into.buffer, into.byteOffset).setBigUint64(at, word.value, true);
  }
}

/** One view of such a process, as the recorder opens several. */
export class HostileMemory extends CopiedMemory {
  readonly #process: HostileProcess;

  constructor(process: HostileProcess) {
    super();
    this.#process = process;
  }

  protected copy(address: number, into: Uint8Array): ReadFault | null {
    return this.#process.copy(address, into);
  }
}
