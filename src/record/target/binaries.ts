/** Symbols and sections of the binaries of a process, at their addresses there, whatever the system's format for them is. */
import { currentPlatform } from '../../platform/index.js';
import type { BinaryFormat } from '../../platform/platform.js';
import type { Peek } from '../memory/peek.js';
import { peHeadBytes, readPeExports, readPeHead } from '../symbols/pe.js';
import { type ElfCache, loadElf, type Module } from './modules.js';

export interface LoadedBinary {
  /** Addresses, in the process, of the wanted symbols that were found. */
  readonly symbols: ReadonlyMap<string, number>;
  readonly sections: readonly LoadedSection[];
}

interface LoadedSection {
  readonly name: string;
  /** In the process. */
  readonly address: number;
  readonly size: number;
}

/** Where a binary is looked at, and what is remembered of others. */
export interface BinarySource {
  readonly pid: number;
  readonly peek: Peek;
  readonly cache: ElfCache;
}

type Loader = (source: BinarySource, module: Module) => LoadedBinary | null;

const loaders: Readonly<Record<BinaryFormat, Loader>> = { elf: loadFile, pe: loadImage };

/** @returns null where it cannot be read, or is of no such format */
export function loadBinary(source: BinarySource, module: Module): LoadedBinary | null {
  return loaders[currentPlatform().binaryFormat](source, module);
}

/** Of an ELF file only the parts that run are in memory: the rest is in the file. */
function loadFile({ pid, cache }: BinarySource, module: Module): LoadedBinary | null {
  const loaded = loadElf(pid, module, cache);
  return loaded && placed(loaded.elf, loaded.bias);
}

/** What was found in images, by path and build: each process has the same ones, and some have hundreds. */
const knownImages = new Map<string, LoadedBinary>();
const maxKnownImages = 4096;

/** A Windows image has its headers and exports in memory, so that no file has to be found and be the same. */
function loadImage({ peek, cache }: BinarySource, module: Module): LoadedBinary | null {
  const base = module.mappings[0]!.start;
  const bytes = peek.bytes(base, peHeadBytes);
  const head = bytes && readPeHead(bytes);
  if (!head) return null;
  const key = `${module.path} ${head.identity}`;
  let known = knownImages.get(key);
  if (known === undefined) {
    const exported = head.exports && peek.bytes(base + head.exports.address, head.exports.size);
    const symbols = exported ? readPeExports(exported, head.exports!.address, cache.wanted) : new Map();
    known = { symbols, sections: head.sections };
    if (knownImages.size >= maxKnownImages) knownImages.clear();
    knownImages.set(key, known);
  }
  return placed(known, base);
}

function placed({ symbols, sections }: LoadedBinary, bias: number): LoadedBinary {
  return {
    symbols: new Map([...symbols].map(([name, address]) => [name, address + bias])),
    sections: sections.map(({ name, address, size }) => ({ name, address: address + bias, size })),
  };
}
