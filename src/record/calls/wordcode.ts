/**
 * What the instructions of a function name, where they are two bytes each and are never rewritten (3.6 to 3.10; Lib/opcode.py,
 * and the effects on the evaluation stack in Python/compile.c). What an instruction calls was loaded before: often by name.
 */
import { opcodeSet } from '../layouts/opcodes.js';

const op = {
  dupTop: 4,
  listToTuple: 82,
  loadConst: 100,
  buildMap: 105,
  callFunction: 131,
  makeFunction: 132,
  callKeywords: 141,
  callExpanded: 142,
  extended: 144,
  formatValue: 155,
  constKeyMap: 156,
  loadMethod: 160,
  callMethod: 161,
} as const;

/** LOAD_NAME, LOAD_ATTR, IMPORT_NAME, IMPORT_FROM, LOAD_GLOBAL, LOAD_METHOD: an index into co_names. */
const namesGlobal = opcodeSet([101, 106, 108, 109, 116, 160]);
/** LOAD_NAME, LOAD_GLOBAL. */
const globals = opcodeSet([101, 116]);
const namesLocal = opcodeSet([124]);
/** LOAD_DEREF, LOAD_CLASSDEREF: an index into co_cellvars and co_freevars. */
const namesCell = opcodeSet([136, 148]);

/** LOAD_FAST and the like, with LOAD_BUILD_CLASS and LOAD_ASSERTION_ERROR: one value more. */
const loads = opcodeSet([71, 74, 100, 101, 116, 124, 135, 136, 148]);
/** UNARY_, LOAD_ATTR, GET_ITER, LIST_TO_TUPLE (from 3.9), GET_AWAITABLE: one value becomes another. */
const changes = opcodeSet([10, 11, 12, 15, 68, 73, 106]);
/** BINARY_, INPLACE_, COMPARE_OP, IS_OP, CONTAINS_OP, IMPORT_NAME, YIELD_FROM: two become one. */
const joins = opcodeSet([16, 17, 19, 20, [22, 29], [55, 57], 59, [62, 67], 72, [75, 79], 107, 108, 117, 118]);
/** BUILD_TUPLE, LIST, SET, SLICE and STRING: as many as the argument says become one. */
const builds = opcodeSet([102, 103, 104, 133, 157]);
/** LIST_EXTEND, SET_UPDATE, DICT_MERGE, DICT_UPDATE: one value less. */
const takes = opcodeSet([162, 163, 164, 165]);

export interface Instructions {
  /** Of each place, two bytes long; an EXTENDED_ARG is part of the next one's argument. */
  readonly opcodes: Uint8Array;
  readonly arguments: Int32Array;
}

/** @param bytes co_code */
export function decodeWords(bytes: Uint8Array): Instructions {
  const count = bytes.length >>> 1;
  const opcodes = new Uint8Array(count);
  const values = new Int32Array(count);
  let extended = 0;
  for (let i = 0; i < count; i++) {
    opcodes[i] = bytes[2 * i]!;
    values[i] = (extended << 8) | bytes[2 * i + 1]!;
    extended = opcodes[i] === op.extended ? values[i]! : 0;
  }
  return { opcodes, arguments: values };
}

/** Which table names what an instruction loads, and the index in it; null if it loads nothing by name. */
export function nameOf(
  { opcodes, arguments: values }: Instructions,
  at: number,
): readonly ['name' | 'local' | 'cell', number] | null {
  const opcode = opcodes[at]!;
  const index = values[at]!;
  if (namesGlobal.has(opcode)) return ['name', index];
  if (namesLocal.has(opcode)) return ['local', index];
  return namesCell.has(opcode) ? ['cell', index] : null;
}

/** Whether what an instruction loads by a name of `co_names` is a global, or something of the value before. */
export function loadedBy({ opcodes }: Instructions, at: number): 'global' | 'attribute' {
  return globals.has(opcodes[at]!) ? 'global' : 'attribute';
}

export function constantOf({ opcodes, arguments: values }: Instructions, at: number): number | null {
  return opcodes[at] === op.loadConst ? values[at]! : null;
}

/** Whether a call is that of what leaves a `with` block: with the constant None three times (3.9, 3.10). */
export function isExit({ opcodes, arguments: values }: Instructions, at: number): boolean {
  return (
    opcodes[at] === op.callFunction &&
    values[at] === 3 &&
    opcodes[at - 1] === op.dupTop &&
    opcodes[at - 2] === op.dupTop &&
    opcodes[at - 3] === op.loadConst
  );
}

/**
 * The instruction that loaded what another one calls, by the values that those between put on the evaluation stack and take
 * from it; null if the other is no call, or branches lie between.
 */
export function loaderOf(instructions: Instructions, call: number): number | null {
  const above = argumentsOf(instructions, call);
  return above === null ? null : producerOf(instructions, call, above);
}

/** The instruction that put a value on the evaluation stack which lies below so many others before another instruction. */
export function producerOf(instructions: Instructions, before: number, below: number): number | null {
  const { opcodes } = instructions;
  let above = below;
  for (let at = before - 1; at >= 0; at--) {
    if (opcodes[at] === op.extended) continue;
    const effect = effectOf(instructions, at);
    if (effect === null) return null;
    const [taken, left] = effect;
    if (left > above) return at;
    above += taken - left;
  }
  return null;
}

/** Values above what a call calls; null if it is no call. */
export function argumentsOf({ opcodes, arguments: values }: Instructions, at: number): number | null {
  const value = values[at]!;
  switch (opcodes[at]) {
    case op.callFunction:
      return value;
    case op.callKeywords:
    case op.callMethod:
      return value + 1;
    case op.callExpanded:
      return 1 + (value & 1);
    default:
      return null;
  }
}

/** How many values an instruction takes from the stack, and how many it then puts there; null if that is not known. */
function effectOf(instructions: Instructions, at: number): readonly [number, number] | null {
  const opcode = instructions.opcodes[at]!;
  const value = instructions.arguments[at]!;
  if (loads.has(opcode)) return [0, 1];
  if (changes.has(opcode)) return [1, 1];
  if (joins.has(opcode)) return [2, 1];
  if (builds.has(opcode)) return [value, 1];
  if (takes.has(opcode)) return [1, 0];
  const above = argumentsOf(instructions, at);
  if (above !== null) return [above + 1, 1];
  switch (opcode) {
    case op.dupTop:
      return [1, 2];
    case op.listToTuple:
      return [1, 1];
    case op.buildMap:
      return [2 * value, 1];
    case op.constKeyMap:
      return [value + 1, 1];
    case op.loadMethod:
      return [1, 2];
    case op.formatValue:
      return [1 + (value & 4 ? 1 : 0), 1];
    case op.makeFunction:
      return [2 + [1, 2, 4, 8].filter((bit) => value & bit).length, 1];
    default:
      return null;
  }
}
