/** Python objects in the target's memory: strings, bytes, dicts and attributes, each with a cap on its size. */
import type { DictTrait, Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';

/** Longest name or path that is kept, in characters; the rest is cut and shown as "…". */
const maxText = 4096;
const maxBytes = 1 << 20;
const maxDictEntries = 1 << 16;

/**
 * Text of a str object (Include/cpython/unicodeobject.h: compact ASCII, and compact with 1, 2 or 4 bytes a character).
 * @returns null if there is no readable, ready, compact str
 */
export function readString(peek: Peek, layout: Layout, address: number): string | null {
  if (layout.text === 'bytes') return readByteString(peek, layout, address);
  const { unicode } = layout;
  const head = peek.view(address + unicode.length, unicode.state + 4 - unicode.length);
  if (head === null) return null;
  const shape = textShape(layout, head.getUint32(unicode.state - unicode.length, true));
  const { width: kind, isCompact: compact, isAscii: ascii } = shape;
  const length = pointerAt(head, 0);
  if (!compact || (kind !== 1 && kind !== 2 && kind !== 4) || (ascii && kind !== 1)) return null;
  // No str is longer than the address space; such a number is not a length.
  if (length > 2 ** 46) return null;
  const shown = Math.min(length, maxText);
  const data = peek.bytes(address + (ascii ? unicode.asciiSize : unicode.compactSize), shown * kind);
  if (data === null) return null;
  return decodeCharacters(data, kind) + (shown < length ? '…' : '');
}

/** What the state word of a str says (Include/cpython/unicodeobject.h): bytes a character, and how they are kept. */
export function textShape(
  { unicode }: Layout,
  state: number,
): { width: number; isCompact: boolean; isAscii: boolean } {
  const bits = state >>> unicode.kindBit;
  return { width: bits & 7, isCompact: (bits & 8) !== 0, isAscii: (bits & 16) !== 0 };
}

/** A str of Python 2: bytes without a word on their encoding. */
function readByteString(peek: Peek, layout: Layout, address: number): string | null {
  const head = peek.view(address + layout.bytes.length, 8);
  const length = head === null ? -1 : pointerAt(head, 0);
  if (length < 0 || length > 2 ** 46) return null;
  const data = peek.bytes(address + layout.bytes.data, Math.min(length, maxText));
  return data === null ? null : new TextDecoder().decode(data) + (length > maxText ? '…' : '');
}

function decodeCharacters(data: Uint8Array, width: 1 | 2 | 4): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let text = '';
  for (let at = 0; at < data.byteLength; at += width) {
    const code =
      width === 1 ? view.getUint8(at) : width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
    // A lone surrogate (from os.fsdecode of a path that is not UTF-8) cannot be stored as UTF-8.
    text += code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  }
  return text;
}

/** Length of a bytes object, which can be any number; null if it is unreadable. */
export function readBytesLength(peek: Peek, layout: Layout, address: number): number | null {
  const head = peek.view(address + layout.bytes.length, 8);
  return head === null ? null : pointerAt(head, 0);
}

/** Contents of a bytes object, or null if it is unreadable or larger than so many bytes. */
export function readBytes(
  peek: Peek,
  layout: Layout,
  address: number,
  longest = maxBytes,
): Uint8Array | null {
  const length = readBytesLength(peek, layout, address);
  return length !== null && length <= longest ? peek.bytes(address + layout.bytes.data, length) : null;
}

/** The name of an object's type (tp_name, a C string), or null. */
export function readTypeName(peek: Peek, layout: Layout, object: number): string | null {
  const type = peek.pointer(object + layout.object.type);
  const name = type ? peek.pointer(type + layout.type.name) : null;
  return name ? readCString(peek, name) : null;
}

