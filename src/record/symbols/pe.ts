/**
 * Sections and exports of a 64-bit Windows image as it lies in memory, from bytes (PE Format, Microsoft). All addresses are
 * counted from where the image begins. Every offset is checked; an image that lies yields fewer symbols, never a fault.
 */

/** Bytes from an image's start in which its headers are. */
export const peHeadBytes = 4096;

/** IMAGE_FILE_MACHINE_AMD64, and the magic of a 64-bit optional header. */
const amd64 = 0x8664;
const pe32plus = 0x20b;
/** Of the optional header: its fixed part, and the size of an entry of the data directories behind it. */
const fixedBytes = 112;
const directoryBytes = 8;
const sectionBytes = 40;

const limits = { sections: 96, exports: 65_536, exportBytes: 16 << 20, name: 256 } as const;

export interface PeSection {
  /** The first 8 letters: longer names are cut. */
  readonly name: string;
  readonly address: number;
  readonly size: number;
}

export interface PeHead {
  /** Tells one build of a file from another: time stamp and size. */
  readonly identity: string;
  readonly sections: readonly PeSection[];
  /** Where the directory of exports is; null where there is none. */
  readonly exports: { readonly address: number; readonly size: number } | null;
}

/** @param head the first `peHeadBytes` of an image @returns null if it is no 64-bit image for x86-64 */
export function readPeHead(head: Uint8Array): PeHead | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const has = (at: number, length: number): boolean => at >= 0 && at + length <= view.byteLength;
  if (!has(0, 64) || view.getUint16(0, true) !== 0x5a4d) return null; // "MZ"
  const at = view.getUint32(60, true);
  const optional = at + 24;
  if (!has(at, 24 + fixedBytes) || view.getUint32(at, true) !== 0x4550) return null; // "PE\0\0"
  if (view.getUint16(at + 4, true) !== amd64 || view.getUint16(optional, true) !== pe32plus) return null;
  const imageSize = view.getUint32(optional + 56, true);
  const directories = optional + fixedBytes;
  const hasExports = view.getUint32(optional + 108, true) > 0 && has(directories, directoryBytes);
  const exports = hasExports
    ? { address: view.getUint32(directories, true), size: view.getUint32(directories + 4, true) }
    : null;
  const sections: PeSection[] = [];
  const table = optional + view.getUint16(at + 20, true);
  const count = Math.min(view.getUint16(at + 6, true), limits.sections);
  for (let i = 0; i < count; i++) {
    const entry = table + i * sectionBytes;
    if (!has(entry, sectionBytes)) break;
    const section = {
      name: textAt(head, entry, 8),
      size: view.getUint32(entry + 8, true),
      address: view.getUint32(entry + 12, true),
    };
    if (section.address + section.size <= imageSize) sections.push(section);
  }
  const isInside =
    exports !== null &&
    exports.size > 0 &&
    exports.size <= limits.exportBytes &&
    exports.address + exports.size <= imageSize;
  return {
    identity: `${view.getUint32(at + 8, true)} ${imageSize}`,
    sections,
    exports: isInside ? exports : null,
  };
}

/** Bytes of IMAGE_EXPORT_DIRECTORY, behind which linkers put its tables and names. */
const exportHeadBytes = 40;

/**
 * @param bytes of the directory of exports
 * @param start where that begins, as `PeHead.exports` has it
 * @param wanted names to look for
 * @returns where these are; what another file is to give (a forwarder) is left out
 */
export function readPeExports(
  bytes: Uint8Array,
  start: number,
  wanted: ReadonlySet<string>,
): Map<string, number> {
  const found = new Map<string, number>();
  if (bytes.byteLength < exportHeadBytes) return found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (at: number, length: number): boolean => at >= 0 && at + length <= view.byteLength;
  const count = Math.min(view.getUint32(24, true), limits.exports);
  const functionCount = view.getUint32(20, true);
  const [functions, names, ordinals] = [28, 32, 36].map((at) => view.getUint32(at, true) - start);
  const initials = new Set([...wanted].map((name) => name.charCodeAt(0)));
  for (let i = 0; i < count && found.size < wanted.size; i++) {
    if (!has(names! + i * 4, 4) || !has(ordinals! + i * 2, 2)) break;
    const nameAt = view.getUint32(names! + i * 4, true) - start;
    // Comparing first letters before decoding keeps a table of thousands of names cheap.
    if (!has(nameAt, 1) || !initials.has(bytes[nameAt]!)) continue;
    const name = textAt(bytes, nameAt, limits.name);
    const index = view.getUint16(ordinals! + i * 2, true);
    if (!wanted.has(name) || index >= functionCount || !has(functions! + index * 4, 4)) continue;
    const address = view.getUint32(functions! + index * 4, true);
    const isForwarder = address >= start && address < start + bytes.byteLength;
    if (address !== 0 && !isForwarder && !found.has(name)) found.set(name, address);
  }
  return found;
}

/** Text up to a zero, of so many bytes at most. */
function textAt(bytes: Uint8Array, at: number, most: number): string {
  const end = Math.min(at + most, bytes.byteLength);
  const zero = bytes.subarray(at, end).indexOf(0);
  return String.fromCharCode(...bytes.subarray(at, zero < 0 ? end : at + zero));
}
