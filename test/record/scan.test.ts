/** The search of writable memory for the interpreter, over saved memory: found where it is, and nothing else believed. */
import { describe, expect, test } from 'vitest';
import type { Module } from '../../src/record/modules.js';
import { Peek } from '../../src/record/peek.js';
import type { Mapping } from '../../src/record/platform/proc.js';
import { SavedMemory } from '../../src/record/platform/saved.js';
import { scanForDebugTable, scanForRuntime } from '../../src/record/scan.js';
import { listThreadStates } from '../../src/record/thread-list.js';
import { loadSaved, savedNames } from '../support/saved-process.js';

const pageSize = 4096;
const pageOf = (address: number): number => address - (address % pageSize);
const mapping = (start: number, end: number, permissions = 'rw-p'): Mapping => ({
  start,
  end,
  permissions,
  fileOffset: 0,
  device: '08:01',
  inode: 1,
  path: '/usr/bin/service',
  deleted: true,
});
const everywhere = [mapping(0, 2 ** 47)];

describe.each(savedNames)('the search on CPython %s', (minor) => {
  const { process: saved, pages: all, layout } = loadSaved(minor);
  const pages = new Map(all);
  // A thread's id is the address of the C library's structure for it, which the recorder itself never reads.
  for (const { pythonId } of listThreadStates(new Peek(new SavedMemory(all)), layout, saved.runtime)!
    .threads) {
    const page = pageOf(Number(pythonId));
    if (!pages.has(page)) pages.set(page, new Uint8Array(pageSize));
  }
  const headAt = saved.runtime + layout.runtime.interpretersHead;
  const module: Module = {
    path: '/usr/bin/service',
    mappings: [mapping(pageOf(headAt), pageOf(headAt) + pageSize)],
  };
  const peek = new Peek(new SavedMemory(pages));

  test('finds the interpreters by a pointer to them', () => {
    expect(scanForRuntime(peek, layout, module, everywhere)).toBe(saved.runtime);
  });

  test('looks at writable memory only', () => {
    const readOnly = module.mappings.map(({ start, end }) => mapping(start, end, 'r--p'));
    expect(scanForRuntime(peek, layout, { ...module, mappings: readOnly }, everywhere)).toBeNull();
    expect(scanForRuntime(peek, layout, module, readOnly)).toBeNull();
  });

  test('believes no list whose threads cannot be', () => {
    // Without those structures the threads' ids lead nowhere.
    const bare = new Peek(new SavedMemory(all));
    if (!saved.threads.every(({ id }) => all.has(pageOf(id))))
      expect(scanForRuntime(bare, layout, module, everywhere)).toBeNull();
  });

  if (layout.debugTable)
    test('finds the table of offsets, and only a whole one', () => {
      const page = pageOf(saved.runtime);
      const table = { ...module, mappings: [mapping(page, page + pageSize)] };
      expect(scanForDebugTable(peek, table)).toBe(saved.runtime);
      const damaged = pages.get(page)!.slice();
      damaged[saved.runtime % pageSize]! ^= 1;
      const other = new Peek(new SavedMemory(new Map(pages).set(page, damaged)));
      expect(scanForDebugTable(other, table)).toBeNull();
    });
});
