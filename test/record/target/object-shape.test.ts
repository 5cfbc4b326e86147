/** A debug build is told from a release build by its objects, over saved memory of both. */
import { expect, test } from 'vitest';
import { SavedMemory } from '../../../src/platform/saved.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { withTraceRefs } from '../../../src/record/layouts/trace-refs.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { fitObjects } from '../../../src/record/target/object-shape.js';
import { loadSaved } from '../../support/saved-process.js';

test.each(['3.3', '3.4', '3.5', '3.6-debug'])('the objects of %s', (name) => {
  const { process: saved, pages, layout } = loadSaved(name);
  const row = layouts.get(saved.layout)!;
  const peek = new Peek(new SavedMemory(pages));
  expect(fitObjects(peek, row, saved.runtime)).toEqual(layout);
  const other = { ...row, type: { ...row.type, name: row.type.basicSize } };
  expect(fitObjects(peek, other, saved.runtime)).toBe('unknown');
  expect(fitObjects(new Peek(new SavedMemory(new Map())), row, saved.runtime)).toBeNull();
});

test('a list of all objects shifts everything in Python objects, and nothing else', () => {
  const old = layouts.get('3.7')!;
  expect(withTraceRefs(old)).toMatchObject({
    thread: old.thread,
    interpreter: old.interpreter,
    object: { type: 24, size: 32 },
    frame: { code: 48, previous: 40, instruction: 120, size: 128 },
    code: {
      filename: 112,
      name: 120,
      qualname: null,
      firstLine: 52,
      flags: 48,
      lineTable: 128,
      bytecode: null,
    },
    unicode: { length: 32, state: 48, asciiSize: 64, compactSize: 88 },
    bytes: { length: 32, data: 48 },
    dict: { keys: 48, values: 56 },
    type: { name: 40, basicSize: 48, flags: 184, dictOffset: 304 },
    module: { dict: 32 },
  });
  // From 3.11 on frames are no objects.
  const newer = layouts.get('3.12')!;
  expect(withTraceRefs(newer)).toMatchObject({
    frame: newer.frame,
    code: { qualname: 144, lineTable: 152, bytecode: 208 },
  });
});
