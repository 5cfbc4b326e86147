/** What is believed of function objects whose memory is used again. */
import { expect, test } from 'vitest';
import { FunctionCodes } from '../../../src/record/calls/function-codes.js';
import type { Peek } from '../../../src/record/memory/peek.js';

const [at, other] = [0x1000, 0x2000];
const [first, second] = [0xa000, 0xb000];

function prepare() {
  const words = new Map<number, number>();
  let reads = 0;
  const pointer = (address: number): number | null => {
    reads++;
    return words.get(address) ?? null;
  };
  const codes = new FunctionCodes({ functionCode: 48 }, { pointer } as unknown as Peek);
  return {
    codes,
    place: (function_: number, code: number) => words.set(function_ + 48, code),
    reads: () => reads,
  };
}

test('a function is read once, as long as it is asked for the code that it has', () => {
  const { codes, place, reads } = prepare();
  place(at, first);
  for (let i = 0; i < 3; i++) expect(codes.isOf(at, first)).toBe(true);
  expect(reads()).toBe(1);
  expect(codes.isOf(at, second)).toBe(false);
  expect(codes.isOf(other, first)).toBe(false);
});

test('where another function lies by now, that one counts', () => {
  const { codes, place } = prepare();
  place(at, first);
  codes.isOf(at, first);
  place(at, second);
  expect(codes.isOf(at, second)).toBe(true);
  expect(codes.isOf(at, first)).toBe(false);
});

test('code lasts that was there before, and never where there was another', () => {
  const { codes, place } = prepare();
  place(at, first);
  expect(codes.lasting(at)).toBeNull();
  expect(codes.lasting(at)).toBe(first);
  place(at, second);
  expect(codes.lasting(at)).toBeNull();
  for (let i = 0; i < 3; i++) expect(codes.lasting(at)).toBeNull();
  expect(codes.lasting(other)).toBeNull();
});
