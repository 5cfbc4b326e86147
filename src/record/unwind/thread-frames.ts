/** What the unwinder keeps of one thread between ticks. */
import type { Layout } from '../layouts/layout.js';
import { pointerIn } from '../memory/pointers.js';
import { Prediction } from './prediction.js';
import { Stack } from './stack.js';

/** Bytes read of a _PyCFrame, and the longest stretch of C stack that is read for several of them. */
export const cFrameBytes = 16;
const maxCFrameSpan = 4096;

export class ThreadFrames {
  /** Address of the PyThreadState. */
  readonly threadState: number;
  readonly interpreter: number;
  /** The stack that was walked last. */
  stack = new Stack();
  /** The last steady one before that, and whether `stack` is steady. */
  before = new Stack();
  isSteady = false;
  readonly prediction = new Prediction();
  /** The two words by which a thread state is known to be this thread's, as four halves. */
  readonly identity = new Uint32Array(4);
  /** Offsets in the buffer of the thread state's two reads, and of those of the _PyCFrame. */
  first = 0;
  last = 0;
  cFrameFirst = 0;
  cFrameLast = 0;
  /** Offsets of the copies of the last read, and how many it brought: one, or all. */
  readonly copies = new Float64Array(3);
  copyCount = 0;
  /**
   * Where the _PyCFrame is expected. Every entry into the interpreter from C (a generator run by `sum`, say) has
   * one on the C stack, at the same few places again and again: a range holds those.
   */
  cFrameStart = 0;
  cFrameEnd = 0;
  /** Where it was when the last read was planned. */
  cFrameReadStart = 0;
  cFrameReadEnd = 0;
  chunkStart = 0;
  chunkEnd = 0;

  constructor(threadState: number, interpreter: number) {
    this.threadState = threadState;
    this.interpreter = interpreter;
  }

  /** Whether the thread state that was read (its first read) is still this thread's. */
  isOurs(words: Uint32Array, { interpreter, id, idBytes, nativeId }: Layout['thread']): boolean {
    const first = this.first >>> 2;
    const { identity } = this;
    if (pointerIn(words, first + (interpreter >>> 2)) !== this.interpreter) return false;
    const at = first + (id >>> 2);
    const isWide = idBytes === 8;
    if (words[at] !== identity[0] || (isWide && words[at + 1] !== identity[1])) return false;
    if (nativeId === null) return true;
    const nativeAt = first + (nativeId >>> 2);
    return words[nativeAt] === identity[2] && (!isWide || words[nativeAt + 1] === identity[3]);
  }

  /** Extends the stretch in which the _PyCFrame is expected to one at `address`, or begins anew there. */
  expectCFrame(address: number): void {
    const start = Math.min(address, this.cFrameStart);
    const end = Math.max(address + cFrameBytes, this.cFrameEnd);
    // Between two places on one C stack everything is mapped.
    const isNear = this.cFrameStart !== 0 && end - start <= maxCFrameSpan;
    this.cFrameStart = isNear ? start : address;
    this.cFrameEnd = isNear ? end : address + cFrameBytes;
  }
}
