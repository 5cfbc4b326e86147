/**
 * Instructions at which a frame stands while it waits for what it called, or as the last before it is left, with what the
 * interpreter rewrites them to. From Include/opcode.h (to 3.12), Include/opcode_ids.h (3.13), and what 3.14.8 and 3.15.0 say
 * in opcode.opmap and opcode._specialized_opmap.
 */

import { type Opcodes, opcodeSet } from './opcodes.js';

export interface Entering {
  readonly opcode: number;
  readonly behind: number;
}

export interface CallSites {
  /** CALL and its forms, CALL_FUNCTION_EX; PRECALL calls what is not written in Python. */
  readonly calls: ReadonlySet<number>;
  /** FOR_ITER and SEND: they run a generator or coroutine, and no function. */
  readonly resumes: ReadonlySet<number>;
  /**
   * RETURN_VALUE, YIELD_VALUE, RAISE_VARARGS and the like: a frame that nobody runs any more, and that was not overwritten
   * yet, stands at one.
   */
  readonly leaves: ReadonlySet<number>;
  /**
   * How many units of two bytes behind such an instruction's own the pointer can stand: in 3.11 and 3.12 what is inlined
   * leaves it at the last of the inline caches (DISPATCH_INLINED in Python/ceval.c).
   */
  readonly behind: { readonly calls: readonly number[]; readonly resumes: readonly number[] };
  /**
   * What the interpreter puts in place of LOAD_ATTR and BINARY_SUBSCR where it enters the function of a property, or
   * `__getitem__`, itself: opcode, and how many units behind it the pointer stands meanwhile. null where there is no such thing.
   */
  readonly property: Entering | null;
  readonly subscript: Entering | null;
}

/**
 * Instructions that call nothing, and at which the interpreter looks whether another thread wants the GIL: JUMP_BACKWARD and
 * RESUME with their forms (CHECK_EVAL_BREAKER in Python/ceval.c, Python/bytecodes.c). A thread that stands at one without
 * the GIL has given it up on demand, and wants it back.
 */
export const gilChecks3_11: ReadonlySet<number> = new Set([38, 140, 150, 151]);
export const gilChecks3_12: ReadonlySet<number> = new Set([140, 151, 240, 246]);
export const gilChecks3_13: ReadonlySet<number> = new Set([77, 149, 207, 236, 249]);
export const gilChecks3_14: ReadonlySet<number> = new Set([75, 128, 175, 176, 196, 245, 253]);
export const gilChecks3_15: ReadonlySet<number> = new Set([74, 128, 181, 182, 200, 201, 244, 252]);

/** Opcodes of a version, as `CallSites` has them, in short. */
interface CallOpcodes {
  readonly behind?: CallSites['behind'];
  readonly calls: Opcodes;
  readonly resumes: Opcodes;
  readonly leaves: Opcodes;
  readonly property?: Entering;
  readonly subscript?: Entering;
}

function callSites({ calls, resumes, leaves, ...rest }: CallOpcodes): CallSites {
  return {
    behind: rest.behind ?? { calls: [0], resumes: [0] },
    property: rest.property ?? null,
    subscript: rest.subscript ?? null,
    calls: opcodeSet(calls),
    resumes: opcodeSet(resumes),
    leaves: opcodeSet(leaves),
  };
}

/** CALL_FUNCTION with its forms, and CALL_METHOD; FOR_ITER and YIELD_FROM: the same wherever there are such, to 3.10. */
const common2_7 = { calls: [131, [140, 142], 161], resumes: [72, 93] } as const;

export const callSites2_7 = callSites({ ...common2_7, leaves: [83, 86, 130] });
export const callSites3_9 = callSites({ ...common2_7, leaves: [48, 83, 86, 130] });
export const callSites3_10 = callSites({ ...common2_7, leaves: [83, 86, 119, 130] });

export const callSites3_11 = callSites({
  behind: { calls: [0, 4], resumes: [0] },
  calls: [[22, 24], [64, 67], 72, 73, [76, 81], 113, 121, 127, [141, 143], 166, 171],
  resumes: [93, 123],
  leaves: [75, 83, 86, 119, 130],
  subscript: { opcode: 19, behind: 4 },
});

/** From here on INSTRUMENTED_ forms, too, which sys.monitoring puts in their place. */
export const callSites3_12 = callSites({
  behind: { calls: [0, 3], resumes: [0, 1] },
  calls: [23, 24, 28, 29, 34, [38, 48], 56, 142, 171, 241, 244],
  resumes: [[62, 65], 93, 123, 168, 248],
  leaves: [75, 83, 119, 121, 130, 150, 242, 243, 247],
  property: { opcode: 77, behind: 9 },
  subscript: { opcode: 20, behind: 1 },
});

export const callSites3_13 = callSites({
  calls: [53, 54, 57, [162, 181], [244, 246]],
  resumes: [72, 104, [187, 190], 208, 243],
  leaves: [35, 36, [101, 103], 118, [239, 241]],
  property: { opcode: 200, behind: 0 },
  subscript: { opcode: 158, behind: 0 },
});

export const callSites3_14 = callSites({
  calls: [4, 52, 55, [143, 165], [250, 252]],
  resumes: [70, 106, [171, 174], 197, 237],
  leaves: [34, 35, 104, 105, 120, 246, 247],
  property: { opcode: 187, behind: 0 },
  subscript: { opcode: 136, behind: 0 },
});

export const callSites3_15 = callSites({
  calls: [4, 50, 53, [144, 168], [249, 251]],
  resumes: [68, 105, [174, 178], [202, 204], 236],
  leaves: [32, 33, 103, 104, 119, 245, 246],
  property: { opcode: 193, behind: 0 },
  subscript: { opcode: 136, behind: 0 },
});
