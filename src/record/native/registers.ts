/** Registers that a stack is unwound with, by the numbers that DWARF gives them, as data for each processor architecture. */
import { PyspyError } from '../../errors.js';

export interface RegisterSet {
  /** Registers are numbered below this. */
  readonly count: number;
  readonly stackPointer: number;
  /** Where the thread stands. */
  readonly instruction: number;
  /** Which a function gives back as it found them, so that they pass through functions that do not use them. */
  readonly preserved: readonly number[];
  /** Where the return address is if nothing else is said: so many bytes from the frame's end. */
  readonly returnOffset: number;
}

/** System V Application Binary Interface, AMD64 supplement 1.0, figures 3.4 and 3.36. */
const x64: RegisterSet = {
  count: 17,
  stackPointer: 7,
  instruction: 16,
  preserved: [3, 6, 12, 13, 14, 15], // rbx, rbp, r12 to r15
  returnOffset: -8,
};

/** By the names that Node has for a system and an architecture. Those without a row have no native frames yet. */
const registerSets: Readonly<Partial<Record<string, RegisterSet>>> = { 'linux-x64': x64 };

const own = `${process.platform}-${process.arch}`;

/** That of this machine; null where native frames are not read on it. */
export const registers: RegisterSet | null = registerSets[own] ?? null;

/** @throws PyspyError of kind "usage" where native frames are not read on this machine */
export function requireRegisters(): RegisterSet {
  if (registers !== null) return registers;
  throw new PyspyError('usage', `native frames are not read on ${own} yet`, {
    hint: 'Without --native, Python frames are.',
  });
}
