/**
 * Folded stacks, as Brendan Gregg's stackcollapse scripts write them and every flame graph tool reads them: one line
 * a stack, `root;…;leaf COUNT`.
 */

/** One line. Frames are outermost first. */
export interface FoldedStack {
  readonly frames: readonly string[];
  /** A whole number above 0. */
  readonly count: number;
}

/** Writes stacks as lines, one chunk of text each. */
export function* writeFolded(stacks: Iterable<FoldedStack>): Generator<string, void> {
  for (const { frames, count } of stacks) yield `${frames.map(escapeFrame).join(';')} ${count}\n`;
}

/** The format has no escapes of its own: what would end a frame or a line is written as in a Python string. */
function escapeFrame(frame: string): string {
  return frame.replace(/[;\p{Cc}\u2028\u2029]/gu, (sign) => {
    const code = sign.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
