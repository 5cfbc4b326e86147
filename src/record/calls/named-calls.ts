/**
 * Which calls a function's bytecode allows at which instruction: the callee was named before, on the same line, or has the
 * name that goes with an operator. Memory is read once for each function.
 */

import { type SiteKind, siteKind } from '../code/call-site.js';
import type { CodeEntry } from '../code/code-entry.js';
import { lineAt } from '../code/linetable.js';
import type { Layout } from '../layouts/layout.js';
import type { OperatorKind } from '../layouts/operators.js';
import type { Peek } from '../memory/peek.js';
import { Callables } from './callables.js';
import type { Arguments } from './called-objects.js';
import { CodeTables, type Tables } from './code-tables.js';
import { callsFor } from './operator-calls.js';
import { argumentsOf, constantOf, type Instructions, isExit, loaderOf, nameOf } from './wordcode.js';

/** Low bits of the argument of LOAD_SUPER_ATTR that do not belong to the index of the name (3.12+). */
const superShift = 2;

/** How often it is looked up what is called from one place. */
const maxReads = 24;

/** What calls at an instruction can be of. */
interface Named {
  /** Names that were loaded before on the same line. */
  readonly names: ReadonlySet<string>;
  /** Addresses of constants that were. */
  readonly constants: ReadonlySet<number>;
  /** That of what is called itself, where it can be told. */
  readonly callable: string | null;
  /** The instruction that loaded it, and how often it was looked up what that is. */
  readonly loader: number | null;
  reads: number;
  /** Whether that is a variable, which can hold anything. */
  readonly isLocal: boolean;
  /** Whether a function of that very name was called. */
  isFunction: boolean;
}

/** From where something is called. */
interface CallPlace {
  readonly caller: CodeEntry;
  readonly kind: SiteKind;
  /** Of the instruction, in bytes from the start of the bytecode. */
  readonly position: number;
}

export class NamedCalls {
  readonly #layout: Layout;
  readonly #callables: Callables;
  readonly #tables: CodeTables;
  readonly #named = new WeakMap<CodeEntry, Map<number, Named>>();
  /** Code of functions that were called by a name which is not theirs. */
  readonly #aliases = new Map<string, Set<CodeEntry>>();

  constructor(layout: Layout, peek: Peek) {
    this.#layout = layout;
    this.#tables = new CodeTables(layout, peek);
    this.#callables = new Callables(layout, peek);
  }

  /**
   * @param unit opcode and argument that stand there
   * @returns false if the call is not known to be possible
   */
  isPossible(
    { caller, kind, position }: CallPlace,
    unit: readonly [number, number],
    callee: CodeEntry,
  ): boolean {
    if (position < 0) return false;
    const tables = this.#tables.of(caller);
    // What is resumed was called before, if under the same name.
    const isResumed = kind === siteKind.resumes && callee.isGenerator;
    const operator = kind === siteKind.calls || isResumed ? undefined : this.#layout.operators.get(unit[0]);
    if (operator !== undefined) {
      const attribute = this.#attribute(tables, operator, position, unit[1]);
      if (callsFor(operator, callee.name, attribute)) return true;
    }
    if (tables.code === null || (kind !== siteKind.calls && kind !== siteKind.resumes)) return false;
    const named = this.#namedAt(caller, tables, tables.code, position);
    const { names, constants, callable } = named;
    if (kind === siteKind.calls && callee.isGenerator) {
      // Calling a generator function only makes the generator. C code runs those that are passed to it, on this line or another.
      if (named.isFunction || callable === null || callable === callee.name) return false;
      return callee.isCoroutine || constants.has(callee.address);
    }
    if (constants.has(callee.address)) return true;
    if (names.has(callee.name)) {
      if (callable === callee.name) named.isFunction = true;
      return true;
    }
    const isAlias = kind === siteKind.calls && callable !== null && !named.isFunction;
    return isAlias && this.#aliases.get(callable)?.has(callee) === true;
  }

  /**
   * Whether a function's bytecode calls functions of such a name on other lines, and on none that an instruction is on. It is by
   * that name that they are called, not by what stands anywhere.
   */
  isOnOtherLines(caller: CodeEntry, position: number, callee: CodeEntry): boolean {
    const tables = this.#tables.of(caller);
    const { code } = tables;
    if (code === null || position < 0) return false;
    const { lines, firstLine } = caller;
    const here = lineAt(lines, position, firstLine);
    let isElsewhere = false;
    for (let place = 0; place < code.opcodes.length; place++) {
      if (!this.#callsAt(tables, code, place, callee.name)) continue;
      if (lineAt(lines, 2 * place, firstLine) === here) return false;
      isElsewhere = true;
    }
    return isElsewhere;
  }

  /** Whether an instruction calls something by a name, or has an operator that does. */
  #callsAt(tables: Tables, code: Instructions, place: number, name: string): boolean {
    const operator = this.#layout.operators.get(code.opcodes[place]!);
    if (operator !== undefined) {
      const attribute = this.#attribute(tables, operator, 2 * place, code.arguments[place]!);
      if (callsFor(operator, name, attribute)) return true;
    }
    const loader = loaderOf(code, place);
    const named = loader === null ? null : nameOf(code, loader);
    return named !== null && tables[named[0]][named[1]] === name;
  }

