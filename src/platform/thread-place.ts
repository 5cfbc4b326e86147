/** Where a thread stands that waits in the kernel. */

/**
 * What a look has found: it waits; it runs, or is about to, so that it stands nowhere; or that may not be known, or it is
 * gone.
 */
export type PlaceState = 'waits' | 'runs' | 'unknown';

export interface ThreadPlace {
  look(): PlaceState;
  /** After a look that found it waiting, in user mode: its stack pointer, and the instruction at which it goes on. */
  readonly stackPointer: number;
  readonly instruction: number;
  /** CPU time of the thread's whole life as text: while that stays the same, it has not run. "" where it is not known. */
  readonly lifetime: string;
  close(): void;
}
