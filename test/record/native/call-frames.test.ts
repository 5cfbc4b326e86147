/** Unwinding tables: what they say of functions that compilers make, and that damaged ones do no harm. */
import { describe, expect, test } from 'vitest';
import { DwarfBytes, MalformedTable } from '../../../src/record/symbols/dwarf-bytes.js';
import { evaluate } from '../../../src/record/symbols/dwarf-expression.js';
import { Random } from '../fuzz/random.js';
import { callFramesOf, codeStart, makeTables, programs } from './tables.js';

const saving = { start: codeStart, size: 0x100, program: programs.saving };
const framed = { start: codeStart + 0x100, size: 0x100, program: programs.framed };
const outermost = { start: codeStart + 0x300, size: 0x40, program: programs.outermost };
const tables = makeTables([framed, saving, outermost]);

describe('the table of a binary', () => {
  const frames = callFramesOf(tables);

  test('says where the frame is at each instruction', () => {
    const end = (pc: number) => frames.rule(pc)!.address;
    expect(end(codeStart)).toEqual({ register: 7, offset: 8, expression: null });
    expect(end(codeStart + 1)).toEqual({ register: 7, offset: 16, expression: null });
    expect(end(codeStart + 0x80)).toEqual({ register: 7, offset: 48, expression: null });
    expect(end(framed.start + 0x80)).toEqual({ register: 6, offset: 16, expression: null });
  });

  test('says where registers were saved', () => {
    expect(frames.rule(codeStart + 0x80)!.saved).toContainEqual({ register: 3, kind: 'at', offset: -16 });
    expect(frames.rule(codeStart)!.saved.map(({ register }) => register)).toEqual([16]);
  });

  test('knows functions by their bounds', () => {
    expect(frames.functionAt(codeStart + 0xff)).toMatchObject({ start: codeStart, end: codeStart + 0x100 });
    expect(frames.functionAt(framed.start)!.start).toBe(framed.start);
    expect(frames.functionAt(codeStart - 1)).toBeNull();
    expect(frames.functionAt(framed.start + 0x100)).toBeNull();
    expect(frames.rule(outermost.start + 0x40)).toBeNull();
    expect(frames.rule(outermost.start)!.isOutermost).toBe(true);
  });

  test('marks what a signal interrupted', () => {
    const handled = callFramesOf(makeTables([{ ...saving, isSignal: true }, framed]));
    expect(handled.rule(codeStart)!.isSignal).toBe(true);
    expect(handled.rule(framed.start)!.isSignal).toBe(false);
  });
});

test('state is remembered and restored', () => {
  const program = [0x41, 0x0e, 16, 0x0a, 0x41, 0x0e, 24, 0x41, 0x0b];
  const frames = callFramesOf(makeTables([{ start: codeStart, size: 16, program }]));
  const offsets = [0, 1, 2, 3].map((at) => frames.rule(codeStart + at)!.address.offset);
  expect(offsets).toEqual([8, 16, 24, 16]);
});

test.each([
  ['an unknown instruction', [0x3f]],
  ['a state that nobody remembered', [0x0b]],
  ['a block longer than the table', [0x0f, 0xff, 0x7f]],
  ['a number without end', [0x0e, ...Array.from({ length: 40 }, () => 0x80)]],
  ['a register that there is not', [0x07, 0xff, 0x7f]],
])('%s leaves a place without a rule', (_, program) => {
  const frames = callFramesOf(makeTables([{ start: codeStart, size: 16, program }, framed]));
  expect(frames.rule(codeStart)).toBeNull();
  expect(frames.rule(framed.start)).not.toBeNull();
});

test('more instructions than any function has are not run', () => {
  const program = Array.from({ length: 30_000 }, () => 0);
  expect(callFramesOf(makeTables([{ start: codeStart, size: 16, program }])).rule(codeStart)).toBeNull();
});

/** Every byte may be anything, and tables may end anywhere. */
test('damaged tables are read without harm', () => {
  const random = new Random(18);
  const damage = (bytes: Uint8Array): Uint8Array => {
    const copy = bytes.slice(0, random.chance(0.2) ? random.below(bytes.byteLength + 1) : bytes.byteLength);
    for (let i = random.below(4); i >= 0; i--)
      if (copy.byteLength > 0)
        copy[random.below(copy.byteLength)] = random.of([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    return copy;
  };
  let known = 0;
  let unknown = 0;
  for (let i = 0; i < 4000; i++) {
    const frames = callFramesOf({ header: damage(tables.header), frames: damage(tables.frames) });
    for (const pc of [0, codeStart, codeStart + 0x80, framed.start + 8, outermost.start, 2 ** 47])
      if (frames.rule(pc) === null) unknown++;
      else known++;
  }
  // Both happen, or the test looks at nothing.
  expect(known).toBeGreaterThan(1000);
  expect(unknown).toBeGreaterThan(1000);
});

describe('expressions', () => {
  const registers = Array.from({ length: 17 }, (_, i) => 1000 + i);
  const run = (bytes: readonly number[], initial: number | null = null): number =>
    evaluate(Uint8Array.from(bytes), { registers, load: (address) => address * 2 }, initial);

  test('of linkage tables and signal frames are evaluated', () => {
    // breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus: the usual one of .plt
    expect(run([0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22])).toBe(1015);
    expect(run([0x77, 0xa8, 1, 0x06])).toBe((1007 + 168) * 2);
    expect(run([0x23, 5], 10)).toBe(15);
  });

  test('that take what is not there are not known', () => {
    for (const bytes of [[], [0x22], [0x30, 0x22], [0x96], [0x28, 0, 0]]) expect(run(bytes)).toBeNaN();
  });

  test('end', () => {
    expect(run(Array.from({ length: 10_000 }, () => 0x31))).toBeNaN();
    expect(() => run([0x0c, 1])).toThrow(MalformedTable);
  });

  test('of any bytes do no harm', () => {
    const random = new Random(7);
    for (let i = 0; i < 5000; i++) {
      const bytes = Array.from({ length: random.below(40) }, () => random.below(256));
      try {
        expect(typeof run(bytes, random.chance(0.5) ? random.below(2 ** 30) : null)).toBe('number');
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedTable);
      }
    }
  });
});

test('numbers of any length are as DWARF has them', () => {
  expect(new DwarfBytes(Uint8Array.from([0xe5, 0x8e, 0x26])).uleb()).toBe(624_485);
  expect(new DwarfBytes(Uint8Array.from([0xc0, 0xbb, 0x78])).sleb()).toBe(-123_456);
  expect(() => new DwarfBytes(Uint8Array.from([0x80])).uleb()).toThrow(MalformedTable);
});
