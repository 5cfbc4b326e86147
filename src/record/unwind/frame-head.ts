/** What a frame is in and where it stands, read for itself: for frames that are on no thread's stack. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';

export interface FrameHead {
  /** Address of the code object. */
  readonly code: number;
  /** As the layout has it: a pointer, or an index. */
  readonly instruction: number;
}

/** @returns null if it is not readable, or has no code */
export function readFrameHead(peek: Peek, layout: Layout, frame: number): FrameHead | null {
  const { code, codeTag, instruction, instructionTrait } = layout.frame;
  const tagged = peek.pointer(frame + code);
  const at = frame + instruction;
  const standsAt = instructionTrait === 'pointer' ? peek.pointer(at) : peek.i32(at);
  if (!tagged || standsAt === null) return null;
  return { code: tagged - (tagged % (codeTag + 1)), instruction: standsAt };
}
