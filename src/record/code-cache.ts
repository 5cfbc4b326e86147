/**
 * Code objects by address: function, and line of each instruction. Code objects die and their addresses come
 * back, so an entry counts only in a tick in which the object's pointers to its names and its line table were
 * seen to be the same as when it was read.
 */
import { functionKind } from '../format/vocabulary.js';
import { BytecodeCopies } from './bytecode-copies.js';
import { CallMemory } from './call-memory.js';
import { CodeAreas } from './code-areas.js';
import { CodeEntry } from './code-entry.js';
import type { Interner } from './interner.js';
import type { Layout } from './layouts/layout.js';
import { decodeLines, lineAt } from './linetable.js';
import { readBytes, readString, readTypeName } from './objects.js';
import type { Peek } from './peek.js';
import type { RangeList } from './platform/platform.js';
import { isAddress, pointerAt } from './words.js';

/** CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR (Include/cpython/code.h). */
const generatorFlags = 0x20 | 0x80 | 0x200;

/** Entries kept; a program that makes code without end starts over with an empty cache. */
const maxEntries = 200_000;

/** Position of an instruction that is in none of a function's bytecode, and so on no line. */
const nowhere = 2 ** 31 - 1;

export class CodeCache {
  /** Where in a code object the identifying pointers are, and how many bytes. */
  readonly #identityOffset: number;
  readonly #identityBytes: number;
  readonly copies: BytecodeCopies;
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #interner: Interner;
  readonly #entries = new Map<number, CodeEntry>();
  readonly #calls = new CallMemory();
  readonly #areas = new CodeAreas();
  /** What the last read brought along, which has a number. */
  readonly #planned: CodeEntry[] = [];
  #reads = 0;
  /** Address of the type of code objects, once an object of that type name was seen. */
  #codeType = 0;
  /** Of the last verification. */
  #tick = -1;

  constructor(layout: Layout, peek: Peek, interner: Interner) {
    this.#layout = layout;
    this.#peek = peek;
    this.#interner = interner;
    this.copies = new BytecodeCopies(layout, peek);
    const { filename, name, qualname, lineTable } = layout.code;
    const offsets = [filename, name, lineTable, ...(qualname === null ? [] : [qualname])];
    this.#identityOffset = Math.min(...offsets);
    this.#identityBytes = Math.max(...offsets) + 8 - this.#identityOffset;
  }

