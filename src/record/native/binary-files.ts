/** Binaries that a process has mapped, opened as the very files that it runs: tables for unwinding at once, names when they are asked for. */
import { readSync } from 'node:fs';
import { currentPlatform } from '../../platform/index.js';
import type { Memory } from '../../platform/memory.js';
import type { Mapping } from '../../platform/processes.js';
import { type PieceReader, readUnwindParts, type UnwindParts } from '../symbols/elf-parts.js';
import { FunctionNames } from '../symbols/function-names.js';

/** No single piece of a file is larger. */
const largestPiece = 256 << 20;
/** The kernel's own library (vdso(7)) has a page or two. */
const largestImage = 1 << 16;

const debugFolder = '/usr/lib/debug/.build-id';

export class BinaryFile {
  readonly path: string;
  readonly parts: UnwindParts;
  readonly #pid: number;
  readonly #mapping: Mapping;
  /** Of what is no file. */
  readonly #image: Uint8Array | null;
  #names: readonly FunctionNames[] | null = null;
  readonly #known = new Map<number, string | null>();

  private constructor(pid: number, mapping: Mapping, parts: UnwindParts, image: Uint8Array | null) {
    this.path = mapping.path;
    this.parts = parts;
    this.#pid = pid;
    this.#mapping = mapping;
    this.#image = image;
  }

  /** @returns null where it cannot be opened, or is no binary of ours */
  static open(pid: number, mapping: Mapping, memory: Memory): BinaryFile | null {
    if (mapping.inode !== 0) {
      const parts = readMapped(pid, mapping, readUnwindParts);
      return parts && new BinaryFile(pid, mapping, parts, null);
    }
    if (mapping.path !== '[vdso]') return null;
    const image = new Uint8Array(new ArrayBuffer(Math.min(mapping.end - mapping.start, largestImage)));
    const parts = memory.peek(mapping.start, image) ? readUnwindParts(piecesOf(image)) : null;
    return parts && new BinaryFile(pid, mapping, parts, image);
  }

  /** Name of the function that begins at a place, as linked; null where none is known. */
  nameOf(start: number): string | null {
    let name = this.#known.get(start);
    if (name === undefined) {
      this.#names ??= this.#readNames();
      name = null;
      for (const names of this.#names) name ??= names.find(start);
      this.#known.set(start, name);
    }
    return name;
  }

  #readNames(): readonly FunctionNames[] {
    if (this.#image !== null) return [FunctionNames.read(piecesOf(this.#image))];
    const own = readMapped(this.#pid, this.#mapping, FunctionNames.read);
    const debug = this.#readDebugNames();
    return [debug, own].filter((names) => names !== null);
  }

  /** Names that were split off: the same build has the same id, wherever the file lies. */
  #readDebugNames(): FunctionNames | null {
    const { buildId } = this.parts;
    if (buildId === null) return null;
    const path = `${debugFolder}/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
    return currentPlatform().readFileSeenBy(this.#pid, path, (fd, size) => {
      const read = piecesOfFile(fd, size);
      return readUnwindParts(read)?.buildId === buildId ? FunctionNames.read(read) : null;
    });
  }
}

function readMapped<T>(pid: number, mapping: Mapping, use: (read: PieceReader) => T | null): T | null {
  const { readMappedFile, readExecutable } = currentPlatform();
  const isExecutable = mapping.path === readExecutable(pid);
  return readMappedFile(pid, mapping, isExecutable, (fd, size) => use(piecesOfFile(fd, size)));
}

function piecesOf(image: Uint8Array): PieceReader {
  return (offset, length) => image.subarray(offset, offset + length);
}

/** The file may be cut short while it is read. */
function piecesOfFile(fd: number, size: number): PieceReader {
  return (offset, length) => {
    const wanted = Math.max(0, Math.min(length, size - offset, largestPiece));
    const piece = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const count = readSync(fd, piece, done, wanted - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return piece.subarray(0, done);
  };
}
