/** Copies of stacks: when they are of one moment, how much is copied, and guards that no mapping shows. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Mapping } from '../../../src/platform/processes.js';
import type { PlaceState, ThreadPlace } from '../../../src/platform/thread-place.js';
import { StackCopy } from '../../../src/record/native/stack-copy.js';

const base = 0x7f00_0000_0000;
const page = 4096;

/** A thread that waits, and its stack, which ends at `base + size`; from `guard` on nothing can be read. */
class Waiting implements ThreadPlace {
  state: PlaceState = 'waits';
  stackPointer = base + 3 * page - 0x108;
  instruction = 0x1000;
  lifetime = '1 2 3';
  size = 1 << 22;
  guard = Number.POSITIVE_INFINITY;
  reads = 0;
  readonly words = new Map<number, number>();

  look(): PlaceState {
    return this.state;
  }

  close(): void {}

  find(address: number): Mapping | null {
    return address >= base && address < base + this.size
      ? ({ start: base, end: base + this.size } as Mapping)
      : null;
  }

  peek(address: number, into: Uint8Array): boolean {
    this.reads++;
    const end = address + into.byteLength;
    if (end > base + this.size || end > this.guard) return false;
    into.fill(0);
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    for (const [at, word] of this.words)
      if (at >= address && at + 8 <= end) view.setUint32(at - address, word, true);
    return true;
  }
}

let thread: Waiting;
let copy: StackCopy;
const take = (): PlaceState => copy.take(thread, thread, thread);

beforeEach(() => {
  thread = new Waiting();
  copy = new StackCopy();
});

test('a copy has the words of the stack, and no others', () => {
  thread.words.set(thread.stackPointer + 16, 77);
  expect(take()).toBe('waits');
  expect([copy.start, copy.instruction]).toEqual([thread.stackPointer, 0x1000]);
  expect(copy.load(thread.stackPointer + 16)).toBe(77);
  for (const outside of [copy.start - 8, copy.end, copy.end - 4, copy.start + 4])
    expect(copy.load(outside)).toBeNaN();
});

describe('a second copy shows that the thread', () => {
  beforeEach(take);

  test('held still', () => {
    expect(copy.isUnchanged(thread, thread)).toBe(true);
  });

  test.each<[string, () => void]>([
    ['woke up', () => (thread.state = 'runs')],
    ['has run, and waits there again', () => (thread.lifetime = '1 2 4')],
    ['waits elsewhere', () => (thread.instruction += 2)],
    ['has another frame', () => (thread.stackPointer -= 8)],
    ['has other words', () => thread.words.set(copy.end - 8, 1)],
    ['has lost its stack', () => (thread.guard = base)],
  ])('%s', (_, change) => {
    change();
    expect(copy.isUnchanged(thread, thread)).toBe(false);
  });
});

test('a copy is the same as the one before, or not', () => {
  take();
  expect(copy.isSame).toBe(false);
  expect(copy.isUnchanged(thread, thread)).toBe(true);
  thread.lifetime = 'later';
  take();
  expect(copy.isSame).toBe(true);
  thread.words.set(copy.start, 1);
  // What a second copy saw is not the one before.
  expect(copy.isUnchanged(thread, thread)).toBe(false);
  take();
  expect(copy.isSame).toBe(false);
  take();
  expect(copy.isSame).toBe(true);
  thread.state = 'runs';
  take();
  thread.state = 'waits';
  take();
  expect(copy.isSame).toBe(false);
});

test.each(['runs', 'unknown'] as const)('of a thread that %s there is no copy', (state) => {
  take();
  thread.state = state;
  expect(take()).toBe(state);
  expect(copy.load(thread.stackPointer)).toBeNaN();
});

test('more is copied where it was not enough, up to a limit', () => {
  take();
  const sizes = [copy.end - copy.start];
  while (copy.grow()) {
    take();
    sizes.push(copy.end - copy.start);
  }
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.at(-1)).toBeLessThanOrEqual(1 << 21);
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  // A stack that was copied whole has no more.
  thread.stackPointer = base + thread.size - 0x100;
  copy = new StackCopy();
  take();
  expect([copy.end, copy.grow()]).toEqual([base + thread.size, false]);
});

describe('a guard that no mapping shows', () => {
  test.each([0, 1, 2, 5])('%i pages on ends the copy', (pages) => {
    thread.guard = base + (3 + pages) * page;
    expect(take()).toBe('waits');
    expect(copy.end).toBe(thread.guard);
    expect(copy.grow()).toBe(false);
    // It is found once.
    thread.reads = 0;
    take();
    expect([copy.end, thread.reads]).toEqual([thread.guard, 1]);
  });

  test('leaves nothing of a stack that cannot be read', () => {
    thread.guard = base;
    expect(take()).toBe('unknown');
  });
});

test('what is no stack is not copied', () => {
  thread.stackPointer = 0x1000;
  expect(take()).toBe('unknown');
  thread.stackPointer = base + 4;
  expect(take()).toBe('unknown');
});
