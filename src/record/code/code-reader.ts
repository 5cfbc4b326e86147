/** Reads a code object whole: its names, where it begins, its line table. */
import { functionKind } from '../../format/vocabulary.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { readBytes, readBytesLength, readString, readTypeName } from '../objects/objects.js';
import { CodeEntry } from './code-entry.js';
import type { Interner } from './interner.js';
import { decodeLines, type LineRanges } from './linetable.js';
import { waitRoleOf } from './wait-role.js';

/** CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR (Include/cpython/code.h). */
const coroutineFlag = 0x80;
export const generatorFlags = 0x20 | coroutineFlag | 0x200;

/**
 * Line tables that are longer than usual, in bytes, as those of generated modules are; all that are decoded together are
 * bounded as well. A table of a mebibyte has some 100,000 lines, and takes a few times its length.
 */
const usualTable = 1 << 20;
const longestTable = 8 << 20;
const longTables = 32 << 20;

export class CodeReader {
  /** Where in a code object the pointers are that identify it, and how many bytes. */
  readonly identityOffset: number;
  readonly identityBytes: number;
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #interner: Interner;
  /** Address of the type of code objects, once an object of that type name was seen. */
  #codeType = 0;
  /** Bytes of long line tables that may still be decoded. */
  #longTablesLeft = longTables;

  constructor(layout: Layout, peek: Peek, interner: Interner) {
    this.#layout = layout;
    this.#peek = peek;
    this.#interner = interner;
    const { filename, name, qualname, lineTable } = layout.code;
    const offsets = [filename, name, lineTable, ...(qualname === null ? [] : [qualname])];
    this.identityOffset = Math.min(...offsets);
    this.identityBytes = Math.max(...offsets) + 8 - this.identityOffset;
  }

  /** @returns null if there is no readable code object at the address */
  read(address: number): { readonly entry: CodeEntry; readonly version: number | null } | null {
    const { code } = this.#layout;
    const end = Math.max(
      this.identityOffset + this.identityBytes,
      code.firstLine + 4,
      (code.version ?? 0) + 4,
      (code.firstTraceable ?? 0) + 4,
      // A table of offsets can lie about those before, and what it leaves out is read all the same.
      ...[code.flags, code.slots.stack, code.slots.variables ?? 0].map((offset) => offset + 4),
    );
    const object = address % 8 === 0 && isAddress(address) ? this.#peek.view(address, end) : null;
    if (object === null || !this.#isCode(object, address)) return null;
    const parts = this.#readParts(object);
    const { name, file, qualname, table } = parts;
    if (name === null || file === null || (qualname === null && code.qualname !== null)) return null;
    const firstLine = Math.max(0, object.getInt32(code.firstLine, true));
    // The object may have died while its parts were read one after another, and another taken its place.
    const again = this.#peek.bytes(address, end);
    if (again === null || !sameBytes(again, new Uint8Array(object.buffer), this.identityOffset)) return null;
    // The parts, too, must be the same when they are read again.
    const later = this.#readParts(object);
    if (later.name !== name || later.file !== file || later.qualname !== qualname) return null;
    if (!sameTable(later.table, table)) return null;
    const variables = code.slots.variables === null ? 0 : object.getUint32(code.slots.variables, true);
    const entry = new CodeEntry({
      address,
      identity: new Uint32Array(
        object.buffer.slice(this.identityOffset, this.identityOffset + this.identityBytes),
      ),
      name,
      waitRole: waitRoleOf(file, name),
      functionId: this.#interner.function({ kind: functionKind.python, name, qualname, file, firstLine }),
      firstLine,
      isGenerator: (object.getUint32(code.flags, true) & generatorFlags) !== 0,
      isCoroutine: (object.getUint32(code.flags, true) & coroutineFlag) !== 0,
      slots: variables + object.getUint32(code.slots.stack, true),
      variables,
      preamble: code.firstTraceable === null ? 0 : 2 * object.getUint32(code.firstTraceable, true),
      bytecode: code.bytecode === null ? 0 : address + code.bytecode,
      lines: this.#decode(table, firstLine),
    });
    entry.dead = table === null;
    return { entry, version: code.version === null ? null : object.getUint32(code.version, true) };
  }

  /** A line table that is too long, or cannot be read, leaves the function known and its lines unknown (0). */
  #decode(table: Uint8Array | 'too long' | null, firstLine: number): LineRanges {
    const trait = this.#layout.code.lineTableTrait;
    if (table === null || table === 'too long') return decodeLines(trait, new Uint8Array(), 0);
    if (table.length > usualTable) this.#longTablesLeft -= table.length;
    return decodeLines(trait, table, firstLine);
  }

  #readTable(address: number): Uint8Array | 'too long' | null {
    const longest = Math.max(usualTable, Math.min(longestTable, this.#longTablesLeft));
    const length = readBytesLength(this.#peek, this.#layout, address);
    if (length !== null && length > longest && length < 2 ** 31) return 'too long';
    return readBytes(this.#peek, this.#layout, address, longest);
  }

  #readParts(object: DataView) {
    const { code } = this.#layout;
    const text = (at: number): string | null => readString(this.#peek, this.#layout, pointerAt(object, at));
    return {
      name: text(code.name),
      file: text(code.filename),
      qualname: code.qualname === null ? null : text(code.qualname),
      table: this.#readTable(pointerAt(object, code.lineTable)),
    };
  }

  #isCode(object: DataView, address: number): boolean {
    const type = pointerAt(object, this.#layout.object.type);
    if (type === this.#codeType) return isAddress(type);
    if (readTypeName(this.#peek, this.#layout, address) !== 'code') return false;
    this.#codeType = type;
    return true;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array, from: number): boolean {
  for (let i = from; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

function sameTable(a: Uint8Array | 'too long' | null, b: Uint8Array | 'too long' | null): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? sameBytes(a, b, 0) : a === b;
}
