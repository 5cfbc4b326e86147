/** What the unwinder makes of memory that moves while it is read, over saved memory that is made to move. */
import { describe, expect, test } from 'vitest';
import { Peek } from '../../src/record/peek.js';
import { RangeList } from '../../src/record/platform/platform.js';
import { SavedMemory } from '../../src/record/platform/saved.js';
import { ThreadFrames } from '../../src/record/thread-frames.js';
import { listThreadStates } from '../../src/record/thread-list.js';
import { Unwinder } from '../../src/record/unwind.js';
import { loadSaved, savedNames } from '../support/saved-process.js';

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
  function prepare(pages = saved.pages) {
    const memory = new Moving(pages);
    const unwinder = new Unwinder(layout, memory, () => false);
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

  test.each([1, 2])('reads again while copy %i is different, and is then right', (copy) => {
    const { memory, thread, walk, disturb, depth } = prepare();
    walk();
    const codes = [...thread.stack.code.subarray(0, depth)];
    thread.prediction.clear();
    let left = 5;
    memory.tamper = () => {
      if (left-- > 0) disturb(copy, layout.frame.code);
    };
    const before = memory.reads;
    expect(walk()).toBe('steady');
    expect(memory.reads - before).toBeGreaterThanOrEqual(5);
    expect([...thread.stack.code.subarray(0, depth)]).toEqual(codes);
  });

  test.each(['code', 'instruction', 'previous'] as const)('marks what never holds still: %s', (field) => {
    for (const [copy, result] of [
      [1, 'torn'],
      [2, 'paired'],
    ] as const) {
      const { memory, thread, walk, disturb, depth } = prepare();
      walk();
      thread.prediction.clear();
      memory.tamper = () => disturb(copy, layout.frame[field]);
      const before = memory.reads;
      expect(walk()).toBe(result);
      // A few times, not for ever; and what was read is kept.
      expect(memory.reads - before).toBeLessThan(100);
      expect(thread.stack.depth).toBe(depth);
    }
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

function write(pages: Map<number, Uint8Array>, address: number, value: number): void {
  const inside = address % 4096;
  const page = pages.get(address - inside)!.slice();
  new DataView(page.buffer).setBigUint64(inside, BigInt(value), true);
  pages.set(address - inside, page);
}
