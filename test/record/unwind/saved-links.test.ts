/** What frames of real processes say of the ones that they called (3.11 on), by the rows of each build. */
import { expect, test } from 'vitest';
import { SavedMemory } from '../../../src/platform/saved.js';
import type { KnownCalls } from '../../../src/record/calls/known-calls.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { link } from '../../../src/record/unwind/stack.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';
import { walkAll } from '../../support/walk.js';

const telling = savedNames.filter((name) => loadSaved(name).layout.frame.called !== null);

test.each(telling)(
  'frames of CPython %s hold what they entered where they say that their values end',
  (name) => {
    const { layout, pages, process: saved } = loadSaved(name);
    // Function objects were not saved, nor threads' own copies of the bytecode.
    const prepare = (calls: KnownCalls): void => {
      calls.isOf = () => true;
      if (layout.code.copies !== null) calls.site = () => siteKind.calls;
    };
    const [memory, retry] = [new SavedMemory(pages), new SavedMemory(pages)];
    const { threads } = walkAll(memory, retry, layout, saved.runtime, prepare)!;
    const exact = threads.flatMap(({ walked: { links, depth } }) =>
      [...links.subarray(1, depth)].filter((bits) => (bits & link.exact) !== 0),
    );
    expect(exact.length).toBeGreaterThan(0);
  },
);
