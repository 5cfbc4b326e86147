/** What the unwinder keeps of one thread between ticks. */
import { Prediction } from './prediction.js';
import { Stack } from './stack.js';

export class ThreadFrames {
  /** Address of the PyThreadState. */
  readonly threadState: number;
  readonly interpreter: number;
  readonly stack = new Stack();
  readonly prediction = new Prediction();
  /** The two words by which a thread state is known to be this thread's, as four halves. */
  readonly identity = new Uint32Array(4);
  /** Offsets in the buffer of the thread state's first and last read (which can be one), and of the _PyCFrame. */
  first = 0;
  last = 0;
  cFrameAt = 0;
  /** Offsets of the copies. */
  readonly copies = new Float64Array(3);
  /**
   * Where the _PyCFrame is expected. Every entry into the interpreter from C (a generator run by `sum`, say) has
   * one on the C stack, at the same few places again and again: a range holds those.
   */
  cFrameStart = 0;
  cFrameEnd = 0;
  chunkStart = 0;
  chunkEnd = 0;

  constructor(threadState: number, interpreter: number) {
    this.threadState = threadState;
    this.interpreter = interpreter;
  }
}
