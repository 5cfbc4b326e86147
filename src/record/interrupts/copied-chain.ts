/**
 * Reads the copy of a thread's frames that the kernel made in an interrupt. It is of one moment, so that nothing has to be proven
 * of its calls. What is left to be found out is whether the interpreter was just between two of its own steps: then the copy is
 * not used, and the thread's memory is read as ever.
 */
import { chainEnd, type Interrupts } from '../../platform/interrupts.js';
import type { Memory } from '../../platform/memory.js';
import type { CodeFacts } from '../calls/code-facts.js';
import { siteKind } from '../code/call-site.js';
import type { Layout } from '../layouts/layout.js';
import { pointerIn } from '../memory/pointers.js';
import { FrameReader } from '../unwind/frame-reader.js';
import type { Stack } from '../unwind/stack.js';
import type { ThreadFrames } from '../unwind/thread-frames.js';
import { dataStack } from './chain-shape.js';

type ChainFacts = Pick<CodeFacts, 'site' | 'isGenerator' | 'knows' | 'learn' | 'knowsRoot' | 'learnRoot'>;

/** What a call counts that is certain. */
const sightings = 4;

export type ChainResult =
  /** The thread had that stack. */
  | 'steady'
  /** The thread state is another's by now. */
  | 'stale'
  /** The interpreter was between two of its own steps, or a page is not in memory: a moment later that can be over. */
  | 'between'
  /** There are more frames than are copied. */
  | 'long';

export class CopiedChain {
  readonly #interrupts: Interrupts;
  readonly #layout: Layout;
  readonly #codes: ChainFacts;
  readonly #frame: FrameReader;
  #walks = 0;

  /** @param memory of the process; nothing is read from it here */
  constructor(interrupts: Interrupts, layout: Layout, memory: Memory, codes: ChainFacts) {
    this.#interrupts = interrupts;
    this.#layout = layout;
    this.#codes = codes;
    this.#frame = new FrameReader(layout, memory);
  }

  /** Fills the thread's stack from the copy in a place. */
  walk(thread: ThreadFrames, place: number): ChainResult {
    const { words, placeBytes, parts } = this.#interrupts;
    const start = place * placeBytes;
    const end = words[(start + parts.end) >>> 2];
    if (end !== chainEnd.whole) return end === chainEnd.long ? 'long' : 'between';
    thread.first = start + parts.state;
    if (!thread.isOurs(words, this.#layout.thread)) return 'stale';
    if (thread.isSteady) {
      const { stack } = thread;
      thread.stack = thread.before;
      thread.before = stack;
    }
    const { stack } = thread;
    stack.clear();
    const copies = words[(start + parts.copies) >>> 2];
    const isTrue =
      this.#read(stack, words, start) &&
      this.#isAlive(words, start) &&
      // It is asked for once, and comes once. All the same: two in one would be what the copy is to avoid.
      words[(start + parts.copies) >>> 2] === copies;
    thread.isSteady = isTrue;
    stack.proven = stack.depth;
    if (isTrue) this.#learn(stack);
    return isTrue ? 'steady' : 'between';
  }

  /** Address of the newest frame, or of the link that names it, as the copy in a place has it. */
  newest(place: number): number {
    const { words, placeBytes, parts } = this.#interrupts;
    return pointerIn(words, (place * placeBytes + parts.state + this.#layout.thread.frame) >>> 2);
  }

  /** Takes note of calls that are new, for threads that have to be read from memory. */
  #learn({ code, instruction, depth }: Stack): void {
    const walk = ++this.#walks;
    for (let caller = 1; caller < depth; caller++) {
      if (this.#codes.knows(code[caller]!, instruction[caller]!, code[caller - 1]!)) continue;
      const call = { caller: code[caller]!, instruction: instruction[caller]!, callee: code[caller - 1]! };
      this.#codes.learn(call, -walk, sightings);
    }
    const root = code[depth - 1]!;
    if (!this.#codes.knowsRoot(root)) this.#codes.learnRoot(root, -walk, sightings);
  }

  /** @returns whether the frames can be a whole stack */
  #read(stack: Stack, words: Uint32Array, start: number): boolean {
    const { parts } = this.#interrupts;
    const frame = this.#frame;
    const { pythonOutermost } = this.#layout.frame;
    const count = words[(start + parts.count) >>> 2]!;
    const hasLinks = this.#layout.thread.viaCFrame !== null;
    const below = hasLinks ? this.#frameOf(words, start + parts.linkBefore) : 0;
    let isLinked = !hasLinks;
    let isOutermost = false;
    for (let i = 0; i < count; i++) {
      const at = (start + parts.frames + i * parts.stride) >>> 2;
      frame.take(words, at + 2, pointerIn(words, at));
      const { code, instruction, isForeign } = frame;
      if (!isForeign && code === 0) return false;
      const kind = isForeign ? siteKind.hidden : this.#codes.site(code, instruction);
      if (kind === siteKind.nothing) return false;
      stack.meet(frame.address);
      if (kind !== siteKind.hidden) stack.push(code, instruction, 0);
      // The first frame that C code entered was entered from the frame that the link before names.
      if (!isLinked && (isForeign || frame.isEntry)) {
        if (frame.previous !== below) return false;
        isLinked = true;
      }
      isOutermost = isForeign || (pythonOutermost && !this.#codes.isGenerator(code));
    }
    return stack.depth > 0 && isOutermost && (isLinked || below === 0);
  }

  /** The frame that is named by a link, which was copied to somewhere. */
  #frameOf(words: Uint32Array, copy: number): number {
    return pointerIn(words, (copy + this.#layout.thread.viaCFrame!) >>> 2);
  }

  /**
   * Where links name frames, that is while C code enters the interpreter, a link is there before it is filled (Python/ceval.c of
   * 3.11 and 3.12): what it names then is a frame that is over, above the end of the data stack.
   */
  #isAlive(words: Uint32Array, start: number): boolean {
    const { viaCFrame, dataStackChunk } = this.#layout.thread;
    if (viaCFrame === null || dataStackChunk === null) return true;
    const { parts } = this.#interrupts;
    const at = (start + parts.state + dataStackChunk) >>> 2;
    const top = pointerIn(words, at + (dataStack.top >>> 2));
    const limit = pointerIn(words, at + (dataStack.limit >>> 2));
    const newest = pointerIn(words, (start + parts.frames) >>> 2);
    return newest < top || newest >= limit;
  }
}
