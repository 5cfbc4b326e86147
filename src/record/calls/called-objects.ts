/**
 * Evidence that one frame called another where frames do not say which function they are of (to 3.10): what is called is
 * on the caller's evaluation stack meanwhile, and a function leads to its code, a generator to its frame
 * (Include/funcobject.h, classobject.h, genobject.h). It is read once for each call that occurs, and then known.
 */

import { type Memory, RangeList } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';

/** Values of a frame that are looked at, from the lowest on. */
const maxValues = 32;

/** An object that is in use counts fewer references than an address is. */
const maxReferences = 2n ** 32n;

/** The evaluation stack is inside the frame, at most this many bytes behind its start. */
const maxFrame = 16_384;

export interface Call {
  /** Whether a generator is resumed, by the caller or by C code that it is given to, and no function is called. */
  readonly resumes: boolean;
  /** Address of the caller's frame, and where it stands. */
  readonly caller: number;
  readonly instruction: number;
  /** Address of the frame that was called, and of its code. */
  readonly called: number;
  readonly code: number;
}

/** What is called, and how many values lie above it on the caller's evaluation stack. */
export interface Arguments {
  readonly callable: number;
  readonly count: number;
}

export class CallEvidence {
  readonly #layout: Layout;
  readonly #memory: Memory;
  readonly #peek: Peek;
  readonly #ranges = new RangeList();

  /** @param peek of the same memory */
  constructor(layout: Layout, memory: Memory, peek: Peek) {
    this.#layout = layout;
    this.#memory = memory;
    this.#peek = peek;
  }

  /**
   * Whether the caller's evaluation stack holds what is called.
   * @param slots depth of that stack
   * @param given where only the arguments of a call count: what was on the stack before can be in use elsewhere
   */
  isHeld(call: Call, slots: number, given: Arguments | null = null): boolean {
    const { frame, functionCode } = this.#layout;
    if (functionCode === null || frame.valueStack === null) return false;
    const stack = (this.#peek.pointer(call.caller + frame.valueStack) ?? 0) - call.caller;
    if (stack < frame.size || stack > maxFrame) return false;
    // The stack's values belong to this instruction only: both come from one read.
    const read = this.#peek.view(call.caller, stack + 8 * Math.min(slots, maxValues));
    if (read === null || read.getInt32(frame.instruction, true) !== call.instruction) return false;
    let places: number[] = [];
    for (let at = stack; at < read.byteLength; at += 8) places.push(at);
    if (given !== null) {
      const place = places.findIndex((at) => pointerAt(read, at) === given.callable);
      if (place < 0) return false;
      // LOAD_METHOD leaves an empty place below what is no method (Python/ceval.c, 3.7 to 3.10).
      const isPlain = place > 0 && pointerAt(read, places[place - 1]!) === 0;
      places = places.slice(place + 1, place + 1 + given.count - (isPlain ? 1 : 0));
    }
    return places.some((at) => {
      const value = pointerAt(read, at);
      return (
        value % 8 === 0 && isAddress(value) && this.#leadsTo(call.caller + at, value, functionCode, call)
      );
    });
  }

  /**
   * Whether what lies on the stack leads to what was called. A loop makes the same objects at the same addresses over and
   * over: only what is seen at one moment belongs together.
   */
  #leadsTo(place: number, value: number, functionCode: number, call: Call): boolean {
    const { object, frame } = this.#layout;
    // A generator's frame, a bound method's function, most often a function's code.
    const first = this.#peek.pointer(value + object.size);
    const isGenerator = first === call.called;
    // C code that is called with a generator runs it.
    if (call.resumes && !isGenerator) return false;
    const isFunction = !isGenerator && this.#peek.pointer(value + functionCode) === call.code;
    const held = isGenerator ? call.called + frame.code : (isFunction ? value : (first ?? 0)) + functionCode;
    if (!isAddress(held)) return false;
    const instruction = call.caller + frame.instruction;
    const counted = value + object.type - 8;
    const moment = this.#readAtOnce([instruction, place, counted, value + object.size, held, instruction]);
    if (moment === null) return false;
    const standsThere = (at: number): boolean => moment.getInt32(at, true) === call.instruction;
    // Above its top the stack holds what it held before: often freed by now, its count (ob_refcnt, before ob_type) used
    // for a list of what is free (Objects/obmalloc.c).
    const references = moment.getBigUint64(16, true);
    return (
      standsThere(0) &&
      standsThere(40) &&
      pointerAt(moment, 8) === value &&
      references >= 1n &&
      references <= maxReferences &&
      (isFunction || pointerAt(moment, 24) === first) &&
      pointerAt(moment, 32) === call.code
    );
  }

  /** Words at these addresses; null where one is not readable. */
  #readAtOnce(addresses: readonly number[]): DataView | null {
    this.#ranges.clear();
    for (const address of addresses) this.#ranges.add(address, 8);
    const words = new Uint8Array(new ArrayBuffer(8 * addresses.length));
    return this.#memory.peekAll(this.#ranges, words) ? new DataView(words.buffer) : null;
  }
}
