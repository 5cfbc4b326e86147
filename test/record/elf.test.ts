/** ELF files: what a well-formed one says, and that a hostile one is read without harm. */
import { describe, expect, test } from 'vitest';
import { parseElf } from '../../src/record/symbols/elf.js';

const wanted = new Set(['_PyRuntime', 'Py_Version']);
/** Offsets in the file that `makeElf` makes. */
const at = { segments: 64, names: 0x200, strings: 0x280, symbols: 0x300, sections: 0x400, end: 0x600 };

/** A file with one loaded segment, and the sections .shstrtab, .PyRuntime, .strtab and .symtab. */
function makeElf(): Buffer {
  const file = Buffer.alloc(at.end);
  file.write('\x7fELF', 'latin1');
  file.set([2, 1, 1], 4);
  file.writeBigUInt64LE(BigInt(at.segments), 32);
  file.writeBigUInt64LE(BigInt(at.sections), 40);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt16LE(64, 58);
  file.writeUInt16LE(5, 60);
  file.writeUInt16LE(1, 62);
  file.writeUInt32LE(1, at.segments); // PT_LOAD
  file.writeUInt32LE(6, at.segments + 4);
  file.writeBigUInt64LE(0x1000n, at.segments + 8);
  file.writeBigUInt64LE(0x401000n, at.segments + 16);
  file.writeBigUInt64LE(0x2000n, at.segments + 40);
  file.write('\0.shstrtab\0.PyRuntime\0.strtab\0.symtab\0', at.names);
  file.write('\0_PyRuntime\0Py_Version\0other\0', at.strings);
  const symbol = (index: number, name: number, section: number, address: bigint): void => {
    file.writeUInt32LE(name, at.symbols + index * 24);
    file.writeUInt16LE(section, at.symbols + index * 24 + 6);
    file.writeBigUInt64LE(address, at.symbols + index * 24 + 8);
  };
  symbol(1, 1, 2, 0x402000n);
  symbol(2, 12, 0, 0n); // imported: not defined here
  symbol(3, 23, 2, 0x403000n);
  const section = (
    index: number,
    name: number,
    type: number,
    address: bigint,
    offset: number,
    size: number,
    link = 0,
  ): void => {
    const start = at.sections + index * 64;
    file.writeUInt32LE(name, start);
    file.writeUInt32LE(type, start + 4);
    file.writeBigUInt64LE(address, start + 16);
    file.writeBigUInt64LE(BigInt(offset), start + 24);
    file.writeBigUInt64LE(BigInt(size), start + 32);
    file.writeUInt32LE(link, start + 40);
  };
  section(1, 1, 3, 0n, at.names, 40);
  section(2, 11, 1, 0x402000n, 0x1000, 0x500);
  section(3, 22, 3, 0n, at.strings, 30);
  section(4, 30, 2, 0n, at.symbols, 96, 3);
  return file;
}

describe('an ELF file', () => {
  test('gives its loaded segments, sections and wanted symbols', () => {
    const elf = parseElf(makeElf(), wanted)!;
    expect(elf.segments).toEqual([{ flags: 6, fileOffset: 0x1000, address: 0x401000, memorySize: 0x2000 }]);
    expect(elf.sections.map(({ name }) => name)).toEqual([
      '',
      '.shstrtab',
      '.PyRuntime',
      '.strtab',
      '.symtab',
    ]);
    expect(elf.sections[2]).toEqual({ name: '.PyRuntime', address: 0x402000, size: 0x500, type: 1 });
    expect([...elf.symbols]).toEqual([['_PyRuntime', 0x402000]]);
  });

  test('read from the middle of a larger buffer is the same', () => {
    const larger = Buffer.concat([Buffer.alloc(13, 0xee), makeElf()]);
    expect(parseElf(larger.subarray(13), wanted)).toEqual(parseElf(makeElf(), wanted));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a script', Buffer.from(`#!/bin/sh\n${'x'.repeat(100)}`)],
    ['32 bits', Buffer.from(makeElf().fill(1, 4, 5))],
    ['big-endian', Buffer.from(makeElf().fill(2, 5, 6))],
  ])('that is none: %s', (_name, file) => {
    expect(parseElf(file, wanted)).toBeNull();
  });
});

describe('a hostile ELF file', () => {
  test('cut off anywhere', () => {
    const whole = makeElf();
    for (let length = 0; length < whole.length; length++) {
      const elf = parseElf(whole.subarray(0, length), wanted);
      if (length < 64) expect(elf).toBeNull();
      // Nothing is made up.
      for (const address of elf?.symbols.values() ?? []) expect(address).toBe(0x402000);
    }
  });

  test('with any word replaced', () => {
    const whole = makeElf();
    for (let offset = 8; offset + 8 <= whole.length; offset += 4)
      for (const value of [0n, 1n, 0xffffn, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn, 0xffff_fff0n]) {
        const file = Buffer.from(whole);
        file.writeBigUInt64LE(value, offset);
        const elf = parseElf(file, wanted)!;
        expect(elf.segments.length).toBeLessThanOrEqual(1024);
        expect(elf.sections.length).toBeLessThanOrEqual(65_535);
      }
  });

  test('whose every section is a symbol table of the whole file does not take for ever', () => {
    const sections = 8000;
    const file = Buffer.alloc(at.sections + sections * 64);
    makeElf().copy(file);
    file.writeUInt16LE(sections, 60);
    for (let i = 0; i < sections; i++) {
      const start = at.sections + i * 64;
      file.writeUInt32LE(2, start + 4);
      file.writeBigUInt64LE(0n, start + 24);
      file.writeBigUInt64LE(BigInt(file.length), start + 32);
    }
    // CPU time, not wall time: other work on the machine must not fail this. Without a limit it is many seconds.
    const started = process.cpuUsage();
    parseElf(file, wanted);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });
});
