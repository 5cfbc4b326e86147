/** What the unwinder makes of memory that moves while it is read, over saved memory that is made to move. */
import { describe, expect, test } from 'vitest';
import { RangeList } from '../../../src/platform/memory.js';
import { SavedMemory } from '../../../src/platform/saved.js';
import type { CodeFacts, SeenCall } from '../../../src/record/calls/code-facts.js';
import { type SiteKind, siteKind } from '../../../src/record/code/call-site.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { link } from '../../../src/record/unwind/stack.js';
import { ThreadFrames } from '../../../src/record/unwind/thread-frames.js';
import { Unwinder } from '../../../src/record/unwind/unwind.js';
import { usualLimits, type WalkLimits } from '../../../src/record/unwind/walk-limits.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';

const wide: WalkLimits = {
  ...usualLimits,
  ...{ innermost: 1000, outermost: 1000, followed: 10_000, fetchedPages: 10_000 },
};

/** Without generators, all callers at their calls; calls are learned as they are seen, but not by one look. */
class Facts implements CodeFacts {
  readonly #known = new Map<string, number>();
  kind: SiteKind = siteKind.calls;
  /** Addresses of all code objects; null for any. */
  codes: ReadonlySet<number> | null = null;

  isGenerator = () => false;
  slots = () => 0;
  variables = () => 0;
  isCalledFrom = () => true;
  learnSlot = () => {};
  site = (code: number) => (this.codes?.has(code) === false ? siteKind.other : this.kind);
  search = () => {};
  see = () => {};
  trusts = () => true;
  isEntered = () => false;
  isOf = () => true;
  foresee = () => {};
  callBefore: CodeFacts['callBefore'] = () => null;
  doubts = () => false;
  isOpen = () => false;
  knows = (...call: number[]) => (this.#known.get(call.join()) ?? 0) > 1;
  knowsRoot = (code: number) => this.knows(code);

  learn({ caller, instruction, callee }: SeenCall, _walk: number, sightings: number): void {
    const key = [caller, instruction, callee].join();
    this.#known.set(key, (this.#known.get(key) ?? 0) + sightings);
  }

  learnRoot(code: number, _walk: number, sightings: number): void {
    if (sightings > 1) this.#known.set(`${code}`, sightings);
  }
}

/** Memory whose reads are tampered with after they came in. */
class Moving extends SavedMemory {
  tamper: (words: Uint32Array) => void = () => {};
  /** Reads of a whole thread, and of what that did not bring. */
  reads = 0;
  peeks = 0;

  override read(ranges: RangeList): boolean {
    const read = super.read(ranges);
    this.reads++;
    this.tamper(this.words);
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
  function prepare(pages = saved.pages, limits?: WalkLimits, facts = new Facts()) {
    const memory = new Moving(pages);
    const unwinder = new Unwinder(layout, memory, facts, limits && { limits });
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
      const first = new Moving(pages);
      first.tamper = memory.tamper;
      first.read(ranges);
      return unwinder.walk(thread, first);
    };
    /** Makes a word of the second frame another in one of the copies, in each another one. */
    const disturb = (words: Uint32Array, copy: number, offset: number) => {
      if (copy >= thread.copyCount) return;
      const { prediction, stack } = thread;
      const address = stack.address[1];
      const range = address === undefined ? -1 : prediction.find(address, layout.frame.size, 0);
      if (range < 0) return;
      const at =
        thread.copies[copy]! + prediction.offset[range]! + address! - prediction.start[range]! + offset;
      words[at >>> 2]! ^= 0x10 * (copy + 1);
    };
    return { memory, unwinder, thread, walk, disturb, facts, depth: deepest.frames.length };
  }

  test('finds a still stack steady, and the next time without a second read', () => {
    const { memory, thread, walk, depth } = prepare();
    expect(walk()).toBe('steady');
    expect(thread.stack.depth).toBe(depth);
    const before = [memory.reads, memory.peeks];
    expect(walk()).toBe('steady');
    expect([memory.reads, memory.peeks]).toEqual(before);
  });

  /** The stack that is kept: its codes, innermost first. */
  const codesOf = ({ stack }: ThreadFrames) => [...stack.code.subarray(0, stack.depth)];
  const hasLinks = layout.frame.called !== null;

  test('reads again while the first copy leads elsewhere, and is then right', () => {
    const { memory, thread, walk, disturb, facts, depth } = prepare();
    for (let i = 0; i < 3; i++) walk();
    const codes = codesOf(thread);
    facts.codes = new Set(codes);
    expect(codes).toHaveLength(depth);
    // The first read has one copy, and each of the others three.
    let left = 5;
    memory.tamper = (words) => {
      if (left-- > 0) for (const copy of [0, 1, 2]) disturb(words, copy, layout.frame.code);
    };
    const before = memory.reads;
    expect(walk()).toBe('steady');
    expect(memory.reads - before).toBeGreaterThanOrEqual(4);
    expect(codesOf(thread)).toEqual(codes);
  });

