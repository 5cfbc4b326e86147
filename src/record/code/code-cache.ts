/**
 * Code objects by address: function, and line of each instruction. Code objects die and their addresses come
 * back, so an entry counts only where the object's pointers to its names and its line table were seen to be the same as
 * when it was read: in the same read as the stack, or in an earlier one if the interpreter's count of code objects says
 * that none has come (or gone) since.
 */

import type { RangeList } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { readTypeName } from '../objects/objects.js';
import { BytecodeCopies } from './bytecode-copies.js';
import { CallMemory } from './call-memory.js';
import { CallSite, type SiteKind, siteKind } from './call-site.js';
import { CodeAreas } from './code-areas.js';
import type { CodeEntry } from './code-entry.js';
import { CodeReader, generatorFlags } from './code-reader.js';
import { kindAt } from './instructions.js';
import type { Interner } from './interner.js';
import { InterpreterCount } from './interpreter-count.js';
import { lineAt } from './linetable.js';

/** Entries kept; a program that makes code without end starts over with an empty cache. */
const maxEntries = 200_000;

/** While code objects come and go, their pointers are read with the stacks; after so many reads without, no longer. */
const quietReads = 8;
/** One read of so many compares them all the same: a count that is none is found out. */
const comparedOf = 64;
/** Versions of code objects are below the interpreter's count of them, and not by more than this. */
const [mostAbove, mostBelow] = [2 ** 24, 1000];

/** Position of an instruction that is in none of a function's bytecode, and so on no line. */
const nowhere = 2 ** 31 - 1;

/** Bytes of GEN_START, with which generators begin in 3.10 and which belongs to no line (Python/compile.c). */
const generatorStart = 2;

export class CodeCache {
  readonly copies: BytecodeCopies;
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #interner: Interner;
  readonly #reader: CodeReader;
  readonly #entries = new Map<number, CodeEntry>();
  readonly #calls = new CallMemory();
  readonly #areas = new CodeAreas();
  /** What the last read brought along, which has a number. */
  readonly #planned: CodeEntry[] = [];
  #reads = 0;
  /** Counts code objects; what was verified counts until it changes, which begins another epoch. */
  readonly #generation: InterpreterCount;
  #isCounted = true;
  #epoch = 0;
  /** Reads since it changed. */
  #quiet = 0;

  /** @param codeVersions address of the variable of that name (see StaticVariables) */
  constructor(layout: Layout, peek: Peek, interner: Interner, codeVersions: number | null = null) {
    this.#layout = layout;
    this.#peek = peek;
    this.#interner = interner;
    this.#reader = new CodeReader(layout, peek, interner);
    this.copies = new BytecodeCopies(layout, peek);
    this.#generation = new InterpreterCount(layout.interpreter.codeGeneration, codeVersions);
  }

