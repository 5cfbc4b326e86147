/**
 * A name of a module, looked up again and again. Which object it names changes while the module is being executed (a module
 * of the standard library defines in Python what its C part then replaces), and where a module is imported anew: its place is
 * never believed for good, but what was the key before is tried first.
 */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { findEntry, readDict, readString } from './objects.js';

export class ModuleItem {
  readonly #peek: Peek;
  readonly #layout: Layout;
  readonly #module: string;
  readonly #name: string;
  /** Addresses of the str that was the key of the module, and of the name in it. */
  #moduleKey = 0;
  #nameKey = 0;

  constructor(peek: Peek, layout: Layout, module: string, name: string) {
    this.#peek = peek;
    this.#layout = layout;
    this.#module = module;
    this.#name = name;
  }

  /**
   * Looks the name up in one interpreter.
   * @returns null where the module has not been imported or cannot be read; an item of null where it has no such name yet
   */
  find(interpreter: number): { readonly item: number | null } | null {
    const modules = this.#peek.pointer(interpreter + this.#layout.interpreter.modules);
    const module = modules ? this.#lookUp(modules, this.#module, this.#moduleKey) : null;
    if (module === null) return null;
    this.#moduleKey = module.key;
    const dict = this.#peek.pointer(module.value + this.#layout.module.dict);
    if (!dict) return null;
    const item = this.#lookUp(dict, this.#name, this.#nameKey);
    if (item !== null) this.#nameKey = item.key;
    return { item: item?.value ?? null };
  }

  #lookUp(dict: number, name: string, key: number): { readonly key: number; readonly value: number } | null {
    const entries = readDict(this.#peek, this.#layout, dict);
    const known = key === 0 ? undefined : entries?.find((entry) => entry.key === key);
    if (known !== undefined && readString(this.#peek, this.#layout, key) === name) return known;
    return findEntry(this.#peek, this.#layout, entries, name);
  }
}
