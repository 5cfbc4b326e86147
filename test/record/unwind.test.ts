/** What the unwinder makes of memory that moves while it is read, over saved memory that is made to move. */
import { describe, expect, test } from 'vitest';
import { Peek } from '../../src/record/peek.js';
import { RangeList } from '../../src/record/platform/platform.js';
import { SavedMemory } from '../../src/record/platform/saved.js';
import { ThreadFrames } from '../../src/record/thread-frames.js';
import { listThreadStates } from '../../src/record/thread-list.js';
import { Unwinder } from '../../src/record/unwind.js';
import type { WalkLimits } from '../../src/record/walk-limits.js';
import { loadSaved, savedNames } from '../support/saved-process.js';

const wide: WalkLimits = { innermost: 1000, outermost: 1000, followed: 10_000, fetchedPages: 10_000 };

/** Without generators, all callers at their calls. */
const codeFacts = { isGenerator: () => false, slots: () => 0, isCall: () => true };

/** Memory whose reads are tampered with after they came in. */
class Moving extends SavedMemory {
  tamper: () => void = () => {};
  /** Reads of a whole thread, and of what that did not bring. */
  reads = 0;
  peeks = 0;

  override read(ranges: RangeList): boolean {
    const read = super.read(ranges);
    this.reads++;
    this.tamper();
    return read;
  }

  override peek(address: number, into: Uint8Array): boolean {
    this.peeks++;
    return super.peek(address, into);
  }
}

