/**
 * Evidence that one frame called another where frames do not say which function they are of (to 3.10): what is called is
 * on the caller's evaluation stack meanwhile, and a function leads to its code, a generator to its frame
 * (Include/funcobject.h, classobject.h, genobject.h). It is looked at once for each call that is met, and then known.
 */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/words.js';

/** Values of a frame that are looked at, from the lowest on. */
const maxValues = 32;

/** An object that is in use counts fewer references than an address is. */
const maxReferences = 2n ** 32n;

/** The evaluation stack is inside the frame, at most this many bytes behind its start. */
const maxFrame = 16_384;

export interface Call {
  /** Whether a generator is resumed, by the caller or by C code that it is given to, and no function is called. */
  readonly resumes: boolean;
  /** Address of the caller's frame, and where it stands. */
  readonly caller: number;
  readonly instruction: number;
  /** Address of the frame that was called, and of its code. */
  readonly called: number;
  readonly code: number;
}

/** What is called, and how many values lie above it on the caller's evaluation stack. */
export interface Arguments {
  readonly callable: number;
  readonly count: number;
}

/**
 * @param slots depth of the caller's evaluation stack
 * @param given where only the arguments of a call count: what was on the stack before can be in use elsewhere
 */
export function holdsCalled(
  peek: Peek,
  layout: Layout,
  call: Call,
  slots: number,
  given: Arguments | null = null,
): boolean {
  const { frame, functionCode } = layout;
  if (functionCode === null || frame.valueStack === null) return false;
  const stack = (peek.pointer(call.caller + frame.valueStack) ?? 0) - call.caller;
  if (stack < frame.size || stack > maxFrame) return false;
  // What it holds counts only for where it stands: both come from one read.
  const read = peek.view(call.caller, stack + 8 * Math.min(slots, maxValues));
  if (read === null || read.getInt32(frame.instruction, true) !== call.instruction) return false;
  let values: number[] = [];
  for (let at = stack; at < read.byteLength; at += 8) values.push(pointerAt(read, at));
  if (given !== null) {
    const place = values.indexOf(given.callable);
    if (place < 0) return false;
    // LOAD_METHOD leaves an empty place below what is no method (Python/ceval.c, 3.7 to 3.10).
    const isPlain = place > 0 && values[place - 1] === 0;
    values = values.slice(place + 1, place + 1 + given.count - (isPlain ? 1 : 0));
  }
  for (const value of values) {
    if (value % 8 !== 0 || !isAddress(value) || !leadsTo(peek, layout, value, functionCode, call)) continue;
    // What lies there can have been made since, by a caller that has gone on.
    return peek.i32(call.caller + frame.instruction) === call.instruction;
  }
  return false;
}

function leadsTo(peek: Peek, layout: Layout, value: number, functionCode: number, call: Call): boolean {
  // Above its top the stack holds what it held before: often freed by now, its count (ob_refcnt, before ob_type) used for
  // a list of what is free (Objects/obmalloc.c).
  const references = peek.u64(value + layout.object.type - 8);
  if (references === null || references < 1n || references > maxReferences) return false;
  // A generator's frame, a bound method's function, most often a function's code.
  const first = peek.pointer(value + layout.object.size);
  // C code that is called with a generator runs it.
  if (first === call.called || call.resumes) return first === call.called;
  if (peek.pointer(value + functionCode) === call.code) return true;
  return first !== null && isAddress(first) && peek.pointer(first + functionCode) === call.code;
}
