/** What is called is among the caller's values, of which some are of an earlier call: those are no evidence once they are freed. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../../src/platform/saved.js';
import { type Call, CallEvidence } from '../../../src/record/calls/called-objects.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import type { Layout } from '../../../src/record/layouts/layout.js';
import { Peek } from '../../../src/record/memory/peek.js';

const base = 0x7f00_0000_0000;
const [method, function_, code, called] = [base + 0x800, base + 0x900, base + 0xa00, base + 0xb00];
const call: Call = { resumes: false, caller: base, instruction: 18, called, code };

/** A caller's frame whose stack holds a bound method, of which so many references are counted. */
function pageWith(
  { frame, object, functionCode }: Layout,
  references: number,
  instruction = call.instruction,
  held = code,
): Uint8Array {
  const page = new DataView(new ArrayBuffer(4096));
  const put = (address: number, value: number): void =>
    page.setBigUint64(address - base, BigInt(value), true);
  const stack = base + 0x400;
  put(base + frame.valueStack!, stack);
  page.setInt32(frame.instruction, instruction, true);
  put(stack + 16, method);
  put(method + object.type - 8, references);
  put(method + object.size, function_);
  put(function_ + object.type - 8, 1);
  put(function_ + functionCode!, held);
  return new Uint8Array(page.buffer);
}

/** @param later what memory is like a moment later, when several places are looked at together */
function evidenceOf(layout: Layout, page: Uint8Array, later = page): CallEvidence {
  const memory = new SavedMemory(new Map([[base, page]]));
  const laterMemory = new SavedMemory(new Map([[base, later]]));
  memory.peekAll = (ranges, into) => laterMemory.peekAll(ranges, into);
  return new CallEvidence(layout, memory, new Peek(memory));
}

function evidenceWith(layout: Layout, references: number, instruction = call.instruction): CallEvidence {
  return evidenceOf(layout, pageWith(layout, references, instruction));
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
      expect(evidenceWith(layout, references).isHeld(call, 8)).toBe(true);
  });

  test('one that was freed does not: nothing counts its references, or a list of what is free leads through it', () => {
    for (const references of [0, base + 0xc00, 0x55_5555_0000])
      expect(evidenceWith(layout, references).isHeld(call, 8)).toBe(false);
  });

  test('nothing does where the caller has gone on, or beyond the room of its stack', () => {
    expect(evidenceWith(layout, 1, 20).isHeld(call, 8)).toBe(false);
    expect(evidenceWith(layout, 1).isHeld(call, 2)).toBe(false);
  });

  test('nothing does that was never there at one moment', () => {
    const page = pageWith(layout, 1);
    expect(evidenceOf(layout, page, pageWith(layout, 1, 20)).isHeld(call, 8)).toBe(false);
    expect(evidenceOf(layout, page, pageWith(layout, 1, 18, code + 0x80)).isHeld(call, 8)).toBe(false);
    expect(evidenceOf(layout, page, new Uint8Array(4096)).isHeld(call, 8)).toBe(false);
  });
});
