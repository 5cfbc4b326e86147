/** Binaries of which only pieces are read: what a well-formed one says, and that a hostile one is read without harm. */
import { describe, expect, test } from 'vitest';
import { type PieceReader, readUnwindParts } from '../../../src/record/symbols/elf-parts.js';
import { FunctionNames } from '../../../src/record/symbols/function-names.js';
import { Random } from '../fuzz/random.js';
import { codeStart, makeTables, programs } from './tables.js';

const at = {
  note: 0x200,
  names: 0x240,
  strings: 0x2c0,
  symbols: 0x380,
  sections: 0x500,
  header: 0x800,
  frames: 0x900,
};
const fileBytes = 0xc00;
const tables = makeTables([{ start: codeStart, size: 0x100, program: programs.saving }]);

interface Symbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** Binding and type (st_info). */
  readonly info: number;
}

const [localFunction, globalFunction, weakFunction, globalData, localLabel] = [0x02, 0x12, 0x22, 0x11, 0x00];
const symbols: readonly Symbol[] = [
  { name: 'whole', value: codeStart, size: 0x100, info: localFunction },
  { name: 'data', value: codeStart + 0x200, size: 0x100, info: globalData },
  { name: 'weak', value: codeStart + 0x300, size: 0x10, info: weakFunction },
  { name: 'strong', value: codeStart + 0x300, size: 0x10, info: globalFunction },
  { name: 'copied.cold', value: codeStart + 0x400, size: 0x10, info: localFunction },
  { name: 'label', value: codeStart + 0x500, size: 0, info: localLabel },
  { name: 'memcpy@@GLIBC_2.14', value: codeStart + 0x600, size: 8, info: globalFunction },
];

/** A library whose tables lie where they are linked to, after `makeTables`. */
function makeLibrary(): Buffer {
  const file = Buffer.alloc(fileBytes);
  file.write('\x7fELF', 'latin1');
  file.set([2, 1, 1], 4);
  const header = (offset: number, table: number, sizeAt: number, size: number, count: number): void => {
    file.writeBigUInt64LE(BigInt(table), offset);
    file.writeUInt16LE(size, sizeAt);
    file.writeUInt16LE(count, sizeAt + 2);
  };
  header(32, 64, 54, 56, 5);
  header(40, at.sections, 58, 64, 6);
  file.writeUInt16LE(1, 62);
  const segment = (
    i: number,
    type: number,
    flags: number,
    offset: number,
    address: number,
    size: number,
  ): void => {
    const to = 64 + i * 56;
    file.writeUInt32LE(type, to);
    file.writeUInt32LE(flags, to + 4);
    for (const [field, value] of [
      [8, offset],
      [16, address],
      [32, size],
      [40, size],
    ] as const)
      file.writeBigUInt64LE(BigInt(value), to + field);
  };
  segment(0, 1, 5, 0, codeStart, at.header);
  segment(1, 1, 4, at.header, 0x8000, at.frames - at.header);
  segment(2, 1, 4, at.frames, 0x9000, fileBytes - at.frames);
  segment(3, 0x6474e550, 4, at.header, 0x8000, tables.header.byteLength);
  segment(4, 4, 4, at.note, codeStart + at.note, 0x24);
  file.set([4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, ...Buffer.from('GNU\0'), 0xde, 0xad, 0xbe, 0xef], at.note);
  file.write('\0.shstrtab\0.text\0.eh_frame\0.strtab\0.symtab\0', at.names);
  const section = (
    i: number,
    name: number,
    type: number,
    flags: number,
    offset: number,
    size: number,
    link = 0,
  ): void => {
    const to = at.sections + i * 64;
    file.writeUInt32LE(name, to);
    file.writeUInt32LE(type, to + 4);
    for (const [field, value] of [
      [8, flags],
      [24, offset],
      [32, size],
    ] as const)
      file.writeBigUInt64LE(BigInt(value), to + field);
    file.writeUInt32LE(link, to + 40);
  };
  section(1, 1, 3, 0, at.names, 0x40);
  section(2, 11, 1, 4, 0, 0x200);
  section(3, 17, 1, 0, at.frames, tables.frames.byteLength);
  section(4, 27, 3, 0, at.strings, at.symbols - at.strings);
  section(5, 35, 2, 0, at.symbols, (symbols.length + 1) * 24, 4);
  let name = 1;
  for (const [i, symbol] of symbols.entries()) {
    const to = at.symbols + (i + 1) * 24;
    file.write(symbol.name, at.strings + name);
    file.writeUInt32LE(name, to);
    file[to + 4] = symbol.info;
    file.writeUInt16LE(2, to + 6);
    file.writeBigUInt64LE(BigInt(symbol.value), to + 8);
    file.writeBigUInt64LE(BigInt(symbol.size), to + 16);
    name += symbol.name.length + 1;
  }
  file.set(tables.header, at.header);
  file.set(tables.frames, at.frames);
  return file;
}

