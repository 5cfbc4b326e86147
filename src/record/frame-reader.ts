/**
 * Reads one frame after another out of what the planned read brought, and keeps account of whether the copies agree.
 * A frame that lies elsewhere is fetched alone, which proves nothing.
 */
import { FrameFetcher } from './frame-fetcher.js';
import type { Layout } from './layouts/layout.js';
import type { Memory } from './platform/platform.js';
import type { ThreadFrames } from './thread-frames.js';
import { pointerIn } from './words.js';

/** FRAME_OWNED_BY_GENERATOR (3.11 to 3.15, Include/internal/pycore_frame.h, pycore_interpframe_structs.h). */
const generatorOwner = 1;

export class FrameReader {
  /** The frame that was read last. */
  address = 0;
  code = 0;
  previous = 0;
  instruction = 0;
  /** Its function object, where frames say that; and whether it stands in a generator or coroutine. */
  called = 0;
  isGenerator = false;
  /** Whether it is the interpreter's own and no Python frame. */
  isForeign = false;
  /** Whether all copies agree on it. */
  isSame = false;
  /** Where the copy begins that the fields are from, and where its range ends, in words; -1 if it was fetched. */
  at = -1;
  end = -1;
  /** Whether no range held it, so that it was fetched alone. */
  isFetched = false;
  /** Whether, since `begin`, the first two copies agree; and the last two. */
  agree = true;
  agreeLater = true;
  /** Code of the innermost frame. */
  newestCode = 0;
  /** For what no range holds. */
  readonly fetcher: FrameFetcher;
  readonly #layout: Layout['frame'];
  /** Index of the range in which the frame before was found. */
  #range = 0;

  constructor(layout: Layout['frame'], memory: Memory) {
    this.#layout = layout;
    this.fetcher = new FrameFetcher(memory);
  }

  /** To be called before the first frame of a walk. */
  begin(): void {
    this.agree = true;
    this.agreeLater = true;
    this.newestCode = 0;
    this.#range = 0;
    this.fetcher.clear();
  }

  /**
   * Brings one frame into the fields, and compares its copies.
   * @returns false if it is not readable
   */
  read(thread: ThreadFrames, words: Uint32Array, address: number): boolean {
    const layout = this.#layout;
    const { prediction, copies, stack } = thread;
    const found = prediction.find(address, layout.size, this.#range);
    this.address = address;
    this.isFetched = found < 0;
    if (this.isFetched) {
      if (!this.fetcher.fetch(address, layout.size)) return false;
      this.#decode(this.fetcher.words, this.fetcher.at);
      this.at = this.end = -1;
      this.isSame = false;
      if (stack.met === 0) this.newestCode = this.code;
      return true;
    }
    this.#range = found;
    const start = prediction.offset[found]!;
    const inside = start + (address - prediction.start[found]!);
    const at = (copies[1]! + inside) >>> 2;
    this.#decode(words, at);
    this.at = at;
    this.end = (copies[1]! + start + prediction.length[found]!) >>> 2;
    this.isSame = true;
    const code = layout.code >>> 2;
    const previous = layout.previous >>> 2;
    // The innermost frame's own instruction moves all the time; any of its values is a true one.
    const fixed = stack.depth === 0 ? code : layout.instruction >>> 2;
    for (let copy = 0; copy < copies.length; copy += 2) {
      const other = (copies[copy]! + inside) >>> 2;
      const otherPrevious = pointerIn(words, other + previous);
      // Among the copies of a running frame, one that shows a caller knows better than one that shows none.
      if (this.previous === 0) this.previous = otherPrevious;
      if (
        words[at + code] !== words[other + code] ||
        words[at + code + 1] !== words[other + code + 1] ||
        words[at + fixed] !== words[other + fixed] ||
        (otherPrevious !== 0 && otherPrevious !== this.previous)
      ) {
        this.isSame = false;
        if (copy === 0) this.agree = false;
        else this.agreeLater = false;
      }
    }
    if (stack.met === 0) {
      // The copy right after the word that names the newest frame says best which code that was running.
      const first = (copies[0]! + inside) >>> 2;
      this.newestCode = pointerIn(words, first + code) - (words[first + code]! & layout.codeTag);
    }
    return true;
  }

  #decode(words: Uint32Array, at: number): void {
    const { code, codeTag, previous, called, instruction, instructionTrait, owner, foreignOwner } =
      this.#layout;
    const low = (words[at + (code >>> 2)]! & ~codeTag) >>> 0;
    this.code = low + words[at + (code >>> 2) + 1]! * 2 ** 32;
    this.previous = pointerIn(words, at + (previous >>> 2));
    const instructionAt = at + (instruction >>> 2);
    this.instruction =
      instructionTrait === 'pointer' ? pointerIn(words, instructionAt) : words[instructionAt]! | 0;
    const owned = owner === null ? 0 : (words[at + (owner >>> 2)]! >>> ((owner & 3) * 8)) & 0xff;
    this.isForeign = owned >= foreignOwner;
    this.isGenerator = owned === generatorOwner;
    const calledAt = at + ((called ?? 0) >>> 2);
    this.called = called === null ? 0 : ((words[calledAt]! & ~7) >>> 0) + words[calledAt + 1]! * 2 ** 32;
  }
}
