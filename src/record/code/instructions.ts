/** What a frame does, by the instruction at which it stands. */

import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { type SiteKind, siteKind } from './call-site.js';
import type { CodeEntry } from './code-entry.js';

/** Name of the code of the frame with which a C function enters the interpreter (3.12, 3.13: _PyEval_EvalFrameDefault). */
const entryName = '<interpreter trampoline>';

/** Bytes by which the interpreter's own code can be longer than what has lines. */
const maxBeyond = 16;
/** Longest preamble that is believed where it cannot be compared: cells are made in it, in two bytes each. */
const maxPreamble = 1024;

/**
 * Whether traceback does not show a frame that stands there: _PyFrame_IsIncomplete in Include/internal/pycore_frame.h (3.11 to
 * 3.13), pycore_interpframe.h (3.14 on).
 * @param position of the instruction, in bytes from the start of the bytecode
 */
function isHidden({ name, preamble, lines }: CodeEntry, position: number): boolean {
  if (name === entryName) return true;
  const { end } = lines;
  // What sets a frame up is not longer than the code; where lines cannot be read, their end is 0.
  if (preamble === 0 || preamble > (end > 0 ? end + maxBeyond : maxPreamble)) return false;
  // All of what the interpreter itself runs between two frames is such, wherever it stands.
  return (end > 0 && preamble >= end) || (position >= -2 && position < preamble);
}

/**
 * What a frame does that stands at an instruction.
 * @param place the instruction as the frame has it, and in bytes from the start of the bytecode
 */
export function kindAt(
  peek: Peek,
  layout: Layout,
  entry: CodeEntry,
  { instruction, position }: { instruction: number; position: number },
): SiteKind {
  if (isHidden(entry, position)) return siteKind.hidden;
  // A frame that is just being made can have its code already, and still the instruction of the one that was there before.
  const { end } = entry.lines;
  const isOutside = position < -2 || (end > 0 && position > end);
  if (isOutside && layout.frame.instructionTrait === 'pointer') return siteKind.nothing;
  return kindOfInstruction(peek, layout, entry.address, instruction);
}

/**
 * Reads an instruction. The interpreter rewrites them, but a call stays one.
 * @param code address of the code object
 */
function kindOfInstruction(peek: Peek, layout: Layout, code: number, instruction: number): SiteKind {
  const { callSites: sites } = layout;
  const address = addressOf(peek, layout, code, instruction);
  const before = 2 * Math.max(...sites.behind.calls, ...sites.behind.resumes);
  const units = address === null ? null : peek.bytes(address - before, before + 2);
  if (units === null) return siteKind.other;
  if (sites.leaves.has(units[before]!)) return siteKind.leaves;
  const isCall = sites.behind.calls.some((count) => sites.calls.has(units[before - 2 * count]!));
  const isResume = sites.behind.resumes.some((count) => sites.resumes.has(units[before - 2 * count]!));
  // An inline cache can look like any instruction.
  return isCall === isResume ? siteKind.other : isCall ? siteKind.calls : siteKind.resumes;
}

/** Opcode, and low bits of the argument, of an instruction; null if it is not readable. */
export function unitOf(
  peek: Peek,
  layout: Layout,
  code: number,
  instruction: number,
): readonly [number, number] | null {
  const address = addressOf(peek, layout, code, instruction);
  const unit = address === null ? null : peek.bytes(address, 2);
  return unit && [unit[0]!, unit[1]!];
}

function addressOf(peek: Peek, layout: Layout, code: number, instruction: number): number | null {
  const { bytecodeObject } = layout.code;
  if (bytecodeObject === null) return instruction;
  const bytecode = peek.pointer(code + bytecodeObject);
  const position = layout.frame.instructionTrait === 'unit-index' ? 2 * instruction : instruction;
  return bytecode === null || position < 0 ? null : bytecode + layout.bytes.data + position;
}