/** The first 64 bytes at most of a C string, or null. */
export function readCString(peek: Peek, name: number): string | null {
  // A C string of unknown length near the end of a page: read what there is.
  const bytes = peek.bytes(name, 64) ?? peek.bytes(name, 4096 - (name % 4096));
  if (bytes === null) return null;
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

export interface DictEntry {
  /** Addresses of the key and value objects. */
  readonly key: number;
  readonly value: number;
}

/**
 * Entries of a dict, in insertion order (Objects/dictobject.c, Include/internal/pycore_dict.h).
 * @param most places in the table to look at; without it a dict that is too large counts as unreadable
 * @returns null if it is unreadable, or changes while it is read in a way that can be seen
 */
export function readDict(
  peek: Peek,
  layout: Layout,
  address: number,
  most = Number.POSITIVE_INFINITY,
): DictEntry[] | null {
  const keys = peek.pointer(address + layout.dict.keys);
  if (!keys) return null;
  if (layout.dict.trait === 'table') {
    // Here the second word is the table's size less one, and values stand with their keys.
    const mask = peek.u64(address + layout.dict.values);
    return mask === null
      ? null
      : readTable(peek, { at: keys, count: Math.min(Number(mask) + 1, most), size: 24 }, null);
  }
  const values = peek.pointer(address + layout.dict.values);
  if (values === null) return null;
  // From 3.13 a short header stands before the values of a split table.
  const valuesAt = values === 0 ? null : values + (layout.attributes === 'inline-values' ? 8 : 0);
  return readKeys(peek, layout, { keys, values: valuesAt, most });
}

/** Entries in memory: (hash, key, value), or (key, value) where the size is 16; empty ones have no value. */
interface EntryTable {
  readonly at: number;
  readonly count: number;
  readonly size: 16 | 24;
}

/** A keys object, and the array that holds the values beside it (a split table). */
interface KeysAndValues {
  readonly keys: number;
  readonly values: number | null;
  /** Entries to read. */
  readonly most?: number;
}

function readKeys(
  peek: Peek,
  layout: Layout,
  { keys, values, most = Number.POSITIVE_INFINITY }: KeysAndValues,
): DictEntry[] | null {
  // Without the first word, which counts references.
  const head = peek.view(keys + 8, 32);
  const table = head && findTable(layout.dict.trait, keys, head);
  return table && readTable(peek, { ...table, count: Math.min(table.count, most) }, values);
}

/** @param head the keys object from its second word on */
function findTable(trait: DictTrait, keys: number, head: DataView): EntryTable | null {
  switch (trait) {
    case 'table':
      return null;
    case 'shared-table':
      return { at: keys + 32, count: pointerAt(head, 0), size: 24 };
    case 'sized-keys': {
      const size = pointerAt(head, 0);
      const indexBytes = size * (size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8);
      return { at: keys + 40 + indexBytes, count: pointerAt(head, 24), size: 24 };
    }
    case 'log2-keys': {
      const log2IndexBytes = head.getUint8(1);
      if (log2IndexBytes > 40) return null;
      // dk_kind: 0 general entries with a hash, 1 string keys, 2 split.
      const size = head.getUint8(2) === 0 ? 24 : 16;
      return { at: keys + 32 + 2 ** log2IndexBytes, count: pointerAt(head, 16), size };
    }
  }
}

function readTable(peek: Peek, { at, count, size }: EntryTable, values: number | null): DictEntry[] | null {
  if (count > maxDictEntries) return null;
  const entries = peek.view(at, count * size);
  const split = values === null ? null : peek.view(values, count * 8);
  if (entries === null || (values !== null && split === null)) return null;
  const found: DictEntry[] = [];
  for (let i = 0; i < count; i++) {
    const key = pointerAt(entries, (i + 1) * size - 16);
    const value = split ? pointerAt(split, i * 8) : pointerAt(entries, (i + 1) * size - 8);
    if (isAddress(key) && isAddress(value)) found.push({ key, value });
  }
  return found;
}

/** The value stored under a string key, or null. */
export function readDictItem(peek: Peek, layout: Layout, dict: number, name: string): number | null {
  return findEntry(peek, layout, readDict(peek, layout, dict), name)?.value ?? null;
}

/** Address of the dict of a module's names, or null where it has not been imported or cannot be read. */
export function findModuleDict(peek: Peek, layout: Layout, interpreter: number, name: string): number | null {
  const modules = peek.pointer(interpreter + layout.interpreter.modules);
  const module = modules ? readDictItem(peek, layout, modules, name) : null;
  return module === null ? null : peek.pointer(module + layout.module.dict) || null;
}

/** The entry with a string key, or null. */
export function findEntry(
  peek: Peek,
  layout: Layout,
  entries: readonly DictEntry[] | null,
  name: string,
): DictEntry | null {
  return entries?.find((entry) => readString(peek, layout, entry.key) === name) ?? null;
}

/** Type flags (Include/object.h). */
const inlineValues = 1 << 2;
const managedDict = 1 << 4;

/** Attributes of an ordinary instance, or null if they cannot be read. */
export function readAttributes(peek: Peek, layout: Layout, object: number): DictEntry[] | null {
  const type = peek.pointer(object + layout.object.type);
  if (!type) return null;
  const flags = peek.u32(type + layout.type.flags) ?? 0;
  if (layout.attributes === 'dict-offset' || !(flags & managedDict)) {
    const offset = peek.i32(type + layout.type.dictOffset);
    const dict = offset !== null && offset > 0 ? peek.pointer(object + offset) : null;
    return dict ? readDict(peek, layout, dict) : null;
  }
  const cachedKeys = peek.pointer(type + layout.type.cachedKeys);
  const beside = (values: number): DictEntry[] | null =>
    cachedKeys ? readKeys(peek, layout, { keys: cachedKeys, values }) : null;
  switch (layout.attributes) {
    case 'values-before': {
      const values = peek.pointer(object - 32);
      if (values) return beside(values);
      const dict = peek.pointer(object - 24);
      return dict ? readDict(peek, layout, dict) : null;
    }
    case 'tagged-before': {
      const tagged = peek.pointer(object - 24);
      if (!tagged) return null;
      return tagged % 2 === 1 ? beside(tagged + 1) : readDict(peek, layout, tagged);
    }
    case 'inline-values': {
      const dict = peek.pointer(object + layout.managedDict);
      if (dict) return readDict(peek, layout, dict);
      const size = peek.i32(type + layout.type.basicSize);
      return flags & inlineValues && size !== null ? beside(object + size + 8) : null;
    }
  }
}
