/** Which function of which binary an address of a process is in, and how to unwind from there. */
import type { Memory } from '../../platform/memory.js';
import type { Mapping } from '../../platform/processes.js';
import type { FrameRule } from '../symbols/frame-rule.js';
import { BinaryFile } from './binary-files.js';
import type { MemoryMap } from './memory-map.js';

/** Pieces of code that are known at once; a stack that lies can name any address. */
const maxPlaces = 100_000;

/** An address in code. */
export interface CodePlace {
  readonly file: BinaryFile;
  /** What to add to an address as linked. */
  readonly bias: number;
  /** Null where nothing is known of it. */
  readonly rule: FrameRule | null;
  /** Address of the function's beginning; that of the place where it is not known. */
  readonly start: number;
}

export class CodePlaces {
  readonly #pid: number;
  readonly #memory: Memory;
  readonly #map: MemoryMap;
  readonly #files = new Map<string, BinaryFile | null>();
  readonly #places = new Map<number, CodePlace | null>();
  #generation = 0;

  /** @param memory of the process, for what is no file; closed by the caller */
  constructor(pid: number, memory: Memory, map: MemoryMap) {
    this.#pid = pid;
    this.#memory = memory;
    this.#map = map;
  }

  /** @returns null where no binary is mapped for execution, or it cannot be opened */
  find(address: number): CodePlace | null {
    // Another library may lie there now.
    if (this.#map.generation !== this.#generation || this.#places.size >= maxPlaces) {
      this.#generation = this.#map.generation;
      this.#places.clear();
    }
    let place = this.#places.get(address);
    if (place === undefined) {
      place = this.#look(address);
      // What is not known to a map that may be out of date may be known to the next.
      if (place !== null || !this.#map.isDoubtful) this.#places.set(address, place);
    }
    return place;
  }

  #look(address: number): CodePlace | null {
    const mapping = this.#map.find(address);
    if (mapping === null || !mapping.permissions.includes('x')) return null;
    const file = this.#open(mapping);
    const bias = file && biasOf(file, mapping);
    if (file === null || bias === null) return null;
    const rule = file.parts.callFrames?.rule(address - bias) ?? null;
    return { file, bias, rule, start: rule === null ? address : rule.start + bias };
  }

  #open(mapping: Mapping): BinaryFile | null {
    const key = `${mapping.device} ${mapping.inode} ${mapping.path}`;
    let file = this.#files.get(key);
    if (file === undefined) {
      file = BinaryFile.open(this.#pid, mapping, this.#memory);
      this.#files.set(key, file);
    }
    return file;
  }
}

/** The segment that a mapping is of begins in its first page, or before it where a part got other rights. */
function biasOf({ parts }: BinaryFile, { start, end, fileOffset, inode }: Mapping): number | null {
  if (inode === 0) return start - (parts.segments[0]?.address ?? 0);
  const mapped = end - start;
  const segment = parts.segments.find(
    (one) =>
      one.isExecutable && fileOffset + mapped > one.fileOffset && fileOffset < one.fileOffset + one.fileSize,
  );
  return segment === undefined ? null : start - fileOffset + segment.fileOffset - segment.address;
}
