/** The two sides of one thread's stack, and where they meet. */
import type { Stack } from '../unwind/stack.js';
import type { NativeStack } from './native-stack.js';
import type { CopiedStack } from './stack-copy.js';

/** Python frames from one index up to another, innermost first, and the native frame that runs them, by its index. */
export interface PythonRun {
  readonly from: number;
  readonly to: number;
  readonly native: number;
}

/** One thread: its Python frames as they were walked, and its native ones, of the same moment. */
export interface Sides {
  readonly stack: Stack;
  readonly native: NativeStack;
  readonly copy: CopiedStack;
  /** What the thread state points to: the newest frame, or the newest `_PyCFrame`. */
  readonly newest: number;
}
