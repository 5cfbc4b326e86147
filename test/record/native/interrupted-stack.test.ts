/** A stack as the kernel copied it is read inside of what was copied, and nowhere else. */
import { expect, test } from 'vitest';
import { InterruptedStack } from '../../../src/record/native/interrupted-stack.js';
import { x64 } from './made-stack.js';

const start = 0x7f00_0000_1000;

test.each([0, 2, 5, 16])('of %d words', (length) => {
  const registers = new Float64Array(x64.count).fill(Number.NaN);
  registers[x64.stackPointer] = start;
  registers[x64.instruction] = 0x400123;
  const stack = Uint32Array.from({ length }, (_, i) => i + 1);
  const copy = new InterruptedStack({ registers, stack }, x64);
  expect([copy.start, copy.end, copy.instruction]).toEqual([start, start + length * 4, 0x400123]);
  for (let at = -16; at <= length * 4 + 16; at++) {
    const isInside = at >= 0 && at % 8 === 0 && at + 8 <= length * 4;
    const word = isInside ? at / 4 + 1 + (at / 4 + 2) * 2 ** 32 : Number.NaN;
    expect(copy.load(start + at), `${at}`).toEqual(word);
  }
  for (const at of [Number.NaN, -1, 0, 2 ** 60]) expect(copy.load(at)).toBeNaN();
});
