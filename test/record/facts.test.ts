/** What other profilers get wrong and saved memory can show; test/other-profilers.test.ts lists all of it. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../src/platform/saved.js';
import { Peek } from '../../src/record/memory/peek.js';
import { listThreadStates } from '../../src/record/target/thread-list.js';
import { loadSaved, savedNames } from '../support/saved-process.js';
import { walkAll } from '../support/walk.js';

describe.each(savedNames)('one unreadable thread on CPython %s', (minor) => {
  // py-spy gives up the whole sample for it.
  test('does not cost the others their samples', () => {
    const { process: saved, pages, layout } = loadSaved(minor);
    const states = listThreadStates(new Peek(new SavedMemory(pages)), layout, saved.runtime)!;
    const broken = saved.threads[1]!.id;
    const { address } = states.threads.find(({ pythonId }) => Number(pythonId) === broken)!;
    const word = address + layout.thread.frame;
    const page = pages.get(word - (word % 4096))!.slice();
    new DataView(page.buffer).setBigUint64(word % 4096, 0x7777_7777_7000n, true);
    const damaged = new Map(pages).set(word - (word % 4096), page);
    const walked = walkAll(new SavedMemory(damaged), new SavedMemory(damaged), layout, saved.runtime)!;
    for (const { id, frames } of saved.threads)
      expect(walked.threads.find((thread) => Number(thread.id) === id)).toMatchObject(
        id === broken ? { result: 'broken', frames: null } : { result: 'steady', frames },
      );
  });
});
