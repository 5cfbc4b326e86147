/** What test/targets/variables.py says of its variables, against what is read of them. */
import { expect } from 'vitest';
import type { DumpFrame } from '../../src/format/dump-result.js';

/** Of one frame: values as the interpreter itself writes them. */
export interface VariableTruth {
  readonly function: string;
  readonly arguments: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly absent: readonly string[];
}

export function expectVariables(truth: readonly VariableTruth[], frames: readonly DumpFrame[]): void {
  const last = (frame: DumpFrame): string => frame.function.split('.').at(-1)!;
  expect(truth.length).toBeGreaterThan(8);
  for (const expected of truth) {
    const found = frames.find((frame) => last(frame) === expected.function);
    expect(found, expected.function).toMatchObject({ arguments: expected.arguments });
    const names = Object.keys(expected.values);
    const values = Object.fromEntries(names.map((name) => [name, found!.locals![name]]));
    expect(values, expected.function).toEqual(expected.values);
    for (const name of expected.absent) expect(found!.locals, expected.function).not.toHaveProperty(name);
  }
  // The module's variables are its globals, which nobody asked for.
  expect(frames.at(-1)).toMatchObject({ function: '<module>', arguments: [], locals: {} });
}
