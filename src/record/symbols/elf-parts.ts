/**
 * Segments, sections and notes of a 64-bit little-endian ELF file of which only pieces are read: a library can have gigabytes of
 * debugging information (ELF-64 Object File Format 1.5; Linux Standard Base 5, 10.6). Offsets are checked by the one who reads.
 */
import { pointerAt } from '../memory/pointers.js';
import { CallFrames } from './call-frames.js';

/** Brings a piece of a file; fewer bytes than asked for where the file ends. */
export type PieceReader = (offset: number, length: number) => Uint8Array;

export interface FileSegment {
  readonly fileOffset: number;
  readonly fileSize: number;
  /** As linked. */
  readonly address: number;
  readonly isExecutable: boolean;
}

export interface FileSection {
  readonly name: string;
  readonly type: number;
  readonly fileOffset: number;
  readonly size: number;
  /** Index of another section: for symbols that of their names. */
  readonly link: number;
  readonly isExecutable: boolean;
}

/** What unwinding needs of a binary. */
export interface UnwindParts {
  /** PT_LOAD. */
  readonly segments: readonly FileSegment[];
  /** Null where the binary has no tables, or they are too large. */
  readonly callFrames: CallFrames | null;
  /** Hexadecimal; null where it has none. */
  readonly buildId: string | null;
}

/** A library of 1 GB of machine code has tables of about 100 MB. */
const limits = { segments: 1024, sections: 65_536, table: 256 << 20, notes: 1 << 16, buildId: 64 } as const;

const [loadType, noteType, headerType] = [1, 4, 0x6474e550]; // PT_LOAD, PT_NOTE, PT_GNU_EH_FRAME
const programHeaderBytes = 56;
const sectionHeaderBytes = 64;
const largestHeader = 256;

/** @returns null if this is no ELF file of ours */
export function readUnwindParts(read: PieceReader): UnwindParts | null {
  const head = readHead(read);
  if (head === null) return null;
  const all = readProgramHeaders(read, head);
  const segments = all.filter(({ type }) => type === loadType);
  const at = (address: number, length: number): Uint8Array | null => {
    const segment = segments.find((one) => address >= one.address && address < one.address + one.fileSize);
    if (segment === undefined) return null;
    const inside = address - segment.address;
    const wanted = Math.min(length, segment.fileSize - inside);
    return wanted > limits.table ? null : read(segment.fileOffset + inside, wanted);
  };
  const header = all.find(({ type }) => type === headerType);
  const table = header && at(header.address, header.fileSize);
  let callFrames: CallFrames | null = null;
  if (header && table) {
    const start = CallFrames.framesAddress({ bytes: table, address: header.address });
    // The header does not say where the entries end: a section does, where there are any, else the segment.
    const section = readSections(read).find(({ name }) => name === '.eh_frame');
    const entries = start === null ? null : at(start, section?.size ?? limits.table);
    if (entries !== null && start !== null)
      callFrames = new CallFrames(
        { bytes: table, address: header.address },
        { bytes: entries, address: start },
      );
  }
  return { segments, callFrames, buildId: readBuildId(read, all) };
}

interface Head {
  readonly programHeaders: { readonly offset: number; readonly size: number; readonly count: number };
  readonly sectionHeaders: { readonly offset: number; readonly size: number; readonly count: number };
  /** Index of the section with their names. */
  readonly names: number;
}

function readHead(read: PieceReader): Head | null {
  const bytes = read(0, 64);
  const magic = [0x7f, 0x45, 0x4c, 0x46, 2, 1]; // "\x7fELF", 64 bits, little-endian
  if (bytes.byteLength < 64 || !magic.every((byte, i) => bytes[i] === byte)) return null;
  const view = viewOf(bytes);
  const table = (offset: number, size: number, count: number, most: number) => ({
    offset: pointerAt(view, offset),
    size: view.getUint16(size, true),
    count: Math.min(view.getUint16(count, true), most),
  });
  return {
    programHeaders: table(32, 54, 56, limits.segments),
    sectionHeaders: table(40, 58, 60, limits.sections),
    names: view.getUint16(62, true),
  };
}

interface ProgramHeader extends FileSegment {
  readonly type: number;
}

function readProgramHeaders(read: PieceReader, { programHeaders }: Head): ProgramHeader[] {
  const { offset, size, count } = programHeaders;
  if (size < programHeaderBytes || size > largestHeader) return [];
  const bytes = read(offset, size * count);
  const view = viewOf(bytes);
  return Array.from({ length: Math.floor(bytes.byteLength / size) }, (_, i) => ({
    type: view.getUint32(i * size, true),
    isExecutable: (view.getUint32(i * size + 4, true) & 1) !== 0, // PF_X
    fileOffset: pointerAt(view, i * size + 8),
    address: pointerAt(view, i * size + 16),
    fileSize: pointerAt(view, i * size + 32),
  }));
}

/** None of what is no ELF file of ours. */
export function readSections(read: PieceReader): FileSection[] {
  const head = readHead(read);
  if (head === null || head.sectionHeaders.offset === 0) return [];
  const { offset, size, count } = head.sectionHeaders;
  if (size < sectionHeaderBytes || size > largestHeader) return [];
  const bytes = read(offset, size * count);
  const view = viewOf(bytes);
  const raw = Array.from({ length: Math.floor(bytes.byteLength / size) }, (_, i) => ({
    nameAt: view.getUint32(i * size, true),
    type: view.getUint32(i * size + 4, true),
    isExecutable: (view.getUint32(i * size + 8, true) & 4) !== 0, // SHF_EXECINSTR
    fileOffset: pointerAt(view, i * size + 24),
    size: pointerAt(view, i * size + 32),
    link: view.getUint32(i * size + 40, true),
  }));
  const strings = raw[head.names];
  const names =
    strings === undefined ? new Uint8Array() : read(strings.fileOffset, Math.min(strings.size, 1 << 20));
  return raw.map(({ nameAt, ...section }) => ({ ...section, name: textAt(names, nameAt, 64) }));
}

/** Text up to a zero byte, or up to the longest that is wanted. */
export function textAt(bytes: Uint8Array, at: number, longest: number): string {
  let end = at;
  while (end < bytes.byteLength && end - at < longest && bytes[end] !== 0) end++;
  return Buffer.from(bytes.subarray(at, end)).toString('utf8');
}

/** A note of type NT_GNU_BUILD_ID (3) by the owner "GNU". */
function readBuildId(read: PieceReader, headers: readonly ProgramHeader[]): string | null {
  for (const { type, fileOffset, fileSize } of headers) {
    if (type !== noteType) continue;
    const bytes = read(fileOffset, Math.min(fileSize, limits.notes));
    const view = viewOf(bytes);
    for (let at = 0; at + 12 <= bytes.byteLength; ) {
      const [nameBytes, length, kind] = [0, 4, 8].map((field) => view.getUint32(at + field, true)) as [
        number,
        number,
        number,
      ];
      const from = at + 12 + Math.ceil(nameBytes / 4) * 4;
      const isGnu = nameBytes === 4 && textAt(bytes, at + 12, 4) === 'GNU';
      if (kind === 3 && isGnu && length > 0 && length <= limits.buildId && from + length <= bytes.byteLength)
        return Buffer.from(bytes.subarray(from, from + length)).toString('hex');
      at = from + Math.ceil(length / 4) * 4;
    }
  }
  return null;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
