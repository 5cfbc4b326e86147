/** Expressions in unwinding information: a small stack machine over registers and memory (DWARF 5, 2.5). */
import { DwarfBytes } from './dwarf-bytes.js';

/** Longer ones, and more values at once, are met in no binary. Nothing loops: jumps are not followed. */
const limits = { steps: 256, values: 64 } as const;

/** What an expression is about. */
export interface Machine {
  /** By DWARF number; NaN where not known. */
  readonly registers: ArrayLike<number>;
  /** A 64-bit word of memory; NaN where that is not known. */
  readonly load: (address: number) => number;
}

/** Operations that take two values and leave one: the upper is `b`. */
const binary: ReadonlyMap<number, (a: number, b: number) => number> = new Map([
  [0x1a, (a, b) => Number(BigInt(a) & BigInt(b))], // DW_OP_and
  [0x1c, (a, b) => a - b], // DW_OP_minus
  [0x1e, (a, b) => a * b], // DW_OP_mul
  [0x22, (a, b) => a + b], // DW_OP_plus
  [0x24, (a, b) => a * 2 ** b], // DW_OP_shl
  [0x29, (a, b) => (a === b ? 1 : 0)], // DW_OP_eq
  [0x2a, (a, b) => (a >= b ? 1 : 0)], // DW_OP_ge
  [0x2b, (a, b) => (a > b ? 1 : 0)], // DW_OP_gt
  [0x2c, (a, b) => (a <= b ? 1 : 0)], // DW_OP_le
  [0x2d, (a, b) => (a < b ? 1 : 0)], // DW_OP_lt
]);

/** Operations that add a constant. */
const constants: ReadonlyMap<number, (bytes: DwarfBytes) => number> = new Map([
  [0x08, (bytes) => bytes.u8()], // DW_OP_const1u …
  [0x09, (bytes) => bytes.i8()],
  [0x0a, (bytes) => bytes.u16()],
  [0x0b, (bytes) => bytes.i16()],
  [0x0c, (bytes) => bytes.u32()],
  [0x0d, (bytes) => bytes.i32()],
  [0x10, (bytes) => bytes.uleb()], // DW_OP_constu, DW_OP_consts
  [0x11, (bytes) => bytes.sleb()],
]);

/**
 * @param initial what lies on the stack at first; null for nothing
 * @returns the value, NaN where it is not known or the operation is not in use
 * @throws MalformedTable
 */
export function evaluate(expression: Uint8Array, machine: Machine, initial: number | null): number {
  const bytes = new DwarfBytes(expression);
  const values: number[] = initial === null ? [] : [initial];
  const pop = (): number => values.pop() ?? Number.NaN;
  for (let step = 0; bytes.at < expression.byteLength; step++) {
    if (step === limits.steps || values.length > limits.values) return Number.NaN;
    const operation = bytes.u8();
    const constant = constants.get(operation);
    const combine = binary.get(operation);
    if (constant !== undefined) values.push(constant(bytes));
    else if (combine !== undefined) {
      const b = pop();
      const a = pop();
      // What is not known, or no integer, is nothing to calculate with.
      if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return Number.NaN;
      values.push(combine(a, b));
    } else if (operation >= 0x30 && operation <= 0x4f)
      values.push(operation - 0x30); // DW_OP_lit0 …
    else if (operation >= 0x70 && operation <= 0x8f)
      values.push((machine.registers[operation - 0x70] ?? Number.NaN) + bytes.sleb()); // DW_OP_breg0 …
    else if (operation === 0x06)
      values.push(machine.load(pop())); // DW_OP_deref
    else if (operation === 0x12)
      values.push(values.at(-1) ?? Number.NaN); // DW_OP_dup
    else if (operation === 0x13)
      pop(); // DW_OP_drop
    else if (operation === 0x23)
      values.push(pop() + bytes.uleb()); // DW_OP_plus_uconst
    else return Number.NaN;
  }
  return pop();
}
