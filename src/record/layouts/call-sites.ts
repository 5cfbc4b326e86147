/**
 * Instructions at which a frame stands while it waits for what it called: calls of functions, and loops over generators
 * and awaits, with what the interpreter rewrites them to. From Include/opcode.h (3.11, 3.12), Include/opcode_ids.h
 * (3.13), and what 3.14.8 and 3.15.0 say in opcode.opmap and opcode._specialized_opmap.
 */

export interface CallSites {
  readonly opcodes: ReadonlySet<number>;
  /**
   * How many units of two bytes behind such an instruction's own the pointer can stand: in 3.11 and 3.12 an inlined
   * call leaves it at the last of the inline caches (DISPATCH_INLINED in Python/ceval.c).
   */
  readonly behind: readonly number[];
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

/** Opcodes as single numbers, and ranges of them as pairs. */
function callSites(
  behind: readonly number[],
  opcodes: readonly (number | readonly [number, number])[],
): CallSites {
  const all = opcodes.flatMap((item) =>
    typeof item === 'number' ? [item] : Array.from({ length: item[1] - item[0] + 1 }, (_, i) => item[0] + i),
  );
  return { behind, opcodes: new Set(all) };
}

/** FOR_ITER, SEND, CALL_FUNCTION_EX, CALL and its forms; PRECALL calls what is not written in Python. */
export const callSites3_11 = callSites(
  [0, 4],
  [93, 123, 142, 171, [22, 24], [64, 67], 72, 73, [76, 81], 113, 121, 127, 141, 143, 166],
);

/** From here on INSTRUMENTED_ forms, too, which sys.monitoring puts in their place. */
export const callSites3_12 = callSites(
  [0, 3, 1],
  [93, 123, 142, 171, 23, 24, 28, 29, 34, [38, 48], 56, [62, 65], 168, 241, 244, 248],
);

export const callSites3_13 = callSites([0], [53, 54, 57, 72, 104, [162, 181], [187, 190], 208, [243, 246]]);

export const callSites3_14 = callSites(
  [0],
  [4, 52, 55, 70, 106, [143, 165], [171, 174], 197, 237, [250, 252]],
);

export const callSites3_15 = callSites(
  [0],
  [4, 50, 53, 68, 105, [144, 168], [174, 178], [202, 204], 236, [249, 251]],
);
