/** What the search for an interpreter reads at most, over memory that is made to be searched for ever. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../../src/platform/saved.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { scanForDebugTable, scanForRuntime } from '../../../src/record/target/scan.js';
import { SearchBudget } from '../../../src/record/target/search-budget.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';

/** A module of so many bytes. */
function moduleOf(start: number, bytes: number) {
  const mapping = {
    ...{ start, end: start + bytes, permissions: 'rw-p', fileOffset: 0, device: '08:01', inode: 1 },
    ...{ path: '/usr/bin/python3.8', deleted: false },
  };
  return { path: mapping.path, mappings: [mapping] };
}

/** Memory every word of which is what the address says. */
class Endless {
  reads = 0;
  fault = null;
  readonly #word: (address: number) => number;

  constructor(word: (address: number) => number) {
    this.#word = word;
  }

  peek(address: number, into: Uint8Array): boolean {
    this.reads++;
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    for (let at = 0; at + 8 <= into.byteLength; at += 8)
      view.setBigUint64(at, BigInt(this.#word(address + at)), true);
    return true;
  }
}

const start = 0x5500_0000_0000;
const bytes = 64 << 20;

describe.each(['2.7', '3.6', '3.8', '3.12'])('the search on CPython %s', (minor) => {
  const layout = layouts.get(minor)!;
  const worlds: Record<string, (address: number) => number> = {
    // Each word leads to another, none of which goes back.
    'a chain': (address) => start + ((address + 8) % bytes),
    'one word': () => start,
    // An interpreter is its own thread, whose list goes on through all memory.
    'lists of threads': (address) => start + (((address - 4096) % bytes) & ~4095),
    zeros: () => 0,
  };

  test.each(Object.keys(worlds))('ends in %s', (name) => {
    const memory = new Endless(worlds[name]!);
    const budget = new SearchBudget(memory);
    const module = moduleOf(start, bytes);
    const peek = new Peek(budget);
    scanForDebugTable(peek, module);
    scanForRuntime(peek, layout, module, module.mappings);
    expect(memory.reads).toBeLessThanOrEqual(500_000);
  });

  test('ends as soon as nobody waits for it', () => {
    const memory = new Endless(worlds['a chain']!);
    const budget = new SearchBudget(memory, () => memory.reads > 1000);
    scanForRuntime(new Peek(budget), layout, moduleOf(start, bytes), moduleOf(start, bytes).mappings);
    expect(budget.isSpent).toBe(true);
    expect(memory.reads).toBeLessThan(1100);
  });
});

test.each(savedNames)('the list of a usual process is a small part of it: CPython %s', (minor) => {
  const { process: saved, pages, layout } = loadSaved(minor);
  const budget = new SearchBudget(new SavedMemory(pages));
  for (let i = 0; i < 100; i++)
    expect(listThreadStates(new Peek(budget), layout, saved.runtime)).not.toBeNull();
  expect(budget.isSpent).toBe(false);
});
