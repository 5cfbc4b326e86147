/**
 * Evidence in memory that one frame called another. What was called is still among the caller's values: the function,
 * in the slot of its evaluation stack from which it was called (Python/bytecodes.c leaves it there), or the generator
 * that is resumed; and the caller stands at an instruction that calls functions, or resumes generators. What is left in
 * slots by an earlier call can look like a link, so neither the slot nor the instruction is evidence alone. What C code
 * called on behalf of the caller is often not to be found.
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
  #isGenerator = false;
  #isCallerSame = false;
  #range = -1;
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
      const slot = isSite || isGiven ? this.#slotIn(frame) : -1;
      if (isSite && slot >= 0) found |= link.seen | (slot << link.slotShift);
      // C code that is called with a generator runs that, too (`next`, `sum`), though it can be there for something else.
      const isArgument = isGiven && slot >= 0;
      if (isArgument || (frame.range >= 0 && frame.range === this.#range)) found |= link.near;
      if (this.#isAlive && this.#isCallerSame && frame.isPlaceSame) found |= link.agreed;
    }
    this.#address = frame.address;
    this.#function = frame.called;
    this.#isGenerator = frame.isGenerator;
    this.#isCallerSame = frame.isCallerSame;
    this.#range = frame.range;
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
    if (this.#isGenerator) {
      for (let i = first; i < last; i += 2) {
        // The low bits can be a tag (3.14+).
        const behind = this.#address - (((words[i]! & ~7) >>> 0) + words[i + 1]! * 2 ** 32);
        if (behind > 0 && behind <= maxGeneratorHead) return (i - first) >>> 1;
      }
      return -1;
    }
    if (this.#function === 0) return -1;
    const low = this.#function | 0;
    const high = Math.floor(this.#function / 2 ** 32);
    for (let i = first; i < last; i += 2)
      if ((words[i]! & ~7) === low && words[i + 1] === high) return (i - first) >>> 1;
    return -1;
  }
}
