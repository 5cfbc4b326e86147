/** Unwinding of copied stacks: frames of known and unknown size, and stacks that hold anything. */
import { describe, expect, test } from 'vitest';
import type { Mapping } from '../../../src/platform/processes.js';
import { FrameSearch } from '../../../src/record/native/frame-search.js';
import { NativeUnwinder } from '../../../src/record/native/unwinder.js';
import { Random } from '../fuzz/random.js';
import { MadeStack, placesOf, stackStart, x64 } from './made-stack.js';
import { callFramesOf, codeStart, makeTables, programs } from './tables.js';

const saving = { start: codeStart, size: 0x100, program: programs.saving };
const framed = { start: codeStart + 0x100, size: 0x100, program: programs.framed };
const outermost = { start: codeStart + 0x300, size: 0x40, program: programs.outermost };
const places = placesOf(callFramesOf(makeTables([saving, framed, outermost])));
const [rbx, rbp] = [3, 6];

/** `saving` was called by `framed`, with 64 bytes of its own, and that by `outermost`. */
function madeStack(bytes = 0x200): MadeStack {
  const stack = new MadeStack(saving.start + 0x80, bytes);
  stack.put(32, 0xbb);
  stack.put(40, framed.start + 0x80);
  stack.put(96, 0x66);
  stack.put(104, outermost.start + 8);
  return stack;
}

function unwind(stack: MadeStack, ends: readonly number[]) {
  const search = { ends: () => ends.map((offset) => stackStart + offset) };
  return new NativeUnwinder(places, x64, search).unwind(stack);
}

const pcs = ({ frames }: ReturnType<typeof unwind>): number[] => frames.map(({ pc }) => pc);
const all = [saving.start + 0x80, framed.start + 0x80, outermost.start + 8];

describe('a stack', () => {
  test('is followed to its start, over a frame whose end is found', () => {
    const result = unwind(madeStack(), [112]);
    expect(result.end).toBe('start');
    expect(pcs(result)).toEqual(all);
    expect(result.frames.map(({ low, end }) => [low - stackStart, end - stackStart])).toEqual([
      [0, 48],
      [48, 112],
      [112, Number.NaN],
    ]);
  });

  test('has the registers that were saved, and no others', () => {
    const { frames } = unwind(madeStack(), [112]);
    expect(frames[0]!.registers[rbx]).toBeNaN();
    expect(frames[1]!.registers[rbx]).toBe(0xbb);
    expect(frames[2]!.registers[rbx]).toBe(0xbb);
    expect(frames[1]!.registers[rbp]).toBeNaN();
    expect(frames[2]!.registers[rbp]).toBe(0x66);
  });

  test('takes no end that does not lead to its start', () => {
    expect(pcs(unwind(madeStack(), [64, 80, 112]))).toEqual(all);
    const result = unwind(madeStack(), [64, 80]);
    expect(result.end).toBe('unknown-frame');
    expect(pcs(result)).toEqual(all.slice(0, 2));
  });

  test('ends where its copy does, or its code is unknown', () => {
    expect(unwind(madeStack(40), [112]).end).toBe('outside');
    const stack = madeStack();
    stack.put(40, 0x500_0000);
    expect(unwind(stack, [])).toMatchObject({ end: 'unknown-code', frames: [{}, { code: null }] });
  });

  test('ends at a return address of zero', () => {
    const stack = madeStack();
    stack.put(40, 0);
    expect(unwind(stack, [])).toMatchObject({ end: 'start', frames: [{}] });
  });
});

test('stacks that hold anything are followed to an end, upward', () => {
  const random = new Random(3);
  const ends = new Set<string>();
  for (let i = 0; i < 2000; i++) {
    const size = 8 * (1 + random.below(2000));
    const stack = new MadeStack(random.of([...all, random.below(2 ** 32)]), size);
    for (let at = 0; at < size; at += 8)
      stack.put(at, random.of([...all, stackStart + 8 * random.below(2000), random.below(2 ** 48)]));
    const result = unwind(
      stack,
      Array.from({ length: random.below(6) }, () => 8 * random.below(3000) - 100),
    );
    ends.add(result.end);
    expect(result.frames.length).toBeLessThanOrEqual(8192);
    for (let k = 1; k < result.frames.length; k++)
      expect(result.frames[k]!.low).toBeGreaterThan(result.frames[k - 1]!.low);
  }
  expect(ends.size).toBeGreaterThan(3);
});

test('a circle of signal frames ends', () => {
  const circle = placesOf(callFramesOf(makeTables([{ ...saving, program: [], isSignal: true }])));
  const stack = new MadeStack(saving.start, 1 << 20);
  for (let at = 0; at < 1 << 20; at += 8) stack.put(at, saving.start);
  expect(new NativeUnwinder(circle, x64, { ends: () => [] }).unwind(stack).frames.length).toBe(8192);
});

describe('the end of a frame', () => {
  const text = { permissions: 'r-xp' } as Mapping;
  /** Code by address. */
  const searchIn = (code: ReadonlyMap<number, number>): FrameSearch =>
    new FrameSearch(
      {
        peek: (address, into) => {
          for (let i = 0; i < into.byteLength; i++) into[i] = code.get(address + i) ?? 0x90;
          return true;
        },
      },
      { known: (address) => (address >= 0x1000 && address < 0x9000 ? text : null) },
    );
  const codeAt = (...pieces: readonly (readonly [number, readonly number[]])[]): Map<number, number> =>
    new Map(pieces.flatMap(([at, bytes]) => bytes.map((byte, i) => [at + i, byte] as const)));
  const relative = (from: number, to: number): number[] => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(to - from);
    return [...bytes];
  };
  const offsets = (search: FrameSearch, stack: MadeStack, start: number): number[] =>
    search.ends(stack, stackStart, start).map((end) => end - stackStart);

  test('is behind a call of the function, before calls through a pointer', () => {
    const stack = new MadeStack(0, 256);
    stack.put(16, 0x2000); // call *%rax
    stack.put(32, 0x2100); // call of another function
    stack.put(48, 0x2200); // call of the function
    stack.put(64, 0xffff_0000); // no code
    const code = codeAt(
      [0x2000 - 2, [0xff, 0xd0]],
      [0x2100 - 5, [0xe8, ...relative(0x2100, 0x5000)]],
      [0x2200 - 5, [0xe8, ...relative(0x2200, 0x4000)]],
    );
    expect(offsets(searchIn(code), stack, 0x4000)).toEqual([56, 24]);
  });

  test('is behind a call by way of the linkage table', () => {
    const stack = new MadeStack(0, 64);
    stack.put(8, 0x2000);
    const slot = [...relative(0, 0x4000), 0, 0, 0, 0];
    const code = codeAt(
      [0x2000 - 5, [0xe8, ...relative(0x2000, 0x3000)]],
      [0x3000, [0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, ...relative(0x300b, 0x6000)]],
      [0x6000, slot],
    );
    expect(offsets(searchIn(code), stack, 0x4000)).toEqual([16]);
    expect(offsets(searchIn(code), stack, 0x4008)).toEqual([]);
  });
});
