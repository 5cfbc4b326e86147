/** Sets of opcodes, as rows of numbers. */

/** Opcodes as single numbers, and ranges of them as pairs. */
export type Opcodes = readonly (number | readonly [number, number])[];

export function opcodeSet(opcodes: Opcodes): ReadonlySet<number> {
  const all = opcodes.flatMap((item) =>
    typeof item === 'number' ? [item] : Array.from({ length: item[1] - item[0] + 1 }, (_, i) => item[0] + i),
  );
  return new Set(all);
}
