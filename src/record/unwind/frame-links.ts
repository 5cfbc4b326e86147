/**
 * Evidence in memory that one frame called another. The caller stands at an instruction that calls functions, or resumes
 * generators. If it entered the other's frame itself, it says where its values end meanwhile, and what was called lies just
 * there. If C code is between, what was called is in some slot of the evaluation stack (Python/bytecodes.c leaves it there):
 * the same at each call, while what earlier calls left is in others. What C code called on behalf of the caller is often not to
 * be found.
 */

import type { CodeFacts } from '../calls/code-facts.js';
import { type SiteKind, siteKind } from '../code/call-site.js';
import type { Layout } from '../layouts/layout.js';
import type { FrameReader } from './frame-reader.js';
import { link } from './stack.js';

/** A generator's frame stands in the generator object, at most this many bytes behind its start. */
const maxGeneratorHead = 112;

/** A frame's values are looked through up to this many 32-bit words. */
const maxWords = 512;

type ReadFrame = Pick<
  FrameReader,
  | 'address'
  | 'words'
  | 'at'
  | 'end'
  | 'code'
  | 'instruction'
  | 'called'
  | 'isGenerator'
  | 'isEntry'
  | 'valueCount'
  | 'isCallerSame'
  | 'isPlaceSame'
  | 'range'
>;

export class FrameLinks {
  /** Index of a frame's first value, in 32-bit words; 0 where frames do not say what they called. */
  readonly #values: number;
  readonly #codes: CodeFacts;
  /** Of the frame that was called; 0 while there is none. */
  #address = 0;
  #function = 0;
  #code = 0;
  #low = 0;
  #high = 0;
  #isGenerator = false;
  #isCallerSame = false;
  #range = -1;
  /** Whether the interpreter entered it without C code between. */
  #isDirect = false;
  /** Whether it cannot be one that nobody runs any more. */
  #isAlive = false;

  constructor(layout: Layout, codes: CodeFacts) {
    this.#values = layout.frame.called === null ? 0 : layout.values.frame.localsplus >>> 2;
    this.#codes = codes;
  }

  begin(): void {
    this.#address = 0;
  }

  /** Goes on over a frame that is not shown. */
  pass({ isCallerSame }: ReadFrame): void {
    this.#isCallerSame &&= isCallerSame;
    this.#isDirect = false;
  }

  /**
   * Goes on to the next frame outwards, and looks in it for the one before.
   * @param kind of where it stands
   * @returns bits of `link`
   */
  add(frame: ReadFrame, kind: SiteKind): number {
    let found = 0;
    if (this.#address !== 0) {
      const isSite = kind === (this.#isGenerator ? siteKind.resumes : siteKind.calls);
      const isGiven = this.#isGenerator && kind === siteKind.calls;
      const isEntered = isSite && this.#isDirect;
      const slot = isEntered ? this.#exactSlot(frame) : isSite || isGiven ? this.#slotIn(frame) : -1;
      if (isSite && slot >= 0) found |= link.seen | (isEntered ? link.exact : 0) | (slot << link.slotShift);
      if (this.#isDirect && frame.valueCount >= this.#codes.variables(frame.code)) found |= link.waits;
      // C code that is called with a generator runs that, too (`next`, `sum`), though it can be there for something else.
      const isArgument = isGiven && slot >= 0;
      if (isArgument || (frame.range >= 0 && frame.range === this.#range)) found |= link.near;
      if (this.#isAlive && this.#isCallerSame && frame.isPlaceSame) found |= link.agreed;
    }
    this.#address = frame.address;
    this.#function = frame.called;
    this.#code = frame.code;
    this.#low = frame.called | 0;
    this.#high = Math.floor(frame.called / 2 ** 32);
    this.#isGenerator = frame.isGenerator;
    this.#isCallerSame = frame.isCallerSame;
    this.#range = frame.range;
    this.#isDirect = !frame.isEntry;
    this.#isAlive = kind !== siteKind.leaves;
    return found;
  }

  /** The lowest slot of the caller's evaluation stack that holds what was called; -1 if none does. */
  #slotIn(caller: ReadFrame): number {
    const { words, at, end } = caller;
    if (this.#values === 0) return -1;
    // A variable can hold it without its being called: only what lies above them counts.
    const first = at + this.#values + 2 * this.#codes.variables(caller.code);
    // On the data stack the frame that was called begins where the caller's room ends.
    const apart = (this.#address - caller.address) / 4;
    const isAbove = !caller.isGenerator && !this.#isGenerator && apart > this.#values && apart < maxWords;
    const room = isAbove ? apart : this.#values + 2 * this.#codes.slots(caller.code);
    const last = Math.min(end, at + Math.min(room, maxWords)) - 1;
    for (let i = first; i < last; i += 2)
      if (this.#isGenerator ? this.#leadsTo(words, i) : this.#isFunction(words, i)) return (i - first) >>> 1;
    return -1;
  }

  /** Whether a value is the function that was called; its low bits can be a tag (3.14+). */
  #isFunction(words: Uint32Array, at: number): boolean {
    return (words[at]! & ~7) === this.#low && words[at + 1] === this.#high && this.#function !== 0;
  }

  /** Whether it is the generator in which the frame stands that was called. */
  #leadsTo(words: Uint32Array, at: number): boolean {
    const behind = this.#address - valueAt(words, at);
    return behind > 0 && behind <= maxGeneratorHead;
  }

  /**
   * Where a frame's values end while it waits for a frame that it entered itself, as an index into its words: the interpreter
   * takes the callable and its arguments off before, and says so in the caller (DISPATCH_INLINED, _PyFrame_SetStackPointer;
   * Python/ceval.c 3.11 on). What it took off still lies there. A function that is no method has an empty place below it (3.11,
   * 3.12).
   * @returns -1 where it does not wait, or does not say
   */
  #endOfValues({ at, end, valueCount, code }: ReadFrame): number {
    if (this.#values === 0 || valueCount < this.#codes.variables(code) || valueCount > maxWords / 2)
      return -1;
    const place = at + this.#values + 2 * valueCount;
    return place + 4 > end ? -1 : place;
  }

  /** Address of the function that a frame that stands at a call waits for; 0 if it does not wait, or does not say. */
  waitsFor(frame: ReadFrame): number {
    const { words } = frame;
    const place = this.#endOfValues(frame);
    return place < 0 ? 0 : valueAt(words, isEmpty(words, place) ? place + 2 : place);
  }

  /**
   * The slot of the evaluation stack that holds what was called, where the caller's values end. A generator stays on top, or below
   * what it is sent.
   * @returns -1 if it is not there
   */
  #exactSlot(frame: ReadFrame): number {
    const { words } = frame;
    const place = this.#endOfValues(frame);
    if (place < 0) return -1;
    const slot = frame.valueCount - this.#codes.variables(frame.code);
    if (this.#isGenerator) {
      for (let below = 1; below <= Math.min(2, slot); below++)
        if (this.#leadsTo(words, place - 2 * below)) return slot - below;
      return -1;
    }
    const isThere =
      this.#isFunction(words, place) || (isEmpty(words, place) && this.#isFunction(words, place + 2));
    // A frame that is just being made can have the function already, and still another's code.
    return isThere && this.#codes.isOf(this.#function, this.#code) ? slot : -1;
  }
}

/** The pointer in a slot, without the tag that its low bits can be (3.14+). */
function valueAt(words: Uint32Array, at: number): number {
  return ((words[at]! & ~7) >>> 0) + words[at + 1]! * 2 ** 32;
}

function isEmpty(words: Uint32Array, at: number): boolean {
  return valueAt(words, at) === 0;
}