  /** The name of the attribute that an instruction loads, whose argument is given. */
  attribute(caller: CodeEntry, position: number, value: number): string | null {
    return this.#attribute(this.#tables.of(caller), 'load', position, value);
  }

  /** Takes note that a call was found in memory: what is called by a name may have another one itself, such as a wrapper. */
  prove(caller: CodeEntry, kind: SiteKind, position: number, callee: CodeEntry): void {
    const tables = this.#tables.of(caller);
    if (tables.code === null || kind !== siteKind.calls || position < 0 || callee.isGenerator) return;
    const { callable, isLocal } = this.#namedAt(caller, tables, tables.code, position);
    if (callable === null || isLocal) return;
    let known = this.#aliases.get(callable);
    if (known === undefined) {
      known = new Set();
      this.#aliases.set(callable, known);
    }
    known.add(callee);
  }

  /**
   * Looks up what an instruction calls, if that can have another name than its own.
   * @param frame address of the caller's frame
   * @returns null if it cannot be told
   */
  holds({ caller, kind, position }: CallPlace, frame: number, callee: CodeEntry): boolean | null {
    const tables = this.#tables.of(caller);
    if (tables.code === null || kind !== siteKind.calls || position < 0) return null;
    const named = this.#namedAt(caller, tables, tables.code, position);
    if (named.isFunction) return false;
    if (named.loader === null || named.reads >= maxReads) return null;
    named.reads++;
    const called = this.#callables.called(frame, { ...tables, code: tables.code }, named.loader);
    if (called === null) return null;
    // C code may apply operators, and run generators that are passed to it: no evidence that it does.
    if (called === 'native') return null;
    // A generator function only makes a generator.
    if (!callee.isGenerator && called.codes.includes(callee.address)) return true;
    return called.isAll ? false : null;
  }

  /**
   * What an instruction calls, and how many values lie above that on the evaluation stack: its arguments.
   * @param frame address of the caller's frame
   * @returns null if it cannot be told
   */
  calledWith(caller: CodeEntry, position: number, frame: number): Arguments | null {
    const tables = this.#tables.of(caller);
    const count = tables.code === null ? null : argumentsOf(tables.code, position >>> 1);
    if (tables.code === null || count === null) return null;
    const { loader } = this.#namedAt(caller, tables, tables.code, position);
    const callable =
      loader === null ? null : this.#callables.value(frame, { ...tables, code: tables.code }, loader);
    return callable === null ? null : { callable, count };
  }

  /** Whether an instruction calls something that has another name there than its own, such as a wrapper. */
  isOpen(caller: CodeEntry, kind: SiteKind, position: number, callee: CodeEntry): boolean {
    const tables = this.#tables.of(caller);
    if (tables.code === null || kind !== siteKind.calls || position < 0) return false;
    return !callee.isGenerator && !this.#namedAt(caller, tables, tables.code, position).isFunction;
  }

  #namedAt(caller: CodeEntry, tables: Tables, code: Instructions, position: number): Named {
    let sites = this.#named.get(caller);
    if (sites === undefined) {
      sites = new Map();
      this.#named.set(caller, sites);
    }
    let named = sites.get(position);
    if (named === undefined) {
      named = collect(caller, tables, code, position >>> 1);
      sites.set(position, named);
    }
    return named;
  }

  /** The name of an attribute that an instruction loads or sets, if it does. */
  #attribute({ code, name }: Tables, operator: OperatorKind, position: number, value: number): string | null {
    if (operator !== 'load' && operator !== 'super' && operator !== 'store') return null;
    if (code !== null) return name[code.arguments[position >>> 1] ?? -1] ?? null;
    const shift = operator === 'load' ? this.#layout.attributeShift : operator === 'super' ? superShift : 0;
    // Of an index above 255 only the low bits are here.
    return name[value >>> shift] ?? null;
  }
}

function collect({ lines, firstLine }: CodeEntry, tables: Tables, code: Instructions, at: number): Named {
  const names = new Set<string>();
  const constants = new Set<number>();
  const line = lineAt(lines, 2 * at, firstLine);
  const nameAt = (place: number): string | null => {
    const named = nameOf(code, place);
    return named && (tables[named[0]][named[1]] ?? null);
  };
  for (let place = 0; place < Math.min(at, code.opcodes.length); place++) {
    if (lineAt(lines, 2 * place, firstLine) !== line) continue;
    const name = nameAt(place);
    if (name !== null) names.add(name);
    const constant = constantOf(code, place);
    if (constant !== null) constants.add(tables.constants[constant] ?? 0);
  }
  if (isExit(code, at)) {
    names.add('__exit__');
    names.add('__aexit__');
  }
  const loader = loaderOf(code, at);
  const callable = loader === null ? null : nameAt(loader);
  const isLocal = loader !== null && nameOf(code, loader)?.[0] !== 'name';
  if (callable !== null) names.add(callable);
  return { names, constants, callable, loader, reads: 0, isLocal, isFunction: false };
}
