/**
 * Objects of the target as text, much as `repr` writes them but without running anything: scalars and containers by
 * value, functions, classes and modules by name, everything else by type and, one level deep, by its attributes.
 */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress } from '../memory/pointers.js';
import { readAttributes, readString } from '../objects/objects.js';
import { type Items, readEntries, readList, readSet, readTuple } from './containers.js';
import { visibleText } from './literals.js';
import { readNamed } from './named.js';
import { readArray, readNumber } from './numpy.js';
import { scalarReader } from './scalars.js';
import { readSlots, type TypeInfo, TypeReader } from './types.js';

export const unreadable = '<unreadable>';
const ellipsis = '…';

/** Containers in containers, items and attributes shown of each, and objects looked at, for one value. */
const maxDepth = 6;
const maxItems = 100;
const maxObjects = 1000;

/** Items that are shown between brackets. */
interface Bracketed<T> {
  readonly open: string;
  readonly close: string;
  readonly read: () => Items<T> | null;
  readonly show: (item: T) => string;
  /** Stands behind an item that is the only one. */
  readonly afterOnly?: string;
}

export class ValueReader {
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #types: TypeReader;
  readonly #length: number;
  /** Objects that the current one is in. */
  readonly #around = new Set<number>();
  #objects = 0;
  /** Objects that may yet be looked at, for all values together. */
  #left: number;

  /**
   * @param length longest text of one value, in UTF-16 units
   * @param objects to look at, at most, for all values together
   */
  constructor(layout: Layout, peek: Peek, length: number, objects: number) {
    this.#layout = layout;
    this.#peek = peek;
    this.#types = new TypeReader(this.#peek, layout);
    this.#length = length;
    this.#left = objects;
  }

