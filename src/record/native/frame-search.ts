/**
 * Looks for the end of a frame of which no register tells it: upward in the stack, for the place behind a call that can have
 * called the function.
 */
import type { Memory } from '../../platform/memory.js';
import type { MemoryMap } from './memory-map.js';
import type { CopiedStack } from './stack-copy.js';

/** How far is looked, how often code is read on the way, and how many ends by calls of unknown targets are offered. */
const limits = { bytes: 1 << 16, reads: 256, indirect: 4 } as const;

/** Bytes before a place that can hold the call. */
const callBytes = 7;

export class FrameSearch {
  readonly #memory: Pick<Memory, 'peek'>;
  readonly #map: Pick<MemoryMap, 'known'>;
  readonly #code = new Uint8Array(new ArrayBuffer(16));
  readonly #view = new DataView(this.#code.buffer);

  /** @param memory of the process; closed by the caller */
  constructor(memory: Pick<Memory, 'peek'>, map: Pick<MemoryMap, 'known'>) {
    this.#memory = memory;
    this.#map = map;
  }

  /**
   * Ends that a frame may have, the likeliest first: behind calls of this very function, nearest first; then behind calls
   * through a pointer.
   * @param low where the frame begins
   * @param start address of its function
   */
  ends(copy: CopiedStack, low: number, start: number): number[] {
    const exact: number[] = [];
    const indirect: number[] = [];
    let reads = 0;
    const last = Math.min(copy.end - 8, low + limits.bytes);
    for (let at = low; at <= last && reads < limits.reads; at += 8) {
      const place = copy.load(at);
      const mapping = this.#map.known(place);
      if (mapping === null || !mapping.permissions.includes('x')) continue;
      reads++;
      const kind = this.#callBefore(place, start);
      if (kind === 'exact') exact.push(at + 8);
      else if (kind === 'indirect' && indirect.length < limits.indirect) indirect.push(at + 8);
    }
    return [...exact, ...indirect];
  }

  /** x86-64 (Intel's manual, volume 2, CALL): e8 and a distance, or ff /2 with up to seven bytes. */
  #callBefore(place: number, start: number): 'exact' | 'indirect' | null {
    const code = this.#code;
    if (!this.#memory.peek(place - callBytes, code.subarray(0, callBytes))) return null;
    if (code[2] === 0xe8) {
      const target = place + this.#view.getInt32(3, true);
      if (target === start || this.#linkedTarget(target) === start) return 'exact';
    }
    for (const length of [2, 3, 4, 6, 7]) {
      const prefix = (code[callBytes - length]! & 0xf0) === 0x40 ? 1 : 0;
      const at = callBytes - length + prefix;
      if (code[at] === 0xff && ((code[at + 1]! >> 3) & 7) === 2) return 'indirect';
    }
    return null;
  }

  /** Where an entry of the linkage table jumps to (System V ABI, AMD64 supplement, 5.2); NaN for what is none. */
  #linkedTarget(entry: number): number {
    const code = this.#code;
    if (!this.#memory.peek(entry, code)) return Number.NaN;
    const isMarked = this.#view.getUint32(0, true) === 0xfa1e0ff3; // endbr64
    let at = isMarked ? 4 : 0;
    if (code[at] === 0xf2) at++; // bnd
    if (code[at] !== 0xff || code[at + 1] !== 0x25) return Number.NaN;
    const slot = entry + at + 6 + this.#view.getInt32(at + 2, true);
    const word = code.subarray(0, 8);
    if (!this.#memory.peek(slot, word)) return Number.NaN;
    return this.#view.getUint32(0, true) + this.#view.getUint32(4, true) * 2 ** 32;
  }
}
