/**
 * Symbols, sections and segments of a 64-bit little-endian ELF file: a pure function of its bytes
 * (ELF-64 Object File Format 1.5). Every offset is checked; a file that lies yields fewer symbols, never a fault.
 */
import { pointerAt } from '../memory/pointers.js';

export interface ElfSegment {
  readonly fileOffset: number;
  readonly address: number;
  readonly memorySize: number;
  readonly flags: number;
}
export interface ElfSection {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  /** 8 is NOBITS: memory that the file has no bytes for (.bss). */
  readonly type: number;
}
export interface Elf {
  /** PT_LOAD segments. */
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  /** Addresses, as linked, of the wanted symbols that were found. */
  readonly symbols: ReadonlyMap<string, number>;
}

const limits = { segments: 1024, sections: 65_536, symbols: 4_000_000 } as const;

/** A stretch of a file that the parser will look at. */
export interface ElfRange {
  readonly offset: number;
  readonly length: number;
}

/** Where the table of sections is, from the first 64 bytes of a file; null if this is no ELF file of ours. */
export function sectionTableRange(head: Uint8Array): ElfRange | null {
  if (!isElf(head)) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return { offset: pointerAt(view, 40), length: view.getUint16(58, true) * view.getUint16(60, true) };
}

/** Where the tables of symbols and all names are; the table of sections must be in place. The rest is not needed. */
export function symbolRanges(file: Uint8Array): ElfRange[] {
  const { raw } = readSections(new DataView(file.buffer, file.byteOffset, file.byteLength), file);
  return raw
    .filter(({ type }) => type === 2 || type === 3 || type === 11) // SHT_SYMTAB, SHT_STRTAB, SHT_DYNSYM
    .map(({ fileOffset, size }) => ({ offset: fileOffset, length: size }));
}

/**
 * @param file the whole file, or one of its size in which only the ranges above are filled in
 * @param wanted names of symbols to look for in .dynsym and .symtab
 * @returns null if this is no 64-bit little-endian ELF file
 */
export function parseElf(file: Uint8Array, wanted: ReadonlySet<string>): Elf | null {
  if (!isElf(file)) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const segments = readSegments(view);
  const { sections, raw } = readSections(view, file);
  const symbols = new Map<string, number>();
  // Shared by all tables: each section of a file that lies can claim to be a table as large as the file.
  const budget = { left: limits.symbols };
  for (const section of raw) {
    const isSymbolTable = section.type === 2 || section.type === 11; // SHT_SYMTAB, SHT_DYNSYM
    const strings = raw[section.link];
    if (isSymbolTable && strings)
      readSymbols(file, { table: section, strings, wanted, into: symbols, budget });
  }
  return { segments, sections, symbols };
}

function isElf(file: Uint8Array): boolean {
  const magic = [0x7f, 0x45, 0x4c, 0x46, 2, 1]; // "\x7fELF", 64 bits, little-endian
  return file.byteLength >= 64 && magic.every((byte, i) => file[i] === byte);
}

interface RawSection extends ElfSection {
  readonly fileOffset: number;
  readonly link: number;
  readonly nameOffset: number;
}

function readSegments(view: DataView): ElfSegment[] {
  const table = pointerAt(view, 32);
  const entrySize = view.getUint16(54, true);
  const count = Math.min(view.getUint16(56, true), limits.segments);
  const segments: ElfSegment[] = [];
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize;
    if (entrySize < 56 || at + 56 > view.byteLength) break;
    if (view.getUint32(at, true) !== 1) continue; // PT_LOAD
    segments.push({
      flags: view.getUint32(at + 4, true),
      fileOffset: pointerAt(view, at + 8),
      address: pointerAt(view, at + 16),
      memorySize: pointerAt(view, at + 40),
    });
  }
  return segments;
}

function readSections(view: DataView, file: Uint8Array): { sections: ElfSection[]; raw: RawSection[] } {
  const table = pointerAt(view, 40);
  const entrySize = view.getUint16(58, true);
  const count = Math.min(view.getUint16(60, true), limits.sections);
  const raw: RawSection[] = [];
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize;
    if (table === 0 || entrySize < 64 || at + 64 > view.byteLength) break;
    raw.push({
      name: '',
      nameOffset: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      address: pointerAt(view, at + 16),
      fileOffset: pointerAt(view, at + 24),
      size: pointerAt(view, at + 32),
      link: view.getUint32(at + 40, true),
    });
  }
  const names = raw[view.getUint16(62, true)];
  const sections = raw.map((section) => ({
    name: names ? readName(file, names, section.nameOffset) : '',
    address: section.address,
    size: section.size,
    type: section.type,
  }));
  return { sections, raw };
}

/** A table of symbols, and what is wanted of it. */
interface SymbolSearch {
  readonly table: RawSection;
  /** Holds the names. */
  readonly strings: RawSection;
  readonly wanted: ReadonlySet<string>;
  /** Addresses by name; the first of a name stays. */
  readonly into: Map<string, number>;
  /** How many symbols may yet be read. */
  readonly budget: { left: number };
}

function readSymbols(file: Uint8Array, { table, strings, wanted, into, budget }: SymbolSearch): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = Math.min(table.fileOffset + table.size, view.byteLength);
  // Comparing first letters before decoding keeps a table of 100,000 names cheap.
  const initials = new Set([...wanted].map((name) => name.charCodeAt(0)));
  for (let at = table.fileOffset; at + 24 <= end && budget.left > 0; at += 24, budget.left--) {
    const nameAt = strings.fileOffset + view.getUint32(at, true);
    if (nameAt >= file.byteLength || !initials.has(file[nameAt]!)) continue;
    const defined = view.getUint16(at + 6, true) !== 0;
    const address = pointerAt(view, at + 8);
    if (!defined || address === 0) continue;
    const name = readName(file, strings, view.getUint32(at, true));
    if (wanted.has(name) && !into.has(name)) into.set(name, address);
  }
}

function readName(file: Uint8Array, strings: RawSection, offset: number): string {
  const start = strings.fileOffset + offset;
  const limit = Math.min(strings.fileOffset + strings.size, file.byteLength, start + 256);
  let end = start;
  while (end < limit && file[end] !== 0) end++;
  return String.fromCharCode(...file.subarray(start, end));
}
