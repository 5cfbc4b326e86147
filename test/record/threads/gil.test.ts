/** Where it can be told that a thread waits for the GIL. */
import { describe, expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { SavedMemory } from '../../../src/platform/saved.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { GilReader } from '../../../src/record/threads/gil.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';

describe.each(savedNames)('the GIL of CPython %s', (name) => {
  const { layout, pages, process: saved } = loadSaved(name);
  const unknown = {
    currentThread: null,
    gilCondition: null,
    gilLock: null,
    collecting: null,
    codeVersions: null,
  };

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
