/** The stack of a thread that ran, as the kernel copied it in an interrupt: all of it, and the registers, of one moment. */
import type { CopiedThread } from '../../platform/interrupts.js';
import { pointerIn } from '../memory/pointers.js';
import type { RegisterSet } from './registers.js';
import type { CopiedStack } from './stack-copy.js';

export class InterruptedStack implements CopiedStack {
  readonly start: number;
  readonly end: number;
  readonly instruction: number;
  readonly registers: Float64Array;
  readonly #words: Uint32Array;

  /** @param copied is not copied again: it must stay as it is while this is in use */
  constructor({ registers, stack }: CopiedThread, set: RegisterSet) {
    this.registers = registers;
    this.start = registers[set.stackPointer]!;
    this.end = this.start + stack.length * 4;
    this.instruction = registers[set.instruction]!;
    this.#words = stack;
  }

  load(address: number): number {
    const inside = address - this.start;
    if (!(inside >= 0 && address + 8 <= this.end) || inside % 8 !== 0) return Number.NaN;
    return pointerIn(this.#words, inside >>> 2);
  }
}