  test('believes one copy in which each call is known, whatever the others show', () => {
    for (const copies of [[0, 1], [1, 2], [0, 2], [2]]) {
      const { memory, thread, walk, disturb, facts, depth } = prepare();
      for (let i = 0; i < 3; i++) walk();
      const codes = codesOf(thread);
      facts.codes = new Set(codes);
      memory.tamper = (words) => {
        for (const copy of copies) disturb(words, copy, layout.frame.code);
      };
      expect(walk()).toBe('steady');
      expect(thread.stack.depth).toBe(depth);
      expect(codesOf(thread)).toEqual(codes);
    }
  });

  test('of what is never known keeps the innermost frame and what leads from the outermost to the doubt', () => {
    const { memory, thread, walk, disturb, facts, depth } = prepare();
    for (let i = 0; i < 3; i++) walk();
    const codes = codesOf(thread);
    facts.codes = new Set(codes);
    memory.tamper = (words) => {
      for (const copy of [0, 1, 2]) disturb(words, copy, layout.frame.code);
    };
    const before = memory.reads;
    expect(walk()).toBe('torn');
    // A few times, not for ever.
    expect(memory.reads - before).toBeLessThan(100);
    const { stack } = thread;
    expect([stack.torn, stack.cut, stack.truncated]).toEqual([true, 1, false]);
    expect(stack.depth).toBeLessThanOrEqual(depth);
    expect(codesOf(thread)[0]).toBe(codes[0]);
    // The disturbed frame itself may be the last that is kept: it still holds what it called.
    expect(codesOf(thread).slice(2)).toEqual(codes.slice(depth - stack.depth + 2));
  });

  if (layout.thread.viaCFrame === null)
    test('does not believe a single read that there are no frames', () => {
      const { memory, thread, walk, depth } = prepare();
      const nameNone = (words: Uint32Array) => {
        const newest = (thread.first + layout.thread.frame) >>> 2;
        words[newest] = words[newest + 1] = 0;
      };
      let left = 1;
      memory.tamper = (words) => {
        if (left-- > 0) nameNone(words);
      };
      expect(walk()).toBe('steady');
      expect(thread.stack.depth).toBe(depth);
      // What all reads say is so.
      memory.tamper = (words) => {
        nameNone(words);
        const last = (thread.last + layout.thread.frame) >>> 2;
        words[last] = words[last + 1] = 0;
      };
      expect(walk()).toBe('steady');
      expect(thread.stack.depth).toBe(0);
    });

  if (hasLinks) {
    test('takes a function for called only by an instruction that calls', () => {
      for (const kind of [siteKind.calls, siteKind.resumes, siteKind.other]) {
        const facts = new Facts();
        facts.kind = kind;
        // Nothing is learned, and no outermost frame is new.
        facts.learn = () => {};
        facts.knowsRoot = () => true;
        const { memory, thread, walk } = prepare(saved.pages, undefined, facts);
        memory.tamper = (words) => {
          // The word that names the newest frame is another by the second time: copies are no evidence.
          words[(thread.last + layout.thread.frame) >>> 2]! ^= 8;
        };
        const seen = walk() === 'steady' ? thread.stack.depth : thread.stack.proven;
        if (kind === siteKind.calls) expect(seen).toBeGreaterThan(0);
        else
          expect(
            thread.stack.links.subarray(0, thread.stack.depth).every((bits) => !(bits & link.seen)),
          ).toBe(true);
      }
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

  test('follows less of each stack once a tick has taken much, and all again at the next', () => {
    const tick = { work: 1, hurried: 3, last: 1 };
    const { unwinder, thread, walk, depth } = prepare(saved.pages, { ...wide, tick });
    expect(depth).toBeGreaterThan(4);
    for (let round = 0; round < 3; round++) {
      unwinder.budget.begin();
      walk();
      expect(thread.stack.truncated).toBe(false);
      const { work } = unwinder.budget;
      expect(work).toBeGreaterThanOrEqual(depth);
      walk();
      expect(thread.stack.leftOut).toBe(Number.POSITIVE_INFINITY);
      expect(thread.stack.met).toBe(1);
      // Of any number of threads: at most two frames each, read twice.
      for (let threads = 0; threads < 100; threads++) walk();
      expect(unwinder.budget.work - work).toBeLessThan(101 * 64);
    }
  });

  if (!layout.frame.isObject)
    test('puts a caller that has just gone on back to its call, and reads no more', () => {
      const { memory, thread, walk, disturb, facts } = prepare();
      for (let i = 0; i < 3; i++) walk();
      const instruction = thread.stack.instruction[1]!;
      facts.callBefore = (caller, _gone, callee) =>
        caller === thread.stack.code[1] && callee === thread.stack.code[0] ? instruction : null;
      // Nothing is to be seen of the call, and it is not known from where the caller stands now.
      facts.kind = siteKind.other;
      memory.tamper = (words) => disturb(words, 0, layout.frame.instruction);
      const { reads } = memory;
      expect(walk()).toBe('steady');
      expect(memory.reads).toBe(reads);
      expect(thread.stack.instruction[1]).toBe(instruction);
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
    expect(scattered.walk()).toBe('torn');
    expect(scattered.thread.stack.depth).toBe(1);
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
    expect(looped.walk()).toBe('torn');
    expect(looped.thread.stack.depth).toBe(1);
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
    const led = prepare(pages);
    expect(led.walk()).toBe('torn');
    // That one was running is certain.
    expect([...led.thread.stack.code.subarray(0, led.thread.stack.depth)]).toEqual([thread.stack.code[0]]);
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
