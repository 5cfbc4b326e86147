/** Names of a binary's functions by address, from `.symtab` and `.dynsym` (ELF-64 Object File Format 1.5). Pure. */
import { pointerAt } from '../memory/pointers.js';
import { type FileSection, type PieceReader, readSections, textAt, viewOf } from './elf-parts.js';

const limits = { table: 128 << 20, names: 256 << 20, name: 4096 } as const;

const [symbolTable, dynamicSymbols] = [2, 11]; // SHT_SYMTAB, SHT_DYNSYM
const [noType, functionType, indirectType] = [0, 2, 10]; // STT_NOTYPE (assembler code), STT_FUNC, STT_GNU_IFUNC
const symbolBytes = 24;

interface Table {
  readonly symbols: DataView;
  readonly names: Uint8Array;
}

export class FunctionNames {
  readonly #tables: readonly Table[];
  readonly #sections: readonly FileSection[];

  private constructor(tables: readonly Table[], sections: readonly FileSection[]) {
    this.#tables = tables;
    this.#sections = sections;
  }

  /** Reads all tables, `.symtab` first, which has more. */
  static read(read: PieceReader): FunctionNames {
    const sections = readSections(read);
    const tables = [symbolTable, dynamicSymbols].flatMap((wanted) =>
      sections
        .filter(({ type }) => type === wanted)
        // A file has one of each.
        .slice(0, 1)
        .flatMap(({ fileOffset, size, link }): Table[] => {
          const strings = sections[link];
          if (strings === undefined || size > limits.table || strings.size > limits.names) return [];
          const symbols = viewOf(read(fileOffset, size));
          return [{ symbols, names: read(strings.fileOffset, strings.size) }];
        }),
    );
    return new FunctionNames(tables, sections);
  }

  /**
   * The table is looked through once for each question, in about a millisecond for 100,000 symbols: functions that are met are few.
   * @param start where a function begins, as linked
   * @returns null where none is named
   */
  find(start: number): string | null {
    for (const { symbols, names } of this.#tables) {
      const at = this.#search(symbols, start);
      if (at < 0) continue;
      const name = textAt(names, symbols.getUint32(at, true), limits.name);
      if (name !== '') return plainName(name);
    }
    return null;
  }

  /** Where in a table the symbol is that says most of a place; negative for nowhere. */
  #search(symbols: DataView, start: number): number {
    let best = -1;
    let bestRank = Number.NEGATIVE_INFINITY;
    for (let at = 0; at + symbolBytes <= symbols.byteLength; at += symbolBytes) {
      const value = pointerAt(symbols, at + 8);
      if (value > start || value === 0) continue;
      const info = symbols.getUint8(at + 4);
      const type = info & 0xf;
      if (type !== functionType && type !== indirectType && type !== noType) continue;
      const size = pointerAt(symbols, at + 16);
      if (value !== start && start >= value + size) continue;
      const section = symbols.getUint16(at + 6, true);
      if (section === 0) continue; // SHN_UNDEF
      if (type === noType && !this.#sections[section]?.isExecutable) continue;
      const rank = value * 4 + (type === noType ? 0 : info >> 4 === 1 ? 2 : 1); // STB_GLOBAL
      if (rank > bestRank) {
        best = at;
        bestRank = rank;
      }
    }
    return best;
  }
}

/** Without the version of a library, and without what a compiler adds to the parts and copies of a function. */
function plainName(name: string): string {
  return name
    .replace(/(?<=.)@.*$/, '')
    .replace(/(?<=.)(\.(cold|part|constprop|isra|lto_priv|llvm)(\.\d+)*)+$/, '');
}
