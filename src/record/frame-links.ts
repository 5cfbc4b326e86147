/**
 * Evidence in memory that one frame called another. What was called is still among the caller's values: the function,
 * in the slot of its evaluation stack from which it was called (Python/bytecodes.c leaves it there), or the generator
 * that is resumed; and the caller stands at the instruction that calls. So a stack whose links are all found is one that
 * the program really had, however quickly it goes on, and whatever other copies of it show. What C code called on behalf of the caller is often not to be found.
 */
import type { FrameReader } from './frame-reader.js';
import type { Layout } from './layouts/layout.js';

/** A generator's frame stands in the generator object, at most this many bytes behind its start. */
const maxGeneratorHead = 112;

/** Missing links of one stack that are remembered. */
export const maxMissing = 256;

/** A frame's values are looked through up to this many 32-bit words. */
const maxWords = 512;

/** What is known of code objects, by their address. */
export interface CodeFacts {
  /** Whether it is that of a generator or a coroutine. */
  isGenerator(code: number): boolean;
  /** Values that a frame of it has room for; 0 if that is not known. */
  slots(code: number): number;
  /** Whether a frame of it that stands at an instruction waits for what it called. */
  isCall(code: number, instruction: number): boolean;
}

type ReadFrame = Pick<
  FrameReader,
  'address' | 'at' | 'end' | 'code' | 'instruction' | 'called' | 'isGenerator' | 'isSame'
>;

export class FrameLinks {
  /** Links since `begin` that were not found: the number of the frame that was called, 0 for the innermost Python frame. */
  readonly missing = new Int32Array(maxMissing);
  missingCount = 0;
  /** Whether one of them leads to a generator. */
  missingGenerator = false;
  /** Whether one of them joins frames that are not the same in all copies. */
  missingMoves = false;
  /** Frames since `begin`. */
  frames = 0;
  /** Index of a frame's first value, in 32-bit words. */
  readonly #values: number;
  readonly #codes: CodeFacts;
  /** Of the frame that was called. */
  #address = 0;
  #function = 0;
  #isGenerator = false;
  #isSame = false;

  constructor(layout: Layout, codes: CodeFacts) {
    this.#values = layout.values.frame.localsplus >>> 2;
    this.#codes = codes;
  }

  begin(): void {
    this.missingCount = this.frames = 0;
    this.missingMoves = this.missingGenerator = false;
  }

  /**
   * Goes on to the next frame outwards, and looks in it for the one before.
   * @param words what was read
   * @param frame as the reader of `words` has it
   */
  add(words: Uint32Array, frame: ReadFrame): void {
    if (this.frames > 0 && !(this.#isIn(words, frame) && this.#codes.isCall(frame.code, frame.instruction))) {
      if (this.missingCount < maxMissing) this.missing[this.missingCount] = this.frames - 1;
      this.missingCount++;
      if (this.#isGenerator) this.missingGenerator = true;
      if (!this.#isSame || !frame.isSame) this.missingMoves = true;
    }
    this.frames++;
    this.#address = frame.address;
    this.#function = frame.called;
    this.#isGenerator = frame.isGenerator;
    this.#isSame = frame.isSame;
  }

  #isIn(words: Uint32Array, caller: ReadFrame): boolean {
    const { at, end } = caller;
    if (at < 0) return false;
    // On the data stack the frame that was called begins where the caller's room ends.
    const apart = (this.#address - caller.address) / 4;
    const isAbove = !caller.isGenerator && !this.#isGenerator && apart > this.#values && apart < maxWords;
    const room = isAbove ? apart : this.#values + 2 * this.#codes.slots(caller.code);
    const last = Math.min(end, at + Math.min(room, maxWords)) - 1;
    if (this.#isGenerator) {
      for (let i = at + this.#values; i < last; i += 2) {
        // The low bits can be a tag (3.14+).
        const behind = this.#address - (((words[i]! & ~7) >>> 0) + words[i + 1]! * 2 ** 32);
        if (behind > 0 && behind <= maxGeneratorHead) return true;
      }
      return false;
    }
    if (this.#function === 0) return false;
    const low = this.#function | 0;
    const high = Math.floor(this.#function / 2 ** 32);
    for (let i = at + this.#values; i < last; i += 2)
      if ((words[i]! & ~7) === low && words[i + 1] === high) return true;
    return false;
  }
}
