/** From where a caller has called what is just over, though it has gone on since. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../../src/platform/saved.js';
import { KnownCalls } from '../../../src/record/calls/known-calls.js';
import { CodeCache } from '../../../src/record/code/code-cache.js';
import { Interner } from '../../../src/record/code/interner.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';
import { Oracle } from '../fuzz/oracle.js';

describe.each(savedNames)('calls of CPython %s', (name) => {
  const { pages, layout, process: saved } = loadSaved(name);

  function prepare() {
    const oracle = new Oracle(pages, layout);
    const interpreter = oracle.word(saved.runtime + layout.runtime.interpretersHead)!;
    const stacks: { code: number; instruction: number }[][] = [];
    for (
      let thread = oracle.word(interpreter + layout.interpreter.threadsHead) ?? 0;
      thread !== 0;
      thread = oracle.word(thread + layout.thread.next) ?? 0
    )
      stacks.push(oracle.stack(thread) ?? []);
    // Thread.run, which Thread._bootstrap_inner called: that is long enough.
    const [callee, caller] = stacks.reduce((a, b) => (b.length > a.length ? b : a)).slice(-3);
    const memory = new SavedMemory(pages);
    const peek = new Peek(memory);
    const codes = new CodeCache(layout, peek, new Interner());
    for (const { code } of [callee!, caller!]) codes.find(code);
    const calls = new KnownCalls(layout, memory, peek, codes);
    // A unit of bytecode is one number on, or two.
    const unit = layout.frame.instructionTrait === 'unit-index' ? 1 : 2;
    const entry = codes.known(caller!.code)!;
    const start = caller!.instruction - (codes.position(entry, caller!.instruction) * unit) / 2;
    const at = (units: number) => start + unit * units;
    const see = (units: number, times = 3) => {
      for (let i = 0; i < times; i++) calls.see(caller!.code, at(units), callee!.code, false);
    };
    const lastBefore = (units: number) => calls.callBefore(caller!.code, at(units), callee!.code);
    const call = { caller: caller!.code, instruction: caller!.instruction, callee: callee!.code };
    return { at, see, lastBefore, calls, call };
  }

  test('none is made up', () => {
    expect(prepare().lastBefore(10)).toBeNull();
  });

  test('one that was seen once or twice may be a mixture of two moments', () => {
    const { at, see, lastBefore } = prepare();
    see(10, 2);
    expect(lastBefore(11)).toBeNull();
    see(10, 1);
    expect(lastBefore(11)).toBe(at(10));
  });

  test('one that was seen far oftener elsewhere is none', () => {
    const { at, see, lastBefore } = prepare();
    see(10);
    see(30, 10);
    expect(lastBefore(11)).toBe(at(30));
  });

  test('the only one is it, wherever the caller is now', () => {
    const { at, see, lastBefore } = prepare();
    see(10);
    for (const now of [0, 9, 11]) expect(lastBefore(now)).toBe(at(10));
  });

  test('a frame that has not begun, or stands behind its code, has not gone on', () => {
    const { see, lastBefore } = prepare();
    see(10);
    expect(lastBefore(-1000)).toBeNull();
    // The oldest tables of lines do not say where the code ends; and past a thread's own copy of it nothing is of this code.
    const hasEnd = !layout.code.lineTableTrait.includes('lnotab') && layout.code.copies === null;
    if (hasEnd) expect(lastBefore(1000)).toBeNull();
  });

  // Walks through copies of the kernel's have negative numbers, the first one -1.
  test.each([-2, -1, 0, 1])('one certain walk is enough, also number %i', (walk) => {
    const { calls, call } = prepare();
    calls.learn(call, walk, 4);
    expect(calls.knows(call.caller, call.instruction, call.callee)).toBe(true);
    calls.learnRoot(call.caller, walk, 4);
    expect(calls.knowsRoot(call.caller)).toBe(true);
  });

  test('of several it is the last before, if that is near', () => {
    const { at, see, lastBefore } = prepare();
    see(10);
    see(30);
    expect(lastBefore(9)).toBeNull();
    expect(lastBefore(10)).toBeNull();
    expect(lastBefore(11)).toBe(at(10));
    expect(lastBefore(30)).toBe(at(10));
    expect(lastBefore(31)).toBe(at(30));
    // Past the end of a thread's own copy of the bytecode nothing is of this code.
    if (layout.code.copies !== null) return;
    expect(lastBefore(30 + 64)).toBe(at(30));
    expect(lastBefore(30 + 65)).toBeNull();
  });
});
