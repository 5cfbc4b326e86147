/** Where it can be told that a thread waits for the GIL. */
import { describe, expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { architectures } from '../../../src/platform/linux/architecture.js';
import { RangeList } from '../../../src/platform/memory.js';
import { SavedMemory } from '../../../src/platform/saved.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { GilReader } from '../../../src/record/threads/gil.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';

const unknown = {
  currentThread: null,
  gilCondition: null,
  gilLock: null,
  collecting: null,
  codeVersions: null,
};

/**
 * How far the running thread's pointer lies behind that on x86-64: mutexes are longer. Read in Debian's 3.9.2 and 3.11.2 for arm64;
 * other versions have the same structures.
 */
const further = { x64: 0, arm64: 16 } as const;

describe.each(Object.keys(architectures) as (keyof typeof architectures)[])('on %s', (name) => {
  test.each(['3.7', '3.8', '3.9', '3.10', '3.11'])('the thread that runs is found in %s', (minor) => {
    const layout = layouts.get(minor)!;
    if (layout.gil.kind !== 'runtime') throw new Error('it is found elsewhere');
    const [runtime, thread] = [0x7000_0000, 0x7100_0040];
    const page = new Uint8Array(new ArrayBuffer(4096));
    new DataView(page.buffer).setBigUint64(layout.gil.current + further[name], BigInt(thread), true);
    const memory = new SavedMemory(new Map([[runtime, page]]));
    const gil = new GilReader(
      { layout, runtime, variables: unknown, sleepsOnConditions: true },
      architectures[name].threadLibrary,
    );
    gil.find(new Peek(memory), []);
    const ranges = new RangeList();
    gil.plan(ranges);
    const bytes = new Uint8Array(new ArrayBuffer(4096));
    expect(memory.peekAll(ranges, bytes)).toBe(true);
    gil.update(new Uint32Array(bytes.buffer));
    expect([...gil.holders]).toEqual([thread]);
  });
});

describe.each(savedNames)('the GIL of CPython %s', (name) => {
  const { layout, pages, process: saved } = loadSaved(name);
  test.each([true, false])('whose C library shows who waits: %s', (sleepsOnConditions) => {
    const peek = new Peek(new SavedMemory(pages));
    const { interpreters } = listThreadStates(peek, layout, saved.runtime)!;
    const gil = new GilReader(
      { layout, runtime: saved.runtime, variables: unknown, sleepsOnConditions },
      currentPlatform().threadLibrary,
    );
    gil.find(peek, interpreters);
    // Where each interpreter has its own, and in old builds that were stripped, its place is not in what was saved.
    const isPlaced = layout.gil.kind === 'runtime' && layout.gil.waiters !== null;
    if (isPlaced || !sleepsOnConditions) expect(gil.waitsKnown).toBe(sleepsOnConditions);
  });
});