  /**
   * The entry for a code object, verified.
   * @returns null if there is no readable code object at the address
   */
  find(address: number): CodeEntry | null {
    const known = this.#entries.get(address);
    if (known !== undefined && (this.isVerified(known) || (!known.dead && this.#verifyNow(known))))
      return known;
    const read = this.#reader.read(address);
    if (read === null) return null;
    const { entry, version } = read;
    if (version !== null) this.#compareVersion(version);
    entry.verifiedEpoch = this.#epoch;
    if (this.#entries.size >= maxEntries) this.#clear();
    this.#entries.set(address, entry);
    return entry;
  }

  /** Whether what is known of a code object is true of the last read. */
  isVerified(entry: CodeEntry): boolean {
    return entry.verifiedEpoch === this.#epoch && !entry.dead;
  }

  /** Whether the code object at an address is that of a generator, a coroutine or an asynchronous generator. */
  isGenerator(address: number): boolean {
    const known = this.#entries.get(address);
    if (known !== undefined && this.isVerified(known)) return known.isGenerator;
    return ((this.#peek.u32(address + this.#layout.code.flags) ?? 0) & generatorFlags) !== 0;
  }

  /** Values that a frame of the code object at an address has room for; 0 if that is not known. */
  slots(address: number): number {
    return this.#entries.get(address)?.slots ?? 0;
  }

  /** The entry for a code object, if it has been read, in this tick or before. */
  known(address: number): CodeEntry | undefined {
    return this.#entries.get(address);
  }

  /** What a frame of the code object at an address does that stands at an instruction. */
  site(address: number, instruction: number): SiteKind {
    const remembered = this.#calls.get(address, instruction);
    if (remembered !== undefined) return remembered;
    let entry = this.#entries.get(address) ?? this.find(address);
    // What is no code object is not worth remembering.
    if (entry === null) return siteKind.nothing;
    const { kind } = this.siteOf(entry, instruction);
    const isShown = kind !== siteKind.nothing && kind !== siteKind.hidden;
    if (isShown) this.#calls.set(address, instruction, kind);
    if (isShown) return kind;
    // Such a frame comes on no stack, whose code objects are compared: what is known may be of one that was here before.
    entry = this.find(address);
    return entry === null ? siteKind.nothing : this.siteOf(entry, instruction).kind;
  }

  siteOf(entry: CodeEntry, instruction: number): CallSite<CodeEntry> {
    let site = entry.sites.get(instruction);
    if (site === undefined) {
      const position = instruction - this.copies.start(entry, instruction);
      site = new CallSite(kindAt(this.#peek, this.#layout, entry, { instruction, position }));
      // Outside of the code is also where a copy of it is that could not be found just now.
      if (site.kind !== siteKind.nothing) entry.sites.set(instruction, site);
    }
    return site;
  }

  /**
   * Adds to what is read, behind the threads' frames: the counts of code objects, and, unless they suffice, what identifies
   * those on the threads' last stacks, once for all of them.
   */
  plan(
    stacks: Iterable<{ readonly codes: readonly CodeEntry[] }>,
    ranges: RangeList,
    interpreters: readonly number[],
  ): void {
    if (this.#isCounted) this.#generation.plan(ranges, interpreters);
    const [read, planned] = [++this.#reads, this.#planned];
    let count = 0;
    const isQuiet = this.#quiet >= quietReads && this.#quiet % comparedOf !== 0;
    for (const { codes } of isQuiet ? [] : stacks)
      for (const entry of codes) {
        if (entry.plannedRead === read || entry.dead) continue;
        entry.plannedRead = read;
        if (entry.area === null || entry.area.retired)
          entry.area = this.#areas.at(
            entry.address + this.#reader.identityOffset,
            this.#reader.identityBytes,
          );
        planned[count++] = entry;
      }
    if (planned.length > count) planned.length = count;
    for (let i = 0; i < count; i++) planned[i]!.area!.plan(ranges, read);
  }

  /** Compares what was planned with what the read brought. */
  verify(words: Uint32Array): void {
    const isSame = this.#isCounted && this.#generation.isSame(words);
    this.#quiet = isSame ? this.#quiet + 1 : 0;
    if (!isSame) this.#epoch++;
    for (const entry of this.#planned) {
      const offset = entry.area!.offsetOf(entry.address + this.#reader.identityOffset);
      if (entry.isAt(words, offset >>> 2)) {
        entry.verifiedEpoch = this.#epoch;
        continue;
      }
      this.#drop(entry);
      // Another code object cannot be there without having been counted.
      if (isSame && readTypeName(this.#peek, this.#layout, entry.address) === 'code') this.#distrust();
    }
  }

  /** The count is none: from now on every read compares. */
  #distrust(): void {
    this.#isCounted = false;
    this.#epoch++;
    this.#quiet = 0;
  }

  /**
   * The frame id for an instruction of a code object.
   * @param instruction a pointer, or a byte position, as the layout has it
   */
  frame(entry: CodeEntry, instruction: number): number {
    const position = this.position(entry, instruction);
    let id = entry.frames.get(position);
    if (id === undefined) {
      const setUp = Math.max(entry.preamble, entry.isGenerator ? generatorStart : 0);
      const line = lineAt(entry.lines, position, entry.firstLine, setUp);
      id = this.#interner.frame(entry.functionId, line);
      entry.frames.set(position, id);
    }
    return id;
  }

  /** Of an instruction, in bytes from the start of the bytecode. */
  position(entry: CodeEntry, instruction: number): number {
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

  #verifyNow(entry: CodeEntry): boolean {
    const bytes = this.#peek.bytes(entry.address + this.#reader.identityOffset, this.#reader.identityBytes);
    if (bytes !== null && entry.isAt(new Uint32Array(bytes.buffer), 0)) {
      entry.verifiedEpoch = this.#epoch;
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

  /** A version that the count of them cannot have given out shows that it is not the count. */
  #compareVersion(version: number): void {
    const count = this.#generation.largest;
    if (count === 0 || !this.#isCounted) return;
    // Some can have come since it was read; a version of 0 means that they ran out.
    if (version === 0 || version > count + mostBelow || version < count - mostAbove) this.#distrust();
  }

  #clear(): void {
    for (const entry of this.#entries.values()) entry.dead = true;
    this.#entries.clear();
    this.#calls.clear();
    this.#areas.clear();
  }
}
