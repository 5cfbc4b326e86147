/** A saved process with all that the recorder looks for before it looks at the interpreter: mappings and symbols. */

import type { Mapping } from '../../../src/platform/processes.js';
import type { Pages } from '../../../src/platform/saved.js';
import type { Elf } from '../../../src/record/symbols/elf.js';
import { ElfCache } from '../../../src/record/target/modules.js';
import { loadSaved, type SavedProcess } from '../../support/saved-process.js';

/** Where the program lies: nothing of any saved process is there. */
const base = 0x6_0000_0000;
const dataPage = base + 4096;
const currentAt = dataPage + 2048;

export interface World {
  readonly minor: string;
  readonly saved: SavedProcess;
  readonly pages: Pages;
  readonly mappings: readonly Mapping[];
  /** With symbols, and as if they had been stripped. */
  readonly symbols: ElfCache;
  readonly stripped: ElfCache;
}

class SavedElf extends ElfCache {
  readonly #elf: Elf;

  constructor(elf: Elf) {
    super(new Set());
    this.#elf = elf;
  }

  override parse(): Elf {
    return this.#elf;
  }
}

/** @param thread a thread state that _PyThreadState_Current names, in versions that have it */
export function loadWorld(minor: string, thread: number): World {
  const { process: saved, pages: savedPages, layout } = loadSaved(minor);
  const data = new Uint8Array(4096);
  data.set(Buffer.from(saved.python, 'latin1'), 64);
  new DataView(data.buffer).setBigUint64(currentAt - dataPage, BigInt(thread), true);
  const pages = new Map([...savedPages, [base, new Uint8Array(4096)] as const, [dataPage, data] as const]);
  const first = saved.runtime - (saved.runtime % 4096);
  let end = first;
  while (savedPages.has(end)) end += 4096;
  const part = (start: number, to: number, permissions: string, fileOffset: number): Mapping => ({
    ...{ start, end: to, permissions, fileOffset },
    ...{ device: '8:1', inode: 77, path: `/usr/bin/python${minor}`, deleted: false },
  });
  const heap = [...savedPages.keys()]
    .filter((page) => page < first || page >= end)
    .map((page) => ({ ...part(page, page + 4096, 'rw-p', 0), inode: 0, path: '' }));
  const elf = { segments: [{ fileOffset: 0, address: 0, memorySize: 8192, flags: 5 }], sections: [] };
  const symbols = new Map([[layout.root as string, saved.runtime - base]]);
  if (layout.gil.kind === 'variable') symbols.set('_PyThreadState_Current', currentAt - base);
  return {
    ...{ minor, saved, pages },
    mappings: [
      part(base, dataPage, 'r-xp', 0),
      part(dataPage, dataPage + 4096, 'rw-p', 4096),
      part(first, end, 'rw-p', 8192),
      ...heap,
    ].sort((a, b) => a.start - b.start),
    symbols: new SavedElf({ ...elf, symbols }),
    stripped: new SavedElf({ ...elf, symbols: new Map() }),
  };
}
