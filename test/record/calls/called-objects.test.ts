/** What is called is among the caller's values, of which some are of an earlier call: those are no evidence once they are freed. */
import { describe, expect, test } from 'vitest';
import { type Call, holdsCalled } from '../../../src/record/calls/called-objects.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import type { Layout } from '../../../src/record/layouts/layout.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { SavedMemory } from '../../../src/record/platform/saved.js';

const base = 0x7f00_0000_0000;
const [method, function_, code, called] = [base + 0x800, base + 0x900, base + 0xa00, base + 0xb00];
const call: Call = { resumes: false, caller: base, instruction: 18, called, code };

/** A caller's frame whose stack holds a bound method, of which so many references are counted. */
function memoryWith(layout: Layout, references: number, instruction = call.instruction): Peek {
  const page = new DataView(new ArrayBuffer(4096));
  const put = (address: number, value: number): void =>
    page.setBigUint64(address - base, BigInt(value), true);
  const { frame, object } = layout;
  const stack = base + 0x400;
  put(base + frame.valueStack!, stack);
  page.setInt32(frame.instruction, instruction, true);
  put(stack + 16, method);
  put(method + object.type - 8, references);
  put(method + object.size, function_);
  put(function_ + object.type - 8, 1);
  put(function_ + layout.functionCode!, code);
  return new Peek(new SavedMemory(new Map([[base, new Uint8Array(page.buffer)]])));
}

const withObjects = [...layouts.values()].filter(
  ({ frame, functionCode }) => functionCode !== null && frame.valueStack !== null,
);

test('frames are objects to 3.10', () => {
  expect(withObjects.length).toBeGreaterThan(5);
});

describe.each(withObjects.map((layout) => [layout.version, layout] as const))('of %s', (_, layout) => {
  test('a method that is in use tells what was called', () => {
    for (const references of [1, 2, 100_000])
      expect(holdsCalled(memoryWith(layout, references), layout, call, 8)).toBe(true);
  });

  test('one that was freed does not: nothing counts its references, or a list of what is free leads through it', () => {
    for (const references of [0, base + 0xc00, 0x55_5555_0000])
      expect(holdsCalled(memoryWith(layout, references), layout, call, 8)).toBe(false);
  });

  test('nothing does where the caller has gone on, or beyond the room of its stack', () => {
    expect(holdsCalled(memoryWith(layout, 1, 20), layout, call, 8)).toBe(false);
    expect(holdsCalled(memoryWith(layout, 1), layout, call, 2)).toBe(false);
  });
});
