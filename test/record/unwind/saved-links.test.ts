/** What frames of real processes say of the ones that they called (3.11 on), by the rows of each build. */
import { describe, expect, test } from 'vitest';
import { RangeList } from '../../../src/platform/memory.js';
import { SavedMemory } from '../../../src/platform/saved.js';
import { KnownCalls } from '../../../src/record/calls/known-calls.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { CodeCache } from '../../../src/record/code/code-cache.js';
import { Interner } from '../../../src/record/code/interner.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { link } from '../../../src/record/unwind/stack.js';
import { ThreadFrames } from '../../../src/record/unwind/thread-frames.js';
import { Unwinder } from '../../../src/record/unwind/unwind.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';

const telling = savedNames.filter((name) => loadSaved(name).layout.frame.called !== null);

describe.each(telling)('frames of CPython %s', (name) => {
  const { layout, pages, process: saved } = loadSaved(name);

  function walkAll() {
    const memory = new SavedMemory(pages);
    const peek = new Peek(memory);
    const codes = new CodeCache(layout, peek, new Interner());
    const calls = new KnownCalls(layout, memory, peek, codes);
    // Function objects were not saved, nor threads' own copies of the bytecode.
    calls.isOf = () => true;
    if (layout.code.copies !== null) calls.site = () => siteKind.calls;
    const unwinder = new Unwinder(layout, memory, calls);
    const states = listThreadStates(peek, layout, saved.runtime)!;
    const threads = states.threads.map((state) => {
      const thread = new ThreadFrames(state.address, state.interpreter);
      const identity = new DataView(thread.identity.buffer);
      identity.setBigUint64(0, state.pythonId, true);
      identity.setBigUint64(8, BigInt(state.nativeId ?? 0), true);
      const ranges = new RangeList();
      unwinder.plan(thread, ranges);
      const first = new SavedMemory(pages);
      first.read(ranges);
      unwinder.walk(thread, first);
      return thread;
    });
    return threads;
  }

  test('hold what they entered just where they say that their values end', () => {
    let exact = 0;
    for (const { stack } of walkAll())
      for (let caller = 1; caller < stack.depth; caller++)
        if ((stack.links[caller]! & link.exact) !== 0) exact++;
    expect(exact).toBeGreaterThan(0);
  });
});