  /**
   * The entry for a code object, verified in this tick.
   * @returns null if there is no readable code object at the address
   */
  find(address: number, tick: number): CodeEntry | null {
    const known = this.#entries.get(address);
    if (known?.verifiedTick === tick) return known;
    if (known !== undefined && !known.dead && this.#verifyNow(known, tick)) return known;
    const entry = this.#read(address);
    if (entry === null) return null;
    entry.verifiedTick = tick;
    if (this.#entries.size >= maxEntries) this.#clear();
    this.#entries.set(address, entry);
    return entry;
  }

  /** Whether the code object at an address is that of a generator, a coroutine or an asynchronous generator. */
  isGenerator(address: number): boolean {
    const known = this.#entries.get(address);
    if (known !== undefined && known.verifiedTick === this.#tick) return known.isGenerator;
    return ((this.#peek.u32(address + this.#layout.code.flags) ?? 0) & generatorFlags) !== 0;
  }

  /** Values that a frame of the code object at an address has room for; 0 if that is not known. */
  slots(address: number): number {
    return this.#entries.get(address)?.slots ?? 0;
  }

  /** Whether a frame of the code object at an address waits at an instruction for what it called. */
  isCall(address: number, instruction: number): boolean {
    const remembered = this.#calls.get(address, instruction);
    if (remembered !== undefined) return remembered;
    const entry = this.#entries.get(address);
    if (entry === undefined) return this.#isCallAt(instruction);
    let found = entry.calls.get(instruction);
    if (found === undefined) {
      found = this.#isCallAt(instruction);
      entry.calls.set(instruction, found);
    }
    this.#calls.set(address, instruction, found);
    return found;
  }

  /** The interpreter rewrites instructions, but a call stays one. */
  #isCallAt(instruction: number): boolean {
    const sites = this.#layout.callSites;
    if (sites === null) return false;
    const before = 2 * Math.max(...sites.behind);
    const units = this.#peek.bytes(instruction - before, before + 2);
    return units !== null && sites.behind.some((count) => sites.opcodes.has(units[before - 2 * count]!));
  }

  /** Adds what identifies the code objects on threads' last stacks to what is read; once for all of them. */
  plan(stacks: Iterable<{ readonly codes: readonly CodeEntry[] }>, ranges: RangeList): void {
    const read = ++this.#reads;
    const planned = this.#planned;
    let count = 0;
    for (const { codes } of stacks)
      for (const entry of codes) {
        if (entry.plannedRead === read || entry.dead) continue;
        entry.plannedRead = read;
        if (entry.area === null || entry.area.retired)
          entry.area = this.#areas.at(entry.address + this.#identityOffset, this.#identityBytes);
        planned[count++] = entry;
      }
    if (planned.length > count) planned.length = count;
    for (let i = 0; i < count; i++) planned[i]!.area!.plan(ranges, read);
  }

  /** Compares what was planned with what the read brought. */
  verify(words: Uint32Array, tick: number): void {
    this.#tick = tick;
    for (const entry of this.#planned) {
      const offset = entry.area!.offsetOf(entry.address + this.#identityOffset);
      if (matches(entry, words, offset >>> 2)) entry.verifiedTick = tick;
      else this.#drop(entry);
    }
  }

  /**
   * The frame id for an instruction of a code object.
   * @param instruction a pointer, or a byte position, as the layout has it
   */
  frame(entry: CodeEntry, instruction: number): number {
    const position = this.#position(entry, instruction);
    let id = entry.frames.get(position);
    if (id === undefined) {
      id = this.#interner.frame(entry.functionId, lineAt(entry.lines, position, entry.firstLine));
      entry.frames.set(position, id);
    }
    return id;
  }

  #position(entry: CodeEntry, instruction: number): number {
    switch (this.#layout.frame.instructionTrait) {
      case 'byte-index':
        return instruction;
      case 'unit-index':
        return instruction * 2;
      case 'pointer': {
        // Just before the first instruction, the frame is being set up. Further off, it is not of this code.
        const position = instruction - this.copies.start(entry, instruction);
        return position >= -2 && position < nowhere ? position : nowhere;
      }
    }
  }

  #verifyNow(entry: CodeEntry, tick: number): boolean {
    const bytes = this.#peek.bytes(entry.address + this.#identityOffset, this.#identityBytes);
    if (bytes !== null && matches(entry, new Uint32Array(bytes.buffer), 0)) {
      entry.verifiedTick = tick;
      return true;
    }
    this.#drop(entry);
    return false;
  }

  #drop(entry: CodeEntry): void {
    entry.dead = true;
    this.#entries.delete(entry.address);
    this.#calls.clear();
    // What lies around it may be gone, too.
    if (entry.area !== null) this.#areas.retire(entry.area);
  }

  #clear(): void {
    for (const entry of this.#entries.values()) entry.dead = true;
    this.#entries.clear();
    this.#calls.clear();
    this.#areas.clear();
  }

  #read(address: number): CodeEntry | null {
    const { code } = this.#layout;
    const end = Math.max(this.#identityOffset + this.#identityBytes, code.firstLine + 4);
    const object = address % 8 === 0 && isAddress(address) ? this.#peek.view(address, end) : null;
    if (object === null || !this.#isCode(object, address)) return null;
    const parts = this.#readParts(object);
    const { name, file, qualname, table } = parts;
    if (name === null || file === null || (qualname === null && code.qualname !== null)) return null;
    const firstLine = Math.max(0, object.getInt32(code.firstLine, true));
    // The object may have died while its parts were read one after another, and another taken its place.
    const again = this.#peek.bytes(address, end);
    if (again === null || !sameBytes(again, new Uint8Array(object.buffer), this.#identityOffset)) return null;
    // Nor may any part have gone or come while it was read itself.
    const later = this.#readParts(object);
    if (later.name !== name || later.file !== file || later.qualname !== qualname) return null;
    if (!sameTable(later.table, table)) return null;
    const entry = new CodeEntry({
      address,
      identity: new Uint32Array(
        object.buffer.slice(this.#identityOffset, this.#identityOffset + this.#identityBytes),
      ),
      functionId: this.#interner.function(functionKind.python, name, qualname, file, firstLine),
      firstLine,
      isGenerator: (object.getUint32(code.flags, true) & generatorFlags) !== 0,
      slots:
        code.slots === null
          ? 0
          : object.getUint32(code.slots.variables, true) + object.getUint32(code.slots.stack, true),
      bytecode: code.bytecode === null ? 0 : address + code.bytecode,
      // A line table that cannot be read leaves the function known and its lines unknown (0).
      lines: decodeLines(code.lineTableTrait, table ?? new Uint8Array(), table === null ? 0 : firstLine),
    });
    entry.dead = table === null;
    return entry;
  }

  #readParts(object: DataView) {
    const { code } = this.#layout;
    const text = (at: number): string | null => readString(this.#peek, this.#layout, pointerAt(object, at));
    return {
      name: text(code.name),
      file: text(code.filename),
      qualname: code.qualname === null ? null : text(code.qualname),
      table: readBytes(this.#peek, this.#layout, pointerAt(object, code.lineTable)),
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

function sameTable(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : sameBytes(a, b, 0);
}

function matches(entry: CodeEntry, words: Uint32Array, at: number): boolean {
  const { identity } = entry;
  for (let i = 0; i < identity.length; i++) if (identity[i] !== words[at + i]) return false;
  return true;
}
