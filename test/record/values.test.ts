/** Values of variables out of hostile memory: cycles, absurd lengths, wild pointers, and words that change. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../src/platform/saved.js';
import { layouts } from '../../src/record/layouts/cpython.js';
import { Peek } from '../../src/record/memory/peek.js';
import {
  complexText,
  floatText,
  halfFloat,
  quotedBytes,
  quotedText,
} from '../../src/record/values/literals.js';
import { ValueReader } from '../../src/record/values/value-reader.js';
import { readVariables } from '../../src/record/values/variables.js';
import { VerifiedReads } from '../../src/record/values/verified-reads.js';

const layout = layouts.get('3.12')!;
const { values } = layout;
const base = 0x7f00_0000_0000;
const size = 1 << 20;
/** Type flags of the built-in types, by what they are a kind of. */
const flags: Readonly<Record<string, number>> = {
  int: 1 << 24,
  list: 1 << 25,
  tuple: 1 << 26,
  bytes: 1 << 27,
  str: 1 << 28,
  dict: 1 << 29,
  type: 1 << 31,
};

/** Objects as CPython 3.12 lays them out, in memory of our own. */
class Heap {
  readonly bytes = new Uint8Array(size);
  readonly view = new DataView(this.bytes.buffer);
  #end = 64;
  readonly #types = new Map<string, number>();
  readonly #metaType: number;

  constructor() {
    this.#metaType = this.room(1024);
    this.#fillType(this.#metaType, 'type');
  }

  room(bytes: number): number {
    const at = base + this.#end;
    this.#end += Math.ceil(bytes / 16) * 16;
    return at;
  }

  set(address: number, word: number | bigint): void {
    this.view.setBigUint64(address - base, BigInt.asUintN(64, BigInt(word)), true);
  }

  get(address: number): bigint {
    return this.view.getBigUint64(address - base, true);
  }

  type(name: string): number {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const type = this.room(1024);
    this.#fillType(type, name);
    this.#types.set(name, type);
    return type;
  }

  #fillType(type: number, name: string): void {
    const nameAt = this.room(64);
    this.bytes.set(Buffer.from(name), nameAt - base);
    this.set(type + values.type, this.#metaType);
    this.set(type + layout.type.name, nameAt);
    this.view.setUint32(type - base + layout.type.flags, (flags[name] ?? 0) >>> 0, true);
  }

  object(name: string, words: readonly (number | bigint)[]): number {
    const at = this.room(16 + words.length * 8);
    this.set(at + values.type, this.type(name));
    for (const [index, word] of words.entries()) this.set(at + values.head + index * 8, word);
    return at;
  }

  int(value: number): number {
    return this.object('int', [value < 0 ? 10 : value === 0 ? 1 : 8, Math.abs(value)]);
  }

  str(text: string): number {
    const at = this.object('str', [text.length, 0, 0b1100100]);
    this.bytes.set(Buffer.from(text, 'latin1'), this.room(text.length + 1) - base);
    return at;
  }

  tuple(items: readonly number[], count: number | bigint = items.length): number {
    return this.object('tuple', [count, ...items]);
  }

  list(items: readonly number[], count: number | bigint = items.length): number {
    const table = this.room(items.length * 8);
    for (const [index, item] of items.entries()) this.set(table + index * 8, item);
    return this.object('list', [count, table, items.length]);
  }

  memory(): SavedMemory {
    const pages = new Map<number, Uint8Array>();
    for (let at = 0; at < size; at += 4096) pages.set(base + at, this.bytes.subarray(at, at + 4096));
    return new SavedMemory(pages);
  }

  read(object: number, length = 200): string {
    return new ValueReader(layout, new Peek(this.memory()), length, 100_000).text(object);
  }
}