const piecesOf =
  (file: Uint8Array): PieceReader =>
  (offset, length) =>
    file.subarray(offset, offset + length);

const library = makeLibrary();

test('a library has segments, tables for unwinding and an id', () => {
  const parts = readUnwindParts(piecesOf(library))!;
  expect(parts.segments.map(({ address, isExecutable }) => [address, isExecutable])).toEqual([
    [codeStart, true],
    [0x8000, false],
    [0x9000, false],
  ]);
  expect(parts.buildId).toBe('deadbeef');
  expect(parts.callFrames!.rule(codeStart + 0x80)!.address.offset).toBe(48);
});

test('without a table of sections it has the same tables', () => {
  const stripped = Buffer.from(library);
  stripped.writeBigUInt64LE(0n, 40);
  expect(readUnwindParts(piecesOf(stripped))!.callFrames!.rule(codeStart)).not.toBeNull();
  expect(FunctionNames.read(piecesOf(stripped)).find(codeStart)).toBeNull();
});

describe('names', () => {
  const names = FunctionNames.read(piecesOf(library));

  test.each([
    ['at its beginning', 0, 'whole'],
    ['in its middle', 0xff, 'whole'],
    ['behind its end', 0x100, null],
    ['of data', 0x200, null],
    ['that others share', 0x300, 'strong'],
    ['of a part', 0x400, 'copied'],
    ['of assembler code', 0x500, 'label'],
    ['behind a label', 0x508, null],
    ['with a version', 0x600, 'memcpy'],
  ])('a place %s', (_, offset, name) => {
    expect(names.find(codeStart + offset)).toBe(name);
  });
});

test('what is no library has nothing', () => {
  for (const file of [new Uint8Array(), Buffer.alloc(64), library.subarray(0, 63)]) {
    expect(readUnwindParts(piecesOf(file))).toBeNull();
    expect(FunctionNames.read(piecesOf(file)).find(codeStart)).toBeNull();
  }
});

test('damaged libraries are read without harm', () => {
  const random = new Random(11);
  const heads = [...Array(0x180).keys(), ...Array.from({ length: 0x180 }, (_, i) => at.sections + i)];
  let named = 0;
  let ruled = 0;
  const rounds = 3000;
  for (let i = 0; i < rounds; i++) {
    const file = Buffer.from(library.subarray(0, random.chance(0.1) ? random.below(fileBytes) : fileBytes));
    for (let k = random.below(6); k >= 0; k--) {
      const place = random.chance(0.7) ? random.of(heads) : random.below(fileBytes);
      if (place < file.byteLength) file[place] = random.of([0, 1, 0x7f, 0xff, random.below(256)]);
    }
    if (FunctionNames.read(piecesOf(file)).find(codeStart) !== null) named++;
    if (readUnwindParts(piecesOf(file))?.callFrames?.rule(codeStart) != null) ruled++;
  }
  for (const count of [named, ruled]) {
    expect(count).toBeGreaterThan(rounds / 10);
    expect(count).toBeLessThan(rounds);
  }
});