describe.each(savedNames)('the unwinder on CPython %s', (name) => {
  const saved = loadSaved(name);
  const { layout } = saved;

  /** The thread with the deepest stack, not looked at yet. */
  function prepare(pages = saved.pages, limits?: WalkLimits) {
    const memory = new Moving(pages);
    const unwinder = new Unwinder(layout, memory, codeFacts, limits);
    const states = listThreadStates(new Peek(memory), layout, saved.process.runtime)!;
    const deepest = saved.process.threads.reduce((a, b) => (b.frames.length > a.frames.length ? b : a));
    const state = states.threads.find(({ pythonId }) => Number(pythonId) === deepest.id)!;
    const thread = new ThreadFrames(state.address, state.interpreter);
    const identity = new DataView(thread.identity.buffer);
    identity.setBigUint64(0, state.pythonId, true);
    identity.setBigUint64(8, BigInt(state.nativeId ?? 0), true);
    const walk = () => {
      const ranges = new RangeList();
      unwinder.plan(thread, ranges);
      const first = new SavedMemory(pages);
      first.read(ranges);
      return unwinder.walk(thread, first);
    };
    /** Makes a word of the second frame differ in one of the three copies. */
    const disturb = (copy: number, offset: number) => {
      const { prediction, stack } = thread;
      const address = stack.address[1];
      const range = address === undefined ? -1 : prediction.find(address, layout.frame.size, 0);
      if (range < 0) return;
      const at =
        thread.copies[copy]! + prediction.offset[range]! + address! - prediction.start[range]! + offset;
      memory.words[at >>> 2]! ^= 0x10;
    };
    return { memory, thread, walk, disturb, depth: deepest.frames.length };
  }

  test('finds a still stack steady, and the next time without a second read', () => {
    const { memory, thread, walk, depth } = prepare();
    expect(walk()).toBe('steady');
    expect(thread.stack.depth).toBe(depth);
    const before = [memory.reads, memory.peeks];
    expect(walk()).toBe('steady');
    expect([memory.reads, memory.peeks]).toEqual(before);
  });

  // Where frames hold what they called, one of the outer copies is enough.
  const hasLinks = layout.frame.called !== null;

  test.each(hasLinks ? [[[0, 2]]] : [[[0]], [[2]]])(
    'reads again while copies %o are different, and is then right',
    (copies) => {
      const { memory, thread, walk, disturb, depth } = prepare();
      walk();
      const codes = [...thread.stack.code.subarray(0, depth)];
      thread.prediction.clear();
      let left = 5;
      memory.tamper = () => {
        if (left-- > 0) for (const copy of copies) disturb(copy, layout.frame.code);
      };
      const before = memory.reads;
      expect(walk()).toBe('steady');
      expect(memory.reads - before).toBeGreaterThanOrEqual(5);
      expect([...thread.stack.code.subarray(0, depth)]).toEqual(codes);
    },
  );

  test.each(['code', 'instruction', 'previous'] as const)('marks what never holds still: %s', (field) => {
    for (const [copies, result] of [
      [[0, 2], 'torn'],
      [[0], hasLinks ? 'steady' : 'torn'],
      [[2], hasLinks ? 'steady' : 'paired'],
    ] as const) {
      const { memory, thread, walk, disturb, depth } = prepare();
      walk();
      thread.prediction.clear();
      memory.tamper = () => {
        for (const copy of copies) disturb(copy, layout.frame[field]);
      };
      const before = memory.reads;
      expect(walk()).toBe(result);
      // A few times, not for ever; and what was read is kept.
      expect(memory.reads - before).toBeLessThan(100);
      expect(thread.stack.depth).toBe(depth);
    }
  });

  if (hasLinks) {
    /** The memory without what says, in the caller's values, which function it called as its innermost. */
    function forgetful(thread: ThreadFrames): Map<number, Uint8Array> {
      const pages = new Map(saved.pages);
      const [callee, caller] = [0, 1].map((frame) => thread.stack.address[thread.stack.place[frame]!]!);
      const word = (address: number): bigint =>
        new DataView(pages.get(address - (address % 4096))!.buffer).getBigUint64(address % 4096, true) & ~7n;
      const called = word(callee! + layout.frame.called!);
      let erased = 0;
      for (let at = caller! + layout.values.frame.localsplus; at < callee!; at += 8)
        if (word(at) === called) erased += write(pages, at, 0);
      expect(erased).toBeGreaterThan(0);
      return pages;
    }

    /** After a tick in which another function was the innermost. */
    function prepareCall(isSeen: boolean) {
      const intact = prepare();
      intact.walk();
      const prepared = prepare(isSeen ? saved.pages : forgetful(intact.thread));
      prepared.walk();
      prepared.thread.stack.code[0] = 1;
      return prepared;
    }

    test('takes a stack for true whose frames hold what they called, and not one where that is missing', () => {
      for (const isSeen of [true, false]) {
        const { memory, walk, disturb, depth, thread } = prepareCall(isSeen);
        // So that all copies are read again, and nothing but the third one never agrees.
        thread.prediction.clear();
        memory.tamper = () => disturb(2, layout.frame.code);
        expect(walk()).toBe(isSeen ? 'steady' : 'torn');
        expect(thread.stack.depth).toBe(depth);
      }
    });

    test('looks twice at a call that is not to be seen, and then knows it', () => {
      const { memory, walk } = prepareCall(false);
      let before = memory.reads;
      expect(walk()).toBe('steady');
      expect(memory.reads).toBe(before + 1);
      before = memory.reads;
      expect(walk()).toBe('steady');
      expect(memory.reads).toBe(before);
    });
  }

  test.each([
    [5, 3],
    [1, 1],
    [7, 1000],
  ])(
    'keeps the innermost %i and the outermost %i frames, and counts what it left out',
    (innermost, outermost) => {
      const whole = prepare();
      whole.walk();
      const { met, address } = whole.thread.stack;
      const kept = [...address.subarray(0, met)].filter((_, i) => i < innermost || i >= met - outermost);
      const { thread, walk } = prepare(saved.pages, { ...wide, innermost, outermost });
      for (let round = 0; round < 2; round++) {
        expect(walk()).toBe('steady');
        const { stack } = thread;
        expect([...stack.address.subarray(0, stack.met)]).toEqual(kept);
        expect(stack.leftOut).toBe(met - kept.length);
        expect(stack.truncated).toBe(met > innermost + outermost);
        expect(stack.cut).toBeLessThanOrEqual(innermost);
      }
    },
  );

  test.each([
    ['frames', { ...wide, followed: 6 }],
    ['pages', { ...wide, fetchedPages: 0 }],
  ])('past its limit of %s, knows no outer end', (_name, limits) => {
    const { thread, walk, depth } = prepare(saved.pages, { ...limits, innermost: 3 });
    walk();
    const { stack } = thread;
    expect(stack.leftOut).toBe(Number.POSITIVE_INFINITY);
    expect(stack.cut).toBe(stack.depth);
    expect(stack.depth).toBeLessThan(depth);
    expect(stack.met).toBeLessThanOrEqual(3);
  });

  if (layout.thread.viaCFrame !== null) {
    test('does not take a C stack that is gone for a thread without frames', () => {
      const { memory, thread, walk } = prepare();
      walk();
      const cFrame = thread.cFrameStart;
      const gone = new Map(saved.pages);
      gone.delete(cFrame - (cFrame % 4096));
      const again = prepare(gone);
      again.thread.expectCFrame(cFrame);
      expect(again.walk()).toBe('broken');
      expect(memory.fault).toBeNull();
    });

    test('refuses a C frame at an odd address', () => {
      const { thread, walk } = prepare();
      walk();
      const pages = new Map(saved.pages);
      write(pages, thread.threadState + layout.thread.frame, thread.cFrameStart + 4);
      const odd = prepare(pages);
      expect(odd.walk()).toBe('broken');
      // Ranges of odd lengths would shift all that is read behind them.
      expect(odd.thread.cFrameStart % 8).toBe(0);
    });
  }

  test('gives up on a chain of frames all over the memory before it has taken much', () => {
    const { thread, walk } = prepare();
    walk();
    const { code } = layout.frame;
    // Frames in many pages, in no order: each has to be fetched with its page.
    const pages = new Map(saved.pages);
    const count = 4096;
    const at = (i: number): number => 0x4000_0000_0000 + ((i * 2654435761) % count) * 4096;
    for (let i = 0; i < count; i++) pages.set(at(i), new Uint8Array(4096));
    const realCode = thread.stack.code[0]!;
    for (let i = 0; i < count; i++) {
      write(pages, at(i) + code, realCode, true);
      write(pages, at(i) + layout.frame.previous, i + 1 < count ? at(i + 1) : 8, true);
    }
    write(pages, thread.stack.address[0]! + layout.frame.previous, at(0));
    const scattered = prepare(pages);
    expect(scattered.walk()).toBe('broken');
    expect(scattered.memory.peeks).toBeLessThan(150_000);
  });

  test('does not mistake another thread for this one', () => {
    const { thread, walk } = prepare();
    thread.identity[0]! ^= 1;
    expect(walk()).toBe('stale');
  });

  test('gives up on a chain that bites its tail', () => {
    const { thread, walk } = prepare();
    walk();
    const pages = new Map(saved.pages);
    write(pages, thread.stack.address[4]! + layout.frame.previous, thread.stack.address[0]!);
    const looped = prepare(pages);
    expect(looped.walk()).toBe('broken');
    expect(looped.memory.peeks).toBeLessThan(1000);
  });

  test.each([
    ['nowhere', 0x7777_7777_7000],
    ['an odd address', 0x7fff_0000_0001],
    ['no address', 2 ** 50],
  ])('gives up on a chain that leads to %s', (_name, target) => {
    const { thread, walk } = prepare();
    walk();
    const pages = new Map(saved.pages);
    write(pages, thread.stack.address[3]! + layout.frame.previous, target);
    expect(prepare(pages).walk()).toBe('broken');
  });
});

/** @param own whether the page is the test's already and need not be copied @returns the words written: 1 */
function write(pages: Map<number, Uint8Array>, address: number, value: number, own = false): number {
  const inside = address % 4096;
  const before = pages.get(address - inside)!;
  const page = own ? before : before.slice();
  new DataView(page.buffer).setBigUint64(inside, BigInt(value), true);
  pages.set(address - inside, page);
  return 1;
}
