/** The search of writable memory for the interpreter, over saved memory: found where it is, and nothing else believed. */
import { describe, expect, test } from 'vitest';
import type { Mapping } from '../../../src/platform/processes.js';
import { type Pages, SavedMemory } from '../../../src/platform/saved.js';
import type { Layout } from '../../../src/record/layouts/layout.js';
import { Peek } from '../../../src/record/memory/peek.js';
import type { Module } from '../../../src/record/target/modules.js';
import { scanForDebugTable, scanForRuntime } from '../../../src/record/target/scan.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';

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

/** A thread's id is the address of the C library's structure for it, which the recorder itself never reads. */
function withThreadStructures(all: Pages, layout: Layout, runtime: number): Map<number, Uint8Array> {
  const pages = new Map(all);
  for (const { pythonId } of listThreadStates(new Peek(new SavedMemory(all)), layout, runtime)!.threads) {
    const page = pageOf(Number(pythonId));
    if (!pages.has(page)) pages.set(page, new Uint8Array(pageSize));
  }
  return pages;
}

describe.each(savedNames)('the search on CPython %s', (minor) => {
  const { process: saved, pages: all, layout } = loadSaved(minor);
  const pages = withThreadStructures(all, layout, saved.runtime);
  const headAt = saved.runtime + layout.runtime.interpretersHead;
  const module: Module = {
    path: '/usr/bin/service',
    mappings: [mapping(pageOf(headAt), pageOf(headAt) + pageSize)],
  };
  const peek = new Peek(new SavedMemory(pages));

  test('finds the interpreters by a pointer to them', () => {
    const found = scanForRuntime(peek, layout, module, everywhere)!;
    expect(listThreadStates(peek, layout, found)).toEqual(listThreadStates(peek, layout, saved.runtime));
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

test.each(['3.3', '3.6', '3.6-debug'])(
  'the search on CPython %s prefers the list of all interpreters',
  (name) => {
    const { process: saved, pages: all, layout } = loadSaved(name);
    // One more interpreter, with one thread, before the main one, which the variable still points at.
    const [second, thread] = [0x1000_0000_0000, 0x1000_0000_0800];
    const pages = withThreadStructures(all, layout, saved.runtime).set(second, new Uint8Array(pageSize));
    const write = (address: number, value: number): void => {
      const page = pages.get(pageOf(address))!.slice();
      new DataView(page.buffer).setBigUint64(address % pageSize, BigInt(value), true);
      pages.set(pageOf(address), page);
    };
    const main = new Peek(new SavedMemory(all)).pointer(saved.runtime)!;
    write(second + layout.interpreter.next, main);
    write(second + layout.interpreter.threadsHead, thread);
    write(thread + layout.thread.interpreter, second);
    write(thread + layout.thread.id, second);
    write(saved.runtime, second);
    const page = pageOf(saved.runtime);
    for (const variable of [saved.runtime - 16, saved.runtime + 16]) {
      write(variable, main);
      const module: Module = { path: '/usr/bin/service', mappings: [mapping(page, page + pageSize)] };
      expect(scanForRuntime(new Peek(new SavedMemory(pages)), layout, module, everywhere)).toBe(
        saved.runtime,
      );
    }
  },
);
