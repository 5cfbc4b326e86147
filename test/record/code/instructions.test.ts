/** Frames that traceback does not show, and those that only have damaged numbers. */
import { expect, test } from 'vitest';
import { siteKind } from '../../../src/record/code/call-site.js';
import type { CodeEntry } from '../../../src/record/code/code-entry.js';
import { kindAt } from '../../../src/record/code/instructions.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import type { Peek } from '../../../src/record/memory/peek.js';

const peek = { bytes: () => null } as unknown as Peek;
const layout = layouts.get('3.13')!;

/** @param end of what has lines, in bytes; 0 where they cannot be read */
function kind({ preamble, end, position }: { preamble: number; end: number; position: number }) {
  const entry = { name: 'f', address: 0, preamble, lines: { end } } as unknown as CodeEntry;
  return kindAt(peek, layout, entry, { instruction: position, position });
}

test.each([
  ['a generator that is being made', { preamble: 4, end: 44, position: 0 }, siteKind.hidden],
  ["the interpreter's own code", { preamble: 8, end: 8, position: 6 }, siteKind.hidden],
  ['a generator that runs', { preamble: 4, end: 44, position: 24 }, siteKind.other],
  ['one whose lines cannot be read', { preamble: 4, end: 0, position: 24 }, siteKind.other],
  ['one with a damaged preamble', { preamble: 4_789_643_678, end: 44, position: 24 }, siteKind.other],
  ['one with neither', { preamble: 4_789_643_678, end: 0, position: 24 }, siteKind.other],
])('%s', (_, frame, expected) => {
  expect(kind(frame)).toBe(expected);
});