describe('a value', () => {
  test('is read as it stands', () => {
    const heap = new Heap();
    expect(heap.read(heap.list([heap.int(5), heap.tuple([heap.int(-7)]), heap.object('NoneType', [])]))).toBe(
      '[5, (-7,), None]',
    );
  });

  test('that holds itself comes to an end', () => {
    const heap = new Heap();
    const list = heap.list([0]);
    const tuple = heap.tuple([list, list]);
    heap.set(Number(heap.get(list + values.list.items)), tuple);
    expect(heap.read(list)).toBe('[([...], [...])]');
    // Two that hold each other twice would be 2^depth.
    const wide = heap.list([0, 0, 0, 0, 0, 0]);
    const other = heap.list([wide, wide, wide, wide, wide, wide]);
    expect(heap.read(other).length).toBeLessThan(250);
  });

  test('nested beyond all measure is cut', () => {
    const heap = new Heap();
    let inner = heap.int(1);
    for (let depth = 0; depth < 500; depth++) inner = heap.list([inner]);
    expect(heap.read(inner)).toBe('[[[[[[[…]]]]]]]');
    const many = Array.from({ length: 100 }, () => heap.list(Array.from({ length: 100 }, () => heap.int(1))));
    expect(heap.read(heap.list(many), 100_000).length).toBeLessThan(10_000);
  });

  test.each([
    ['a length beyond the address space', (heap: Heap) => heap.tuple([], 2n ** 63n - 1n)],
    ['a negative length', (heap: Heap) => heap.list([], -5)],
    ['a length of which nothing is there', (heap: Heap) => heap.object('list', [2 ** 40, base + size - 16])],
    ['a type that is no type', (heap: Heap) => heap.int(heap.int(1))],
    ['digits that are none', (heap: Heap) => heap.object('int', [2 << 3, 0xffff_ffff_ffffn])],
    ['a str of no kind', (heap: Heap) => heap.object('str', [5, 0, 0])],
    ['a str longer than memory', (heap: Heap) => heap.object('str', [2n ** 60n, 0, 0b1100100])],
    ['a set with an absurd mask', (heap: Heap) => heap.object('set', [0, 1, 2n ** 62n, base, 0])],
    ['a dict with wild keys', (heap: Heap) => heap.object('dict', [1, 0, base + size + 4096, 0])],
  ])('with %s is unreadable, and nothing worse', (what, make) => {
    const heap = new Heap();
    const object = make(heap);
    if (what.startsWith('a type')) heap.set(object + values.type, heap.int(1));
    expect(heap.read(object)).toBe('<unreadable>');
    expect(heap.read(heap.tuple([object, heap.int(1)]))).toBe('(<unreadable>, 1)');
  });

  test.each([0, 8, 4095, base + 4, base + size, 2 ** 48, 2 ** 60, -8, Number.NaN])(
    'at %d is unreadable',
    (at) => {
      expect(new Heap().read(at)).toBe('<unreadable>');
    },
  );

  test('too large to be written out is told by its size', () => {
    const heap = new Heap();
    expect(heap.read(heap.object('int', [20_000n << 3n, 1]))).toBe('<int of 600000 bits>');
  });

  test('out of damaged memory is text within its length', () => {
    const heap = new Heap();
    const key = heap.object('bytes', [3, 0, 0x636261]);
    const items = [heap.int(1), heap.str('abc'), key, heap.object('float', [2n ** 62n])];
    const object = heap.list([
      heap.tuple(items),
      heap.list(items),
      heap.object('set', [0, 1, 7, base + 256, 0]),
    ]);
    const whole = heap.bytes.slice();
    let seed = 12345;
    const random = (count: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % count;
    };
    const started = Date.now();
    for (let round = 0; round < 2000; round++) {
      heap.bytes.set(whole);
      for (let change = 0; change < 8; change++) {
        const at = base + random(1500) * 8;
        const word = [
          0n,
          2n ** 64n - 1n,
          BigInt(base + random(size)),
          BigInt(random(2 ** 24)),
          BigInt(object),
        ];
        heap.set(at, word[random(word.length)]!);
      }
      const text = heap.read(object);
      expect(text.length).toBeLessThanOrEqual(201);
      expect(text).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    }
    expect(Date.now() - started).toBeLessThan(30_000);
  });
});

test('what changed since it was read is noticed, by the read', () => {
  const heap = new Heap();
  const memory = heap.memory();
  const reads = new VerifiedReads(memory);
  const peek = new Peek(reads);
  const address = heap.int(5);
  peek.u64(address + 16);
  peek.u32(address + 24);
  expect(reads.changed()).toEqual([]);
  heap.view.setUint32(address + 24 - base, 6, true);
  expect(reads.changed()).toEqual([1]);
});

test('a code object with an absurd number of arguments has no variables', () => {
  const heap = new Heap();
  const code = heap.room(256);
  const { names, argumentCount } = values.code;
  if (names.kind !== 'kinds') throw new Error('3.12 has kinds');
  heap.set(code + names.names, heap.tuple([heap.str('a')]));
  heap.set(code + names.kinds, heap.object('bytes', [1, 0, 0x20]));
  heap.view.setInt32(code - base + argumentCount, 1, true);
  const read = () => readVariables(new Peek(heap.memory()), layout, code);
  expect(read()?.list.length).toBe(1);
  for (const count of [2, -1, 2 ** 31 - 1]) {
    heap.view.setInt32(code - base + argumentCount, count, true);
    expect(read()).toBeNull();
  }
  heap.view.setInt32(code - base + argumentCount, 0, true);
  heap.set(code + names.names, heap.tuple([], 2 ** 40));
  expect(read()).toBeNull();
});

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [0.1, '0.1'],
  [1e16, '1e+16'],
  [1e15, '1000000000000000.0'],
  [123456.789, '123456.789'],
  [1e-4, '0.0001'],
  [1.5e-5, '1.5e-05'],
  [5e-324, '5e-324'],
  [Number.NEGATIVE_INFINITY, '-inf'],
  [Number.NaN, 'nan'],
])('the float %d is %s', (value, text) => {
  expect(floatText(value)).toBe(text);
});

test('complex numbers, half floats, text and bytes are written as Python does', () => {
  expect([complexText(0, 1), complexText(-0, 1), complexText(1, -2.5)]).toEqual([
    '1j',
    '(-0+1j)',
    '(1-2.5j)',
  ]);
  expect([halfFloat(0x3c00), halfFloat(0xc000), halfFloat(1), halfFloat(0x7c00)]).toEqual([
    1,
    -2,
    2 ** -24,
    Number.POSITIVE_INFINITY,
  ]);
  const points = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);
  expect(quotedText(points(`it's\n\x1b\u202e文🐍`), false)).toBe(`"it's\\n\\x1b\\u202e文🐍"`);
  expect(quotedText([0xdcff, 0x110000], false)).toBe("'\\udcff\\U00110000'");
  expect(quotedBytes(Buffer.from(`a'"\xff`, 'latin1'))).toBe(`'a\\'"\\xff'`);
});
