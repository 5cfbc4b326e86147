/** Stacks that tests make up, with code that has tables. */
import type { CodePlace } from '../../../src/record/native/code-places.js';
import type { NativeFrame } from '../../../src/record/native/native-stack.js';
import { registers } from '../../../src/record/native/registers.js';
import type { CopiedStack } from '../../../src/record/native/stack-copy.js';
import type { CallFrames } from '../../../src/record/symbols/call-frames.js';

export const stackStart = 0x7f00_0000_0000;

/** What the processor that the tests run on may have no row for. */
export const x64 = registers ?? {
  count: 17,
  stackPointer: 7,
  preserved: [3, 6, 12, 13, 14, 15],
  instruction: 16,
  returnOffset: -8,
};

/** A copy of so many bytes from `stackStart` on; words that are not given are 0. */
export class MadeStack implements CopiedStack {
  readonly start = stackStart;
  readonly end: number;
  readonly instruction: number;
  readonly words = new Map<number, number>();

  constructor(instruction: number, bytes: number) {
    this.instruction = instruction;
    this.end = this.start + bytes;
  }

  put(offset: number, value: number): void {
    this.words.set(this.start + offset, value);
  }

  load(address: number): number {
    if (!(address >= this.start && address + 8 <= this.end) || address % 8 !== 0) return Number.NaN;
    return this.words.get(address) ?? 0;
  }
}

/** The places of one binary that lies where it is linked to. */
export function placesOf(frames: CallFrames): { find(address: number): CodePlace | null } {
  const file = { path: '/made' } as CodePlace['file'];
  return {
    find: (address) => {
      const rule = frames.rule(address);
      return rule === null ? null : { file, bias: 0, rule, start: rule.start };
    },
  };
}

/** A frame as unwinding leaves it. */
export function madeFrame(
  low: number,
  end: number,
  code: CodePlace | null,
  held: Record<number, number> = {},
): NativeFrame {
  const values = new Float64Array(x64.count).fill(Number.NaN);
  for (const [register, value] of Object.entries(held)) values[Number(register)] = value;
  return { pc: code?.start ?? 1, code, low: stackStart + low, end: stackStart + end, registers: values };
}