  /** Text of at most the length, and one more for the "…" where something was cut. */
  text(object: number): string {
    this.#objects = Math.max(0, Math.min(maxObjects, this.#left));
    this.#left -= this.#objects;
    this.#around.clear();
    const text = visibleText(this.#value(object, 0, false));
    // What was not needed of the share is given back.
    this.#left += Math.max(0, this.#objects);
    if (text.length <= this.#length) return text;
    const start = text.slice(0, this.#length).replace(/[\ud800-\udbff…]$/, '');
    return start + ellipsis;
  }

  /** What is in a cell: an address, 0 if it is empty, null if the object is no cell. */
  cellContent(object: number): number | null {
    if (!isAddress(object) || this.#types.of(object)?.name !== 'cell') return null;
    return this.#peek.pointer(object + this.#layout.values.cell);
  }

  /** @param inInstance whether it is an attribute: instances in it are shown without theirs */
  #value(object: number, depth: number, inInstance: boolean): string {
    if (!isAddress(object) || object % 8 !== 0) return unreadable;
    if (--this.#objects < 0) return ellipsis;
    const type = this.#types.of(object);
    if (type === null) return unreadable;
    return this.#typed(object, type, depth, inInstance) ?? unreadable;
  }

  #typed(object: number, type: TypeInfo, depth: number, inInstance: boolean): string | null {
    if (type.isStatic) {
      const known = this.#builtIn(object, type.name, depth, inInstance);
      if (known !== undefined) return known;
    }
    switch (type.kind) {
      case null:
        return this.#instance(object, type, depth, inInstance);
      case 'type': {
        const name = this.#types.nameOf(object);
        return name && `<class '${name}'>`;
      }
      case 'exception': {
        const args = this.#peek.pointer(object + this.#layout.values.exceptionArguments);
        return args ? type.name + this.#value(args, depth, inInstance).replace(/,\)$/, ')') : null;
      }
      default: {
        // An instance of a class that is made from a built-in type: Point((1, 2)).
        const base = this.#builtIn(object, type.kind, depth, inInstance) ?? null;
        return base && `${type.name}(${base})`;
      }
    }
  }

  /** @returns undefined if the type is none that is known by its name, null if the object is not readable */
  #builtIn(object: number, type: string, depth: number, inInstance: boolean): string | null | undefined {
    const peek = this.#peek;
    const layout = this.#layout;
    const item = (address: number): string => this.#value(address, depth + 1, inInstance);
    const isOld = layout.values.literals === 'python2';
    const [open, close] = isOld ? ['([', '])'] : ['({', '})'];
    switch (type) {
      case 'list':
        return this.#within(object, depth, {
          ...{ open: '[', close: ']', show: item },
          read: () => readList(peek, layout, object, maxItems),
        });
      case 'tuple':
        return this.#within(object, depth, {
          ...{ open: '(', close: ')', show: item, afterOnly: ',' },
          read: () => readTuple(peek, layout, object, maxItems),
        });
      case 'dict':
        return this.#within(object, depth, {
          ...{ open: '{', close: '}' },
          read: () => readEntries(peek, layout, object, maxItems),
          show: (entry) => `${item(entry.key)}: ${item(entry.value)}`,
        });
      case 'set':
      case 'frozenset': {
        const read = () => readSet(peek, layout, object, { items: maxItems });
        const isPlain = type === 'set' && !isOld;
        const brackets = isPlain ? { open: '{', close: '}' } : { open: type + open, close };
        const text = this.#within(object, depth, { ...brackets, read, show: item });
        if (text === '{}') return 'set()';
        return text === `${type}({})` ? `${type}()` : text;
      }
      case 'cell': {
        const content = this.cellContent(object);
        if (content === null) return null;
        if (content === 0) return '<cell: empty>';
        const read = () => ({ items: [content], cut: false });
        return `<cell: ${this.#within(object, depth, { open: '', close: '', read, show: item })}>`;
      }
      case 'instance':
        return isOld ? this.#oldInstance(object, depth, inInstance) : undefined;
      case 'numpy.ndarray': {
        const array = readArray(peek, layout, object);
        return array && `<numpy.ndarray ${array} at 0x${object.toString(16)}>`;
      }
      default:
        return (
          scalarReader(type)?.(peek, layout, object, this.#length) ??
          readNumber(peek, layout, object, type) ??
          readNamed(peek, layout, object, type) ??
          (scalarReader(type) === undefined ? undefined : null)
        );
    }
  }

  /** Items between brackets; what is in itself, or too deep, ends in "…". */
  #within<T>(object: number, depth: number, list: Bracketed<T>): string | null {
    const { open, close, read, show, afterOnly = '' } = list;
    if (this.#around.has(object)) return `${open}...${close}`;
    if (depth >= maxDepth) return open + ellipsis + close;
    const found = read();
    if (found === null) return null;
    this.#around.add(object);
    const parts: string[] = [];
    let length = 0;
    for (const item of found.items) {
      // What does not fit is cut away later, so need not be read.
      if (length > this.#length || this.#objects < 0) break;
      const part = show(item);
      parts.push(part);
      length += part.length + 2;
    }
    this.#around.delete(object);
    const isCut = found.cut || parts.length < found.items.length;
    const only = parts.length === 1 && !isCut ? afterOnly : '';
    return open + [...parts, ...(isCut ? [ellipsis] : [])].join(', ') + only + close;
  }

  #instance(object: number, type: TypeInfo, depth: number, inInstance: boolean): string {
    const head = `${type.name} at 0x${object.toString(16)}`;
    if (inInstance || depth >= maxDepth || this.#around.has(object)) return `<${head}>`;
    const attributes = [
      ...readSlots(this.#peek, this.#layout, type.address).map(({ name: slot, offset }) => ({
        name: slot,
        value: this.#peek.pointer(object + offset) ?? 0,
      })),
      ...(readAttributes(this.#peek, this.#layout, object) ?? [])
        .slice(0, maxItems + 1)
        .map(({ key, value }) => ({
          name: readString(this.#peek, this.#layout, key) ?? unreadable,
          value,
        })),
    ].filter(({ value }) => value !== 0);
    return this.#withAttributes(object, head, attributes, depth);
  }

  #withAttributes(
    object: number,
    head: string,
    attributes: readonly { readonly name: string; readonly value: number }[],
    depth: number,
  ): string {
    const items = { items: attributes.slice(0, maxItems), cut: attributes.length > maxItems };
    const text = this.#within(object, depth, {
      ...{ open: '', close: '', read: () => items },
      show: ({ name, value }) => `${name}=${this.#value(value, depth + 1, true)}`,
    });
    return text ? `<${head} ${text}>` : `<${head}>`;
  }

  /** An instance of a class of Python 2 without a base (Include/classobject.h): class and dict. */
  #oldInstance(object: number, depth: number, inInstance: boolean): string | null {
    const { head } = this.#layout.values;
    const peek = this.#peek;
    const ofClass = peek.pointer(object + head);
    const dict = peek.pointer(object + head + 8);
    const nameAt = ofClass ? peek.pointer(ofClass + head + 16) : null;
    const name = nameAt ? readString(peek, this.#layout, nameAt) : null;
    if (name === null) return null;
    const text = `${name} instance at 0x${object.toString(16)}`;
    if (inInstance || !dict || depth >= maxDepth || this.#around.has(object)) return `<${text}>`;
    const entries = readEntries(peek, this.#layout, dict, maxItems)?.items ?? [];
    const attributes = entries.map(({ key, value }) => ({
      name: readString(peek, this.#layout, key) ?? unreadable,
      value,
    }));
    return this.#withAttributes(object, text, attributes, depth);
  }
}
