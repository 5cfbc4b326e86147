/**
 * The newest answers to what a frame does that stands at an instruction. Each frame of each walk is
 * asked for it, so they lie close together: every pair of code object and instruction has one place, where it can be
 * displaced by another.
 */

import type { SiteKind } from './call-site.js';

/** There are so many places, as a power of two. */
const sizeBits = 11;
/** Of each: address of the code object, instruction, and answer. */
const fields = 3;

export class CallMemory {
  readonly #places = new Float64Array((1 << sizeBits) * fields);

  /** To be called when a code object was found gone: another may stand at its place. */
  clear(): void {
    this.#places.fill(0);
  }

  /** @returns undefined if it is not remembered */
  get(code: number, instruction: number): SiteKind | undefined {
    const places = this.#places;
    const at = placeOf(instruction);
    if (places[at] !== code || places[at + 1] !== instruction) return undefined;
    return places[at + 2] as SiteKind;
  }

  set(code: number, instruction: number, kind: SiteKind): void {
    const places = this.#places;
    const at = placeOf(instruction);
    places[at] = code;
    places[at + 1] = instruction;
    places[at + 2] = kind;
  }
}

/** Instructions are two bytes long; functions that were compiled alike lie at even distances, so that bits are mixed. */
function placeOf(instruction: number): number {
  return (Math.imul(instruction >>> 1, 0x9e3779b1) >>> (32 - sizeBits)) * fields;
}
