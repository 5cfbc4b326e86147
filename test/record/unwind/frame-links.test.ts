/** What a frame called is in the slot of its evaluation stack from which it called: variables and other places are no evidence. */
import { describe, expect, test } from 'vitest';
import type { CodeFacts } from '../../../src/record/calls/code-facts.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { FrameLinks } from '../../../src/record/unwind/frame-links.js';
import { link } from '../../../src/record/unwind/stack.js';

const layout = layouts.get('3.13')!;
const [variables, slots] = [3, 10];
const calledCode = 7;
const facts = {
  variables: () => variables,
  slots: () => slots,
  isOf: (function__: number, code: number) => function__ === function_ && code === calledCode,
} as unknown as CodeFacts;
const base = 0x7f00_0000_0000;
const [function_, generator] = [base + 0x9000, base + 0xa000];
const values = layout.values.frame.localsplus;

/** A caller's frame with a word in one of its places; the first are variables. */
function callerWith(place: number, word: number) {
  const memory = new DataView(new ArrayBuffer(values + 8 * slots));
  memory.setBigUint64(values + 8 * place, BigInt(word), true);
  const words = new Uint32Array(memory.buffer);
  const read = {
    words,
    at: 0,
    end: words.length,
    code: 1,
    instruction: 2,
    called: 0,
    isEntry: false,
    valueCount: -1,
  };
  return { ...read, address: base, isGenerator: false, isCallerSame: true, isPlaceSame: true, range: 0 };
}

/** Links of a caller to what it called by way of C code, in 3.13 through a frame of the interpreter's own. */
function linksOf(isGenerator: boolean, place: number, kind: 1 | 2): number {
  const links = begun(isGenerator);
  links.pass({ ...callerWith(0, 0), isCallerSame: true });
  return links.add(callerWith(place, isGenerator ? generator : function_), kind);
}

function begun(isGenerator: boolean, more: { isEntry?: boolean } = {}): FrameLinks {
  const links = new FrameLinks(layout, facts);
  links.begin();
  const callee = { ...callerWith(0, 0), address: generator + 72, called: function_, isGenerator, range: 1 };
  links.add({ ...callee, code: calledCode, ...more }, siteKind.other);
  return links;
}

test('a function counts in a slot of the evaluation stack, and the slot is told', () => {
  for (let place = variables; place < slots; place++) {
    const bits = linksOf(false, place, siteKind.calls);
    expect(bits & (link.seen | link.exact)).toBe(link.seen);
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

describe('a caller that entered the frame itself', () => {
  const held = variables + 2;

  test('holds the function just where its values end, and nowhere else', () => {
    for (let valueCount = -1; valueCount <= slots; valueCount++) {
      const bits = begun(false).add({ ...callerWith(held, function_), valueCount }, siteKind.calls);
      // Or one higher: the place below a function that is no method is empty (3.11, 3.12).
      const isThere = valueCount === held || valueCount === held - 1;
      expect(bits & (link.seen | link.exact)).toBe(isThere ? link.seen | link.exact : 0);
      if (isThere) expect(bits >>> link.slotShift).toBe(valueCount - variables);
      expect((bits & link.waits) !== 0).toBe(valueCount >= variables);
    }
  });

  test('tells what it waits for', () => {
    const links = begun(false);
    expect(links.waitsFor({ ...callerWith(held, function_), valueCount: held })).toBe(function_);
    expect(links.waitsFor({ ...callerWith(held, function_), valueCount: held - 1 })).toBe(function_);
    expect(links.waitsFor({ ...callerWith(held, function_), valueCount: -1 })).toBe(0);
  });

  test('holds the generator on top, or below what it is sent', () => {
    for (const [valueCount, slot] of [
      [held + 1, 2],
      [held + 2, 2],
      [held + 3, -1],
      [held, -1],
    ] as const) {
      const bits = begun(true).add({ ...callerWith(held, generator), valueCount }, siteKind.resumes);
      expect((bits & link.exact) !== 0).toBe(slot >= 0);
      if (slot >= 0) expect(bits >>> link.slotShift).toBe(slot);
    }
  });

  test('did not, if the frame says that C code called it: then any slot counts', () => {
    const called = begun(false, { isEntry: true });
    const bits = called.add({ ...callerWith(held, function_), valueCount: -1 }, siteKind.calls);
    expect(bits & (link.seen | link.exact | link.waits)).toBe(link.seen);
  });

  test('is no evidence while the frame is made: the function is another than that of its code', () => {
    const other = { ...facts, isOf: () => false } as unknown as CodeFacts;
    const links = new FrameLinks(layout, other);
    links.begin();
    links.add({ ...callerWith(0, 0), address: generator + 72, called: function_ }, siteKind.other);
    const bits = links.add({ ...callerWith(held, function_), valueCount: held }, siteKind.calls);
    expect(bits & (link.seen | link.exact)).toBe(0);
  });
});
