/** Threads' copies of bytecode: which of them an instruction is in, while lists grow, copies go and others come. */
import { describe, expect, test } from 'vitest';
import { RangeList } from '../../../src/platform/memory.js';
import { SavedMemory } from '../../../src/platform/saved.js';
import { BytecodeCopies } from '../../../src/record/code/bytecode-copies.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { freeThreaded } from '../../../src/record/layouts/free-threaded.js';
import type { Layout } from '../../../src/record/layouts/layout.js';
import { Peek } from '../../../src/record/memory/peek.js';

const row = freeThreaded(layouts.get('3.14')!);
const layout: Layout = {
  ...row,
  code: { ...row.code, copies: 224 },
  interpreter: { ...row.interpreter, copiesGeneration: 4 },
};
const [interpreter, code, list, main, copy] = [0x10000, 0x20000, 0x30000, 0x40000, 0x50000];

/** A process with one code object of 100 bytes of bytecode; its memory can be written. */
class Process {
  readonly #pages = new Map([interpreter, code, list].map((at) => [at, new Uint8Array(4096)]));
  readonly memory = new SavedMemory(this.#pages);
  readonly copies = new BytecodeCopies(layout, new Peek(this.memory));
  readonly entry = {
    address: code,
    bytecode: main,
    lines: { starts: new Int32Array(), lines: new Int32Array(), end: 100 },
    copies: [],
    copiesRound: 0,
  };

  constructor() {
    this.write(code + 224, list);
    this.writeList([main, copy, 0]);
    this.tick();
  }

  write(address: number, value: number): void {
    const page = address - (address % 4096);
    new DataView(this.#pages.get(page)!.buffer).setBigUint64(address - page, BigInt(value), true);
  }

  writeList(copies: readonly number[]): void {
    for (const [i, value] of [copies.length, ...copies].entries()) this.write(list + 8 * i, value);
  }

  /** A thread that came or went. */
  change(generation: number): void {
    this.write(interpreter, generation * 2 ** 32);
  }

  tick(): void {
    const ranges = new RangeList();
    this.copies.plan(ranges, [interpreter]);
    this.memory.read(ranges);
    this.copies.update(this.memory.words);
  }

  start(instruction: number): number {
    return this.copies.start(this.entry, instruction);
  }
}

describe('an instruction', () => {
  test('is found in the code object itself, in a copy, and in none', () => {
    const process = new Process();
    expect(process.start(main)).toBe(main);
    expect(process.start(main + 98)).toBe(main);
    expect(process.start(copy)).toBe(copy);
    expect(process.start(copy + 98)).toBe(copy);
    expect([copy - 2, copy + 100, 0, 2 ** 46].map((at) => process.start(at))).toEqual([
      main,
      main,
      main,
      main,
    ]);
  });

  test('is found in a copy that was made since', () => {
    const process = new Process();
    expect(process.start(copy + 4096)).toBe(main);
    process.writeList([main, copy, copy + 4096]);
    process.tick();
    expect(process.start(copy + 4100)).toBe(copy + 4096);
    expect(process.start(copy + 2)).toBe(copy);
  });

  test('is not taken for one of a copy that went, once threads have come or gone', () => {
    const process = new Process();
    expect(process.start(copy + 40)).toBe(copy);
    process.writeList([main, copy + 32, 0]);
    process.change(1);
    process.tick();
    expect(process.start(copy + 40)).toBe(copy + 32);
    process.tick();
    expect(process.start(copy + 40)).toBe(copy + 32);
    process.writeList([main, 0, 0]);
    process.change(2);
    process.tick();
    expect(process.start(copy + 40)).toBe(main);
  });

  test('is in none where the list makes no sense', () => {
    const process = new Process();
    for (const [address, value] of [
      [list, 2 ** 31],
      [list, 60_000],
      [code + 224, 12],
      [code + 224, 2 ** 63],
      [code + 224, 0],
    ] as const) {
      process.write(address, value);
      expect(process.start(copy)).toBe(main);
    }
  });
});
