/** Native frames of one thread, innermost first. Reused. */
import type { CodePlace } from './code-places.js';

export interface NativeFrame {
  /** Address of the instruction: where a call returns to, or where the thread stands. */
  readonly pc: number;
  /** Null where nothing is mapped there. */
  readonly code: CodePlace | null;
  /** Its stack: from its lowest address to its end (the canonical frame address), which is NaN where it is not known. */
  readonly low: number;
  readonly end: number;
  /** Registers while it runs, as far as they are known; NaN elsewhere. By DWARF number. */
  readonly registers: Float64Array;
}

/** How far a stack could be followed. */
export type NativeEnd =
  /** To where the thread started. */
  | 'start'
  /** Into code that no binary has (compiled at run time), or that nothing is known of. */
  | 'unknown-code'
  /** To a frame whose size is not known. */
  | 'unknown-frame'
  /** Out of what was copied. */
  | 'outside'
  | 'too-deep';

export interface NativeStack {
  readonly frames: readonly NativeFrame[];
  readonly end: NativeEnd;
}
