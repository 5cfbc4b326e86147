/** What a frame is in and where it stands, read for itself: for frames that are on no thread's stack. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';

export interface FrameHead {
  /** Address of the code object. */
  readonly code: number;
  /** As the layout has it: a pointer, or an index. */
  readonly instruction: number;
}

/** The address of a code object, out of a word that may have a tag in its lowest bits (3.14 and later). */
export function codeIn(word: number, { codeTag }: Layout['frame']): number {
  return word - (word % (codeTag + 1));
}

/** The address of a frame's code object; 0 if it is not readable, or has no code. */
export function readFrameCode(peek: Peek, { frame: place }: Layout, frame: number): number {
  return codeIn(peek.pointer(frame + place.code) ?? 0, place);
}

/** @returns null if it is not readable, or has no code */
export function readFrameHead(peek: Peek, layout: Layout, frame: number): FrameHead | null {
  const { instruction, instructionTrait } = layout.frame;
  const code = readFrameCode(peek, layout, frame);
  const at = frame + instruction;
  const standsAt = instructionTrait === 'pointer' ? peek.pointer(at) : peek.i32(at);
  return code === 0 || standsAt === null ? null : { code, instruction: standsAt };
}
