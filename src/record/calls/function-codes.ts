/** Which code a function object runs, read from the target when it is met, and remembered by address. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';

/** Function objects that are remembered. */
const maxFunctions = 4096;

/** In place of a code object's address: there was more than one. */
const several = -1;

export class FunctionCodes {
  readonly #functionCode: number | null;
  readonly #peek: Peek;
  readonly #codes = new Map<number, number>();

  constructor({ functionCode }: Pick<Layout, 'functionCode'>, peek: Peek) {
    this.#functionCode = functionCode;
    this.#peek = peek;
  }

  /** Whether a function object runs some code, both by their addresses; it is read if that is not what is remembered. */
  isOf(function_: number, code: number): boolean {
    return this.#codes.get(function_) === code || this.#read(function_) === code;
  }

  /**
   * The code that a function object ran before, and still does. A lambda is made and freed for each call, and lies where
   * another was: what is read of it can be of that other.
   * @returns null where that is not known
   */
  lasting(function_: number): number | null {
    const before = this.#codes.get(function_);
    const code = this.#read(function_);
    return code === before ? code : null;
  }

  /** @returns null where it is not readable */
  #read(function_: number): number | null {
    const code = this.#functionCode === null ? null : this.#peek.pointer(function_ + this.#functionCode);
    if (code === null) return null;
    const before = this.#codes.get(function_);
    if (before === undefined && this.#codes.size >= maxFunctions) this.#codes.clear();
    this.#codes.set(function_, before === undefined || before === code ? code : several);
    return code;
  }
}
