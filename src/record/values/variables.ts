/** The variables of a code object: their names in the order in which a frame keeps them. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { readBytes, readString } from '../objects/objects.js';
import { readTuple } from './containers.js';

/** Variables of one function that are looked at. */
const maxVariables = 1024;

/** Code flags (Include/cpython/code.h). */
const optimized = 0x1;
const varArgs = 0x4;
const varKeywords = 0x8;

/** Kinds of variables (Include/internal/pycore_code.h). */
const cell = 0x40;
const free = 0x80;

export interface Variable {
  readonly name: string;
  /** Whether the frame keeps it in a cell, once it runs. */
  readonly isCell: boolean;
}

export interface Variables {
  readonly list: readonly Variable[];
  readonly argumentNames: readonly string[];
  /** False of modules and class bodies, which keep theirs in a dict. */
  readonly isFunction: boolean;
}

/** @returns null if the code object is not readable, or has an absurd number of variables */
export function readVariables(peek: Peek, layout: Layout, code: number): Variables | null {
  const { argumentCount, keywordOnlyCount } = layout.values.code;
  const flags = peek.u32(code + layout.code.flags);
  const positional = peek.i32(code + argumentCount);
  const keywordOnly = keywordOnlyCount === null ? 0 : peek.i32(code + keywordOnlyCount);
  const list = readList(peek, layout, code);
  if (flags === null || positional === null || keywordOnly === null || list === null) return null;
  const count = positional + keywordOnly + (flags & varArgs ? 1 : 0) + (flags & varKeywords ? 1 : 0);
  if (positional < 0 || keywordOnly < 0 || count > list.length) return null;
  const argumentNames = list.slice(0, count).map(({ name }) => name);
  return { list, argumentNames, isFunction: (flags & optimized) !== 0 };
}

function readList(peek: Peek, layout: Layout, code: number): Variable[] | null {
  const { names } = layout.values.code;
  const at = (offset: number): string[] | null => readNames(peek, layout, code + offset);
  switch (names.kind) {
    case 'tuples': {
      const locals = at(names.locals);
      const cells = at(names.cells);
      const frees = at(names.free);
      if (locals === null || cells === null || frees === null) return null;
      return [
        ...locals.map((name) => ({ name, isCell: false })),
        ...[...cells, ...frees].map((name) => ({ name, isCell: true })),
      ];
    }
    case 'kinds': {
      const all = at(names.names);
      const kindsAt = peek.pointer(code + names.kinds);
      const kinds = kindsAt ? readBytes(peek, layout, kindsAt) : null;
      if (all === null || kinds === null || kinds.length !== all.length) return null;
      return all.map((name, index) => ({ name, isCell: (kinds[index]! & (cell | free)) !== 0 }));
    }
  }
}

function readNames(peek: Peek, layout: Layout, at: number): string[] | null {
  const tuple = peek.pointer(at);
  const found = tuple ? readTuple(peek, layout, tuple, maxVariables) : null;
  if (found === null || found.cut) return null;
  const names = found.items.map((item) => readString(peek, layout, item));
  return names.every((name) => name !== null) ? names : null;
}
