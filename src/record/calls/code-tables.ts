/** What a function's bytecode refers to: its instructions, names and constants, read from the target once for each function. */
import type { CodeEntry } from '../code/code-entry.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { readBytes, readString } from '../objects/objects.js';
import { decodeWords, type Instructions } from './wordcode.js';

/** Names of one function that are read. */
const maxNames = 4096;

/** Null instructions where they are not words (3.11+), or not readable; constants are addresses. */
export interface Tables {
  readonly code: Instructions | null;
  readonly name: readonly string[];
  readonly local: readonly string[];
  readonly cell: readonly string[];
  readonly constants: readonly number[];
}

export class CodeTables {
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #tables = new WeakMap<CodeEntry, Tables>();

  constructor(layout: Layout, peek: Peek) {
    this.#layout = layout;
    this.#peek = peek;
  }

  /** The same answer every time. */
  of(entry: CodeEntry): Tables {
    let tables = this.#tables.get(entry);
    if (tables === undefined) {
      tables = this.#readTables(entry.address);
      this.#tables.set(entry, tables);
    }
    return tables;
  }

  #readTables(address: number): Tables {
    const { code, isWordcode, values } = this.#layout;
    const name = this.#strings(address + code.names);
    const { names } = values.code;
    const none = { code: null, name, local: [], cell: [], constants: [] };
    if (!isWordcode || code.bytecodeObject === null || names.kind !== 'tuples') return none;
    const bytecode = this.#peek.pointer(address + code.bytecodeObject);
    const bytes = bytecode === null ? null : readBytes(this.#peek, this.#layout, bytecode);
    if (bytes === null) return none;
    return {
      code: decodeWords(bytes),
      name,
      local: this.#strings(address + names.locals),
      cell: [...this.#strings(address + names.cells), ...this.#strings(address + names.free)],
      constants: this.#items(address + code.constants),
    };
  }

  #strings(at: number): string[] {
    return this.#items(at).map((item) => readString(this.#peek, this.#layout, item) ?? '');
  }

  /** Addresses that a tuple holds. */
  #items(at: number): number[] {
    const { tuple } = this.#layout.values;
    const address = this.#peek.pointer(at);
    const head = address ? this.#peek.view(address + tuple.size, 8) : null;
    const count = head === null ? 0 : pointerAt(head, 0);
    const items = address && count <= maxNames ? this.#peek.view(address + tuple.items, 8 * count) : null;
    return items === null
      ? []
      : Array.from({ length: count }, (_, i) => pointerAt(items, 8 * i)).map((item) =>
          isAddress(item) ? item : 0,
        );
  }
}
