/** The binaries that a process has mapped, opened as the very files that it runs (containers, deleted files). */
import { readSync } from 'node:fs';
import { basename } from 'node:path';
import { currentPlatform } from '../../platform/index.js';
import type { Mapping } from '../../platform/processes.js';
import { readRegular } from '../../platform/regular-file.js';
import { type Elf, parseElf, sectionTableRange, symbolRanges } from '../symbols/elf.js';

/** Larger binaries are not searched for symbols. */
const maxFileBytes = 512 << 20;

/** One binary file as it lies in the target's memory. */
export interface Module {
  readonly path: string;
  /** Its mappings, lowest first, and the memory without a file right behind them (.bss). */
  readonly mappings: readonly Mapping[];
}

/** Groups mappings by file; the main executable comes first, then files named after Python, then the rest. */
export function listModules(pid: number, mappings: readonly Mapping[]): Module[] {
  const executable = currentPlatform().readExecutable(pid);
  const byFile = new Map<string, Mapping[]>();
  for (const [i, mapping] of mappings.entries()) {
    if (mapping.inode === 0 || mapping.path === '') continue;
    const key = `${mapping.device} ${mapping.inode}`;
    const list = byFile.get(key) ?? [];
    byFile.set(key, list);
    list.push(mapping);
    const next = mappings[i + 1];
    const isBss = next?.inode === 0 && next.path === '' && next.start === mapping.end;
    if (isBss && mapping.permissions.startsWith('rw')) list.push({ ...next, path: mapping.path });
  }
  const rank = (path: string): number => (path === executable ? 0 : /python/i.test(basename(path)) ? 1 : 2);
  return [...byFile.values()]
    .filter((list) => list.some((mapping) => mapping.permissions.includes('x')))
    .map((list) => ({ path: list[0]!.path, mappings: list }))
    .sort((a, b) => rank(a.path) - rank(b.path));
}

export interface LoadedElf {
  readonly elf: Elf;
  /** What to add to an address in the file to get one in memory. */
  readonly bias: number;
}

/** Parsed files by device and inode: a wait for an interpreter to start looks at the same ones again. */
export class ElfCache {
  /** Names of the symbols that are looked for. */
  readonly wanted: ReadonlySet<string>;
  readonly #files = new Map<string, Elf | null>();

  constructor(wanted: ReadonlySet<string>) {
    this.wanted = wanted;
  }

  /** @returns null if no file could be opened that is the one mapped, or it is no ELF file */
  parse(pid: number, module: Module): Elf | null {
    const { device, inode } = module.mappings[0]!;
    const key = `${device} ${inode}`;
    let elf = this.#files.get(key);
    if (elf === undefined) {
      const bytes = readModuleFile(pid, module);
      elf = bytes && parseElf(bytes, this.wanted);
      this.#files.set(key, elf);
    }
    return elf;
  }

  /**
   * Reads a file before any process has it mapped.
   * @throws the system's error
   */
  learn(path: string): void {
    readRegular(path, (fd, { dev, ino, size }) => {
      const key = `${currentPlatform().deviceText(dev)} ${ino}`;
      if (size > maxFileBytes || this.#files.has(key)) return;
      const bytes = readElf(fd, size);
      this.#files.set(key, bytes && parseElf(bytes, this.wanted));
    });
  }
}

/** A module's file, and where it lies in memory; null as in `ElfCache.parse`. */
export function loadElf(pid: number, module: Module, cache: ElfCache): LoadedElf | null {
  const elf = cache.parse(pid, module);
  if (!elf) return null;
  const page = 4096;
  for (const mapping of module.mappings) {
    if (mapping.inode === 0) continue;
    const segment = elf.segments.find(
      (candidate) => Math.floor(candidate.fileOffset / page) * page === mapping.fileOffset,
    );
    if (segment) return { elf, bias: mapping.start - Math.floor(segment.address / page) * page };
  }
  return null;
}

/** Bytes from the start of a file that hold its header and its table of segments. */
const headBytes = 4096;

/**
 * A file with only those parts filled in that the parser looks at: most of a library is code and debugging
 * information. Untouched parts of the buffer cost no memory.
 */
function readElf(fd: number, size: number): Uint8Array | null {
  const file = new Uint8Array(size);
  const fill = (offset: number, length: number): void => {
    const end = Math.min(offset + length, size);
    for (let at = offset; at < end; ) {
      const count = readSync(fd, file, at, end - at, at);
      if (count === 0) return;
      at += count;
    }
  };
  fill(0, headBytes);
  const table = sectionTableRange(file);
  if (table === null) return null;
  fill(table.offset, table.length);
  // A file that lies may list the same stretch many times over.
  let left = size;
  for (const { offset, length } of symbolRanges(file)) {
    if (length > left) break;
    left -= length;
    fill(offset, length);
  }
  return file;
}

function readModuleFile(pid: number, module: Module): Uint8Array | null {
  const { readExecutable, readMappedFile } = currentPlatform();
  const isExecutable = module.path === readExecutable(pid);
  const file = readMappedFile(pid, module.mappings[0]!, isExecutable, (fd, size) =>
    size <= maxFileBytes ? { bytes: readElf(fd, size) } : null,
  );
  return file?.bytes ?? null;
}
