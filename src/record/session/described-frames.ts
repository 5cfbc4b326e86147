/** Frames of a snapshot as a dump has them, with the variables that were read of each. */
import type { DumpFrame } from '../../format/dump-result.js';
import { functionKind } from '../../format/vocabulary.js';
import { describeFrame } from '../batch/described-frame.js';
import type { DictionaryRows } from '../code/interner.js';
import type { FrameLocals } from '../values/frame-locals.js';

/** A frame of a dump, and whether it is a note in the stack instead of a frame that was walked. */
export interface DescribedFrame {
  readonly frame: DumpFrame;
  readonly isMarker: boolean;
}

/** Frames of a stack, innermost first. */
export function describeFrames(
  stack: number,
  rows: DictionaryRows,
  locals: readonly FrameLocals[],
): DescribedFrame[] {
  const frames: DescribedFrame[] = [];
  let walked = 0;
  for (let id = stack; id !== 0; ) {
    const node = rows.stacks[id - 1]!;
    const isMarker = rows.functions[rows.frames[node.frame - 1]!.function - 1]!.kind === functionKind.marker;
    const found = isMarker ? undefined : locals[walked++];
    frames.push({ frame: { ...describeFrame(node.frame, rows), ...describeLocals(found) }, isMarker });
    id = node.parent;
  }
  return frames;
}

function describeLocals(
  found: FrameLocals | undefined,
): Pick<DumpFrame, 'locals' | 'arguments' | 'locals_unknown'> {
  if (found === undefined) return {};
  if ('unknown' in found) return { locals_unknown: found.unknown };
  // A variable may be called "__proto__".
  const locals: Record<string, string> = Object.create(null);
  for (const [name, value] of found.values) locals[name] = value;
  return { arguments: [...found.argumentNames], locals };
}
