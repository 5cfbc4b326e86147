/**
 * Finds in the target's memory which object the name before a call refers to now, and which code runs when that is called: a
 * function's, a method's, or the `__call__` or `__init__` of its class. For frames that are objects (to 3.10).
 */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { findEntry, readAttributes, readDictItem, readTypeName } from '../objects/objects.js';
import { type Instructions, loadedBy, nameOf, producerOf } from './wordcode.js';

/** Attributes of attributes that are followed, and classes that are looked through for one. */
const maxDepth = 4;
const maxClasses = 64;

/** Py_TPFLAGS_TYPE_SUBCLASS (Include/object.h). */
const typeFlag = 0x80000000;

/** Objects that hold a function as their first field: __func__, sm_callable, cm_callable, prop_get, fn. */
const holders = new Set(['method', 'staticmethod', 'classmethod', 'property', 'functools.partial']);

const natives = new Set(['builtin_function_or_method', 'method_descriptor', 'wrapper_descriptor']);

export interface FrameNames {
  readonly code: Instructions;
  readonly name: readonly string[];
  readonly local: readonly string[];
}

export interface Called {
  readonly codes: readonly number[];
  readonly isAll: boolean;
}

export class Callables {
  readonly #layout: Layout;
  readonly #peek: Peek;

  constructor(layout: Layout, peek: Peek) {
    this.#layout = layout;
    this.#peek = peek;
  }

  /**
   * @param frame address of a frame that stands at the call, or stood there
   * @param loader the instruction that loaded what is called
   * @returns addresses of code objects, and whether no other is called; or `native` if it is a function of C code; or null if
   *   it cannot be told
   */
  called(frame: number, names: FrameNames, loader: number): Called | 'native' | null {
    const value = this.value(frame, names, loader);
    if (value === null) return null;
    if (natives.has(readTypeName(this.#peek, this.#layout, value) ?? '')) return 'native';
    const function_ = this.#functionCode(value);
    if (function_ !== null) return { codes: [function_], isAll: true };
    return { codes: this.#codesOf(value), isAll: false };
  }

  /** The address of the object that an instruction loads; null if it cannot be told. */
  value(frame: number, names: FrameNames, loader: number): number | null {
    return this.#value(frame, names, loader, 0);
  }

  #value(frame: number, names: FrameNames, at: number, depth: number): number | null {
    const { code, name, local } = names;
    const named = nameOf(code, at);
    if (named === null || depth > maxDepth) return null;
    const [table, index] = named;
    const { localsplus, globals } = this.#layout.values.frame;
    if (table === 'local') return this.#pointer(frame + localsplus + 8 * index);
    if (table === 'cell') {
      const cell = this.#pointer(frame + localsplus + 8 * (local.length + index));
      return cell && this.#pointer(cell + this.#layout.values.cell);
    }
    const word = name[index];
    if (word === undefined) return null;
    if (loadedBy(code, at) === 'global') {
      for (const place of [globals, globals - 8]) {
        // f_builtins stands before f_globals.
        const dict = this.#pointer(frame + place);
        const found = dict && readDictItem(this.#peek, this.#layout, dict, word);
        if (found) return found;
      }
      return null;
    }
    const receiver = producerOf(code, at, 0);
    const object = receiver === null ? null : this.#value(frame, names, receiver, depth + 1);
    return object && this.#attribute(object, word);
  }

  #attribute(object: number, name: string): number | null {
    const { object: head, module } = this.#layout;
    const type = this.#pointer(object + head.type);
    if (type === null) return null;
    if (readTypeName(this.#peek, this.#layout, object) === 'module') {
      const dict = this.#pointer(object + module.dict);
      return dict && readDictItem(this.#peek, this.#layout, dict, name);
    }
    const found = this.#lookUp(this.#isType(object) ? object : type, name);
    if (found !== null || this.#isType(object)) return found;
    if (name === '__class__') return type;
    const own = readAttributes(this.#peek, this.#layout, object);
    return findEntry(this.#peek, this.#layout, own, name)?.value ?? null;
  }

  /** What runs when a class or an instance is called. */
  #codesOf(value: number): number[] {
    const type = this.#pointer(value + this.#layout.object.type);
    if (type === null) return [];
    const made = this.#isType(value)
      ? [this.#lookUp(value, '__init__'), this.#lookUp(value, '__new__'), this.#lookUp(type, '__call__')]
      : [this.#lookUp(type, '__call__')];
    return made.flatMap((found) => (found === null ? [] : (this.#functionCode(found) ?? [])));
  }

  /** The code of a function, or of one that another object stands for. */
  #functionCode(value: number): number | null {
    const { functionCode, object } = this.#layout;
    if (functionCode === null) return null;
    let at: number | null = value;
    for (let depth = 0; at !== null && depth < maxDepth; depth++) {
      const name = readTypeName(this.#peek, this.#layout, at);
      if (name === 'function') return this.#pointer(at + functionCode);
      if (name === null || !holders.has(name)) return null;
      at = this.#pointer(at + object.size);
    }
    return null;
  }

  /** What a class or the first of its bases that has it holds under a name (tp_mro). */
  #lookUp(type: number, name: string): number | null {
    const { tuple, typeObject } = this.#layout.values;
    const order = this.#pointer(type + typeObject.order);
    const head = order && this.#peek.view(order + tuple.size, 8);
    const count = head ? Math.min(pointerAt(head, 0), maxClasses) : 0;
    for (let i = 0; order !== null && i < count; i++) {
      const base = this.#pointer(order + tuple.items + 8 * i);
      const dict = base && this.#pointer(base + typeObject.dict);
      const found = dict ? readDictItem(this.#peek, this.#layout, dict, name) : null;
      if (found !== null) return found;
    }
    return null;
  }

  #isType(object: number): boolean {
    const type = this.#pointer(object + this.#layout.object.type);
    return type !== null && ((this.#peek.u32(type + this.#layout.type.flags) ?? 0) & typeFlag) !== 0;
  }

  #pointer(at: number): number | null {
    const value = this.#peek.pointer(at);
    return value !== null && value % 8 === 0 && isAddress(value) ? value : null;
  }
}
