/** The outer parts of what CPython's profiling.sampling writes with --binary: header, tables and footer. */
import type { ImportedFrame } from '../assembly/imported-profile.js';
import { ByteCursor } from '../encodings/byte-cursor.js';
import { cannotImport } from '../encodings/import-fault.js';
import { lineOf } from '../encodings/told-numbers.js';
import { inflateZstd } from '../encodings/zstd.js';
import { FrameList } from './frame-list.js';

const magic = 0x54414348;
const version = 1;
const [headerBytes, footerBytes] = [64, 32];
const noCompression = 0;
const zstd = 1;
/** Of the samples, inflated. */
const mostBytes = 2 ** 29;

export interface CPythonFile {
  readonly isLittleEndian: boolean;
  readonly pythonVersion: string;
  readonly intervalUs: number;
  /** What was looked at, plus one: 1 wall, 2 CPU, 3 GIL, 4 all, 5 exceptions; 0 not known. */
  readonly mode: number;
  readonly frames: readonly ImportedFrame[];
  /** Records, inflated. */
  readonly samples: Uint8Array;
}

/** Where in a header what is: one version number has had two of them. */
interface Places {
  readonly stringsAt: number;
  readonly framesAt: number;
  readonly compression: number;
  readonly mode: number;
}

export function looksCPython(file: Uint8Array): boolean {
  return byteOrder(file) !== null;
}

/** @throws PyspyError of kind "trace" where it is damaged, or of a version that is not known */
export function openCPython(file: Uint8Array, path: string): CPythonFile {
  const isLittleEndian = byteOrder(file);
  if (isLittleEndian === null)
    throw cannotImport(
      path,
      file.subarray(0, headerBytes).every((byte) => byte === 0) && file.length >= headerBytes
        ? 'its header is empty: it was not written to its end'
        : 'it does not begin as files of --binary do',
    );
  const header = new ByteCursor(file, path, { from: 4, end: headerBytes, isLittleEndian });
  const own = header.u32();
  if (own !== version)
    throw header.fault(`its format is of version ${own}, and ${version} is the only one that is known`);
  const [major, minor, micro] = [header.u8(), header.u8(), header.u8()];
  header.skip(1 + 8);
  const intervalUs = header.size();
  if (intervalUs < 1 || intervalUs > 60e6) throw header.fault('its interval is none');
  const footer = new ByteCursor(file, path, { from: file.length - footerBytes, isLittleEndian });
  const [stringCount, frameCount] = [footer.u32(), footer.u32()];
  if (footer.u64() !== BigInt(file.length)) throw footer.fault('it is cut short, or something follows');
  const { stringsAt, framesAt, compression, mode } = readPlaces(header, file.length);
  const within = (from: number, end: number) => new ByteCursor(file, path, { from, end, isLittleEndian });
  const strings = readStrings(within(stringsAt, framesAt), stringCount);
  const packed = file.subarray(headerBytes, stringsAt);
  return {
    ...{ isLittleEndian, intervalUs, mode },
    pythonVersion: `${major}.${minor}.${micro}`,
    frames: readFrames(within(framesAt, file.length - footerBytes), frameCount, strings, path),
    samples: compression === noCompression ? packed : inflateZstd(packed, path, mostBytes),
  };
}

/** Whether little endian; null where it is no such file. */
function byteOrder(file: Uint8Array): boolean | null {
  if (file.length < headerBytes + footerBytes) return null;
  const view = new DataView(file.buffer, file.byteOffset, 4);
  return view.getUint32(0, true) === magic ? true : view.getUint32(0) === magic ? false : null;
}

/** The count of samples had 32 bits before 3.15 was released, and 64 since then; what follows it tells which. */
function readPlaces(header: ByteCursor, fileBytes: number): Places {
  const countAt = header.at;
  for (const countBytes of [8, 4]) {
    header.at = countAt + countBytes + 4;
    const stringsAt = Number(header.u64());
    const framesAt = Number(header.u64());
    const compression = header.u32();
    const mode = countBytes === 8 ? header.u32() & 0xff : 0;
    const isOrdered =
      stringsAt >= headerBytes && framesAt >= stringsAt && framesAt <= fileBytes - footerBytes;
    if (isOrdered && (compression === noCompression || compression === zstd))
      return { stringsAt, framesAt, compression, mode };
  }
  throw header.fault('a table of it is not where it can be');
}

function readStrings(cursor: ByteCursor, count: number): string[] {
  const strings: string[] = [];
  for (let at = 0; at < count; at++) strings.push(cursor.utf8(cursor.varint()));
  return strings;
}

/** Columns, ends and instructions are left out. */
function readFrames(
  cursor: ByteCursor,
  count: number,
  strings: readonly string[],
  path: string,
): ImportedFrame[] {
  const list = new FrameList(path);
  const frames: ImportedFrame[] = [];
  for (let at = 0; at < count; at++) {
    const [file, name] = [strings[cursor.varint()], strings[cursor.varint()]];
    if (file === undefined || name === undefined) throw cursor.fault('a frame has a name that is not listed');
    const line = cursor.signedVarint();
    for (let more = 0; more < 3; more++) cursor.signedVarint();
    cursor.u8();
    // What runs no Python code has no place: <GC>, <native>.
    frames.push(list.get(name, file === '~' ? '' : file, lineOf(line)));
  }
  return frames;
}
