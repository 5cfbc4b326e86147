/**
 * Follows a copied stack from the innermost frame to the thread's start, by the tables for unwinding. Of a thread that waits only
 * stack pointer and instruction are known; of one that was interrupted, all registers. Where a frame's size hangs on another register that nobody saved, its end is looked for
 * (`frame-search.ts`); an end is believed if it leads to the thread's start.
 */

import { MalformedTable } from '../symbols/dwarf-bytes.js';
import { evaluate } from '../symbols/dwarf-expression.js';
import type { FrameRule, SavedRegister } from '../symbols/frame-rule.js';
import type { CodePlace, CodePlaces } from './code-places.js';
import type { FrameSearch } from './frame-search.js';
import type { NativeEnd, NativeFrame, NativeStack } from './native-stack.js';
import type { RegisterSet } from './registers.js';
import type { CopiedStack } from './stack-copy.js';

const limits = {
  /** A Python to 3.10 has three to five for each frame of its own. */
  frames: 8192,
  /** Ends that are tried in one stack. */
  guesses: 16,
} as const;

/** A return address of zero is a start, too, but no proof of what was guessed: stacks are full of zeros. */
type FoundEnd = NativeEnd | 'zero';

/** What is known where a frame begins. */
interface Position {
  readonly pc: number;
  readonly stackPointer: number;
  readonly registers: Float64Array;
  /** Whether the place is right behind a call, which may be the last instruction of its function. */
  readonly isReturn: boolean;
}

export class NativeUnwinder {
  readonly #places: Pick<CodePlaces, 'find'>;
  readonly #set: RegisterSet;
  readonly #search: Pick<FrameSearch, 'ends'>;
  #guesses = 0;

  constructor(places: Pick<CodePlaces, 'find'>, set: RegisterSet, search: Pick<FrameSearch, 'ends'>) {
    this.#places = places;
    this.#set = set;
    this.#search = search;
  }

  unwind(copy: CopiedStack): NativeStack {
    this.#guesses = limits.guesses;
    const registers = copy.registers?.slice() ?? new Float64Array(this.#set.count).fill(Number.NaN);
    const frames: NativeFrame[] = [];
    const { instruction: pc, start: stackPointer } = copy;
    const end = this.#follow(copy, { pc, stackPointer, registers, isReturn: false }, frames);
    return { frames, end: end === 'zero' ? 'start' : end };
  }

  /** @param frames gets those from the position on */
  #follow(copy: CopiedStack, from: Position, frames: NativeFrame[]): FoundEnd {
    let position = from;
    for (;;) {
      if (frames.length >= limits.frames) return 'too-deep';
      const { pc, stackPointer: low, registers, isReturn } = position;
      const code = this.#places.find(isReturn ? pc - 1 : pc);
      const add = (end: number): void => {
        frames.push({ pc, code, low, end, registers });
      };
      if (code?.rule == null) {
        add(Number.NaN);
        return 'unknown-code';
      }
      if (code.rule.isOutermost) {
        add(Number.NaN);
        return 'start';
      }
      const end = this.#frameEnd(code.rule, position, copy);
      if (Number.isNaN(end)) return this.#guess(copy, position, code, frames);
      add(end);
      const next = this.#caller(code.rule, position, end, copy);
      if (typeof next === 'string') return next;
      position = next;
    }
  }

  /** Tries ends of a frame, until one leads to the thread's start. */
  #guess(copy: CopiedStack, position: Position, code: CodePlace, frames: NativeFrame[]): FoundEnd {
    const { pc, stackPointer: low, registers } = position;
    const depth = frames.length;
    let result: FoundEnd = 'unknown-frame';
    for (const end of this.#search.ends(copy, low, code.start)) {
      if (this.#guesses-- <= 0) break;
      frames.push({ pc, code, low, end, registers });
      const next = this.#caller(code.rule!, position, end, copy);
      const found = typeof next === 'string' ? next : this.#follow(copy, next, frames);
      if (found === 'start') return found;
      frames.length = depth;
      // A longer copy may show that this one was right.
      if (found === 'outside') result = found;
    }
    frames.push({ pc, code, low, end: Number.NaN, registers });
    return result;
  }

  /** The frame's end; NaN where that is not known. */
  #frameEnd({ address }: FrameRule, position: Position, copy: CopiedStack): number {
    const { register, offset, expression } = address;
    if (expression !== null) return evaluated(expression, this.#machine(position, copy), null);
    return this.#valueOf(register, position) + offset;
  }

  #valueOf(register: number, { stackPointer, registers }: Position): number {
    return register === this.#set.stackPointer ? stackPointer : (registers[register] ?? Number.NaN);
  }

  #machine(position: Position, copy: CopiedStack) {
    const registers = position.registers.slice();
    registers[this.#set.stackPointer] = position.stackPointer;
    return { registers, load: (address: number) => copy.load(address) };
  }

  /** What is known of the caller, or why there is none to follow. */
  #caller(rule: FrameRule, position: Position, end: number, copy: CopiedStack): Position | FoundEnd {
    const { count, stackPointer, preserved, returnOffset } = this.#set;
    const registers = new Float64Array(count).fill(Number.NaN);
    for (const register of preserved) registers[register] = position.registers[register]!;
    let pc = copy.load(end + returnOffset);
    let callers = end;
    for (const saved of rule.saved) {
      const value = this.#savedValue(saved, position, end, copy);
      if (saved.register === rule.returnAddress) pc = value;
      else if (saved.register === stackPointer) callers = value;
      else if (saved.register < count) registers[saved.register] = value;
    }
    if (pc === 0) return 'zero';
    if (Number.isNaN(pc) || Number.isNaN(callers)) return 'outside';
    // Callers lie above. A handler of signals may have a stack of its own, which is not copied.
    if (callers <= position.stackPointer) return 'outside';
    return { pc, stackPointer: callers, registers, isReturn: !rule.isSignal };
  }

  #savedValue(saved: SavedRegister, position: Position, end: number, copy: CopiedStack): number {
    switch (saved.kind) {
      case 'at':
        return copy.load(end + saved.offset);
      case 'value':
        return end + saved.offset;
      case 'register':
        return this.#valueOf(saved.other, position);
      case 'at-expression':
        return copy.load(evaluated(saved.expression, this.#machine(position, copy), end));
      case 'value-expression':
        return evaluated(saved.expression, this.#machine(position, copy), end);
      case 'unknown':
        return Number.NaN;
    }
  }
}

function evaluated(...[expression, machine, initial]: Parameters<typeof evaluate>): number {
  try {
    return evaluate(expression, machine, initial);
  } catch (error) {
    if (error instanceof MalformedTable) return Number.NaN;
    throw error;
  }
}
