/** What the cache makes of code objects that are not whole at first. */
import { describe, expect, test } from 'vitest';
import { CodeCache } from '../../src/record/code-cache.js';
import { Interner } from '../../src/record/interner.js';
import { Peek } from '../../src/record/peek.js';
import { SavedMemory } from '../../src/record/platform/saved.js';
import { loadSaved, savedNames } from '../support/saved-process.js';
import { Oracle } from './fuzz/oracle.js';

describe.each(savedNames)('code of CPython %s', (minor) => {
  test('whose line table could not be read for a moment has lines again at the next tick', () => {
    const { pages, layout, process: saved } = loadSaved(minor);
    const oracle = new Oracle(pages, layout);
    const interpreter = oracle.word(saved.runtime + layout.runtime.interpretersHead)!;
    const thread = oracle.word(interpreter + layout.interpreter.threadsHead)!;
    const { code, instruction } = oracle.stack(thread)!.at(-1)!;
    const lengthAt = oracle.word(code + layout.code.lineTable)! + layout.bytes.length;
    const damaged = new Map(pages);
    const inside = lengthAt % 4096;
    const page = pages.get(lengthAt - inside)!.slice();
    new DataView(page.buffer).setBigUint64(inside, 1n << 40n, true);
    damaged.set(lengthAt - inside, page);
    const shown = new Map(damaged);
    const interner = new Interner();
    const codes = new CodeCache(layout, new Peek(new SavedMemory(shown)), interner);
    const lineAt = (): number => {
      codes.frame(codes.find(code)!, instruction);
      return interner.takeRows().frames.at(-1)!.line;
    };
    expect(lineAt()).toBe(0);
    for (const [address, bytes] of pages) shown.set(address, bytes);
    expect(`${lineAt()}`).toBe(oracle.label({ code, instruction })!.replace(/^.*:/, ''));
  });
});
