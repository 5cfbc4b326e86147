/** What the kernel is told of a layout, to copy a thread's frames. */
import type { ChainShape } from '../../platform/interrupts.js';
import type { Layout } from '../layouts/layout.js';

/**
 * Pointers to the top chunk of the data stack, to where frames end in it, and to where it ends, are next to each other (struct
 * _ts in Include/cpython/pystate.h, 3.11 to 3.15).
 */
export const dataStack = { top: 8, limit: 16, bytes: 24 } as const;

/** @returns sizes as multiples of 8, as all of it is aligned */
export function chainShape({ thread, frame }: Layout): ChainShape {
  const { next, interpreter, id, nativeId, dataStackChunk } = thread;
  const last = Math.max(next, interpreter, id, nativeId ?? 0, thread.frame) + 8;
  const stackEnd = dataStackChunk === null ? 0 : dataStackChunk + dataStack.bytes;
  return {
    stateBytes: Math.ceil(Math.max(last, stackEnd) / 8) * 8,
    newest: thread.frame,
    link: thread.viaCFrame,
    frameBytes: Math.ceil(frame.size / 8) * 8,
    caller: frame.previous,
  };
}
