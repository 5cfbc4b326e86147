/**
 * Free-threaded builds give every thread but the first a copy of a function's bytecode of its own, made when the
 * thread first runs it (Objects/codeobject.c 3.14, co_tlbc). An instruction is in one of the copies, and which one
 * is found by where it points: that is true also of a generator that goes from one thread to another. A copy lives
 * as long as its thread, so what was found holds until threads come or go: the interpreter counts that.
 */

import type { RangeList } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import type { CodeEntry } from './code-entry.js';
import { InterpreterCount } from './interpreter-count.js';

/** Copies of one code object that are looked at: one a thread. */
const maxCopies = 65_536;

/** The list of copies is replaced by a longer one now and then, which can happen just while it is read. */
const readTries = 3;

type Bytecode = Pick<CodeEntry, 'address' | 'bytecode' | 'lines' | 'copies' | 'copiesRound'>;

export class BytecodeCopies {
  readonly #copies: number | null;
  readonly #generation: InterpreterCount;
  readonly #peek: Peek;
  /** What was found in an earlier round counts no more. */
  #round = 1;

  constructor(layout: Layout, peek: Peek) {
    this.#copies = layout.code.copies;
    this.#generation = new InterpreterCount(layout.interpreter.copiesGeneration);
    this.#peek = peek;
  }

  /** To be called when the threads' frames are in the list: what they refer to must be known from after them. */
  plan(ranges: RangeList, interpreters: readonly number[]): void {
    this.#generation.plan(ranges, interpreters);
  }

  /** Takes from what the planned read brought whether threads came or went. */
  update(words: Uint32Array): void {
    if (!this.#generation.isSame(words)) this.#round++;
  }

  /** Where the bytecode starts that an instruction is in: the code object's own, if it is in no copy. */
  start(entry: Bytecode, instruction: number): number {
    if (this.#copies === null || isInside(entry, entry.bytecode, instruction)) return entry.bytecode;
    if (entry.copiesRound !== this.#round) {
      entry.copiesRound = this.#round;
      entry.copies.length = 0;
    }
    for (const copy of entry.copies) if (isInside(entry, copy, instruction)) return copy;
    for (let tries = 0; tries < readTries; tries++) {
      const copy = this.#search(entry, instruction, this.#copies);
      if (copy === null) continue;
      entry.copies.push(copy);
      return copy;
    }
    return entry.bytecode;
  }

  #search(entry: Bytecode, instruction: number, offset: number): number | null {
    const list = this.#peek.pointer(entry.address + offset);
    const count = list ? this.#peek.u32(list) : null;
    const copies = list && count !== null && count <= maxCopies ? this.#peek.view(list + 8, count * 8) : null;
    for (let at = 0; copies !== null && at < copies.byteLength; at += 8) {
      const copy = pointerAt(copies, at);
      if (isAddress(copy) && isInside(entry, copy, instruction)) return copy;
    }
    return null;
  }
}

/** The line table covers the bytecode, so its end is where that ends. */
function isInside(entry: Bytecode, start: number, instruction: number): boolean {
  return instruction >= start && instruction < start + entry.lines.end;
}
