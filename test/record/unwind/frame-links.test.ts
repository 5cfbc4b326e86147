/** What a frame called is in the slot of its evaluation stack from which it called: variables and other places are no evidence. */
import { expect, test } from 'vitest';
import type { CodeFacts } from '../../../src/record/calls/code-facts.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { FrameLinks } from '../../../src/record/unwind/frame-links.js';
import { link } from '../../../src/record/unwind/stack.js';

const layout = layouts.get('3.13')!;
const [variables, slots] = [3, 8];
const facts = { variables: () => variables, slots: () => slots } as unknown as CodeFacts;
const base = 0x7f00_0000_0000;
const [function_, generator] = [base + 0x9000, base + 0xa000];
const values = layout.values.frame.localsplus;

/** A caller's frame with a word in one of its places; the first are variables. */
function callerWith(place: number, word: number) {
  const memory = new DataView(new ArrayBuffer(values + 8 * slots));
  memory.setBigUint64(values + 8 * place, BigInt(word), true);
  const words = new Uint32Array(memory.buffer);
  const read = { words, at: 0, end: words.length, code: 1, instruction: 2, called: 0 };
  return { ...read, address: base, isGenerator: false, isCallerSame: true, isPlaceSame: true, range: 0 };
}

function linksOf(isGenerator: boolean, place: number, kind: 1 | 2): number {
  const links = new FrameLinks(layout, facts);
  const word = isGenerator ? generator : function_;
  links.begin();
  const callee = { ...callerWith(0, 0), address: generator + 72, called: function_, isGenerator, range: 1 };
  links.add(callee, siteKind.other);
  return links.add(callerWith(place, word), kind);
}

test('a function counts in a slot of the evaluation stack, and the slot is told', () => {
  for (let place = variables; place < slots; place++) {
    const bits = linksOf(false, place, siteKind.calls);
    expect(bits & link.seen).toBe(link.seen);
    expect(bits >>> link.slotShift).toBe(place - variables);
  }
});

test('a generator likewise', () => {
  expect(linksOf(true, variables + 1, siteKind.resumes) >>> link.slotShift).toBe(1);
  expect(linksOf(true, variables + 1, siteKind.resumes) & link.seen).toBe(link.seen);
});

test('nothing counts in a variable, nor where another kind of thing is called', () => {
  for (let place = 0; place < variables; place++) {
    expect(linksOf(false, place, siteKind.calls) & link.seen).toBe(0);
    expect(linksOf(true, place, siteKind.resumes) & link.seen).toBe(0);
  }
  expect(linksOf(false, variables, siteKind.resumes) & link.seen).toBe(0);
  expect(linksOf(true, variables, siteKind.calls) & link.seen).toBe(0);
});
