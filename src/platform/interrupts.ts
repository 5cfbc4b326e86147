/**
 * Copies of a running thread's frames that the kernel makes in an interrupt of that thread: it stands still meanwhile, so that
 * all of a copy is of one moment.
 */

/** How a thread's frames hang together: offsets and sizes in bytes, sizes multiples of 8. */
export interface ChainShape {
  /** Bytes that are copied of the thread's state. */
  readonly stateBytes: number;
  /** In these, the pointer to the newest frame, or to a link that has it. */
  readonly newest: number;
  /** In a link, the pointer to the frame; that to the link before it is the next word. Null where there are no links. */
  readonly link: number | null;
  /** Bytes that are copied of a frame, and in these the pointer to its caller. */
  readonly frameBytes: number;
  readonly caller: number;
}

/** Where the parts of a copy are, in bytes from the start of its place. */
export interface PlaceParts {
  readonly threadState: number;
  /** Counts the copies made. */
  readonly copies: number;
  /** How many frames were copied, and a `chainEnd`. */
  readonly count: number;
  readonly end: number;
  /** Address of the newest link, bytes of that, and of the one before it, which are 0 where there is none. */
  readonly link: number;
  readonly linkBytes: number;
  readonly linkBefore: number;
  readonly state: number;
  /** Frames, innermost first, each behind its address; and the distance from one to the next. */
  readonly frames: number;
  readonly stride: number;
}

/** Why a copy ends where it does. */
export const chainEnd = {
  /** The last frame has no caller. */
  whole: 0,
  /** There are more than are copied. */
  long: 1,
  /** What comes next is not in memory. */
  unreadable: 2,
} as const;

/** The thread itself, of the moment of a copy: where it was in its own code, which may have called the kernel. */
export interface CopiedThread {
  /** By DWARF's numbers; NaN for what was not copied. */
  readonly registers: Float64Array;
  /** From the stack pointer on, in 32-bit words, as far as it was copied. */
  readonly stack: Uint32Array;
}

export interface Interrupts {
  /** All places, in 32-bit words; the kernel writes there. Gone after `close`. */
  readonly words: Uint32Array;
  /** Bytes from one place to the next. */
  readonly placeBytes: number;
  readonly parts: PlaceParts;
  /**
   * Gets a thread a place for its copies.
   * @param threadState address of what Python keeps of the thread
   * @returns its number; 'full' if none is free; null if the thread is gone, or may not be interrupted
   */
  open(osThreadId: number, threadState: number): number | 'full' | null;
  /** Has a thread interrupted, once, as soon as it runs. */
  ask(place: number): void;
  /**
   * Waits awake for the copy that was asked for; one that has not come in time does not come any more.
   * @returns whether it is there; it stays until `ask` is called again
   */
  wait(place: number): boolean;
  /**
   * What was copied of the thread itself with the copy that was waited for, if these were opened for it; to be called once.
   * @returns null where there is none; it stays until the place's next copy is asked for
   */
  thread(place: number): CopiedThread | null;
  release(place: number): void;
  close(): void;
}

/** What keeps the kernel from making copies, as the end of a sentence, and what helps. */
export interface NoInterrupts {
  readonly missing: string;
  readonly help: string;
}
