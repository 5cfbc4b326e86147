/** What the cache makes of code objects that are not whole at first. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../../src/platform/saved.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { CodeCache } from '../../../src/record/code/code-cache.js';
import { Interner } from '../../../src/record/code/interner.js';
import { lineAt } from '../../../src/record/code/linetable.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { loadSaved, savedNames } from '../../support/saved-process.js';
import { Oracle } from '../fuzz/oracle.js';

test('a generator of 3.10 that has just begun stands at its def line', () => {
  const { pages, layout, process: saved } = loadSaved('3.10');
  const oracle = new Oracle(pages, layout);
  const interpreter = oracle.word(saved.runtime + layout.runtime.interpretersHead)!;
  const interner = new Interner();
  const codes = new CodeCache(layout, new Peek(new SavedMemory(pages)), interner);
  let thread = oracle.word(interpreter + layout.interpreter.threadsHead)!;
  const found = new Set<number>();
  for (; thread !== 0; thread = oracle.word(thread + layout.thread.next)!)
    for (const { code } of oracle.stack(thread) ?? []) if (codes.isGenerator(code)) found.add(code);
  expect(found.size).toBeGreaterThan(0);
  for (const code of found) {
    const entry = codes.find(code)!;
    // GEN_START belongs to no line.
    expect(lineAt(entry.lines, 0, entry.firstLine)).toBe(0);
    codes.frame(entry, 0);
    expect(interner.takeRows().frames.at(-1)!.line).toBe(entry.firstLine);
  }
});

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
    const lineNow = (): number => {
      codes.frame(codes.find(code)!, instruction);
      return interner.takeRows().frames.at(-1)!.line;
    };
    expect(lineNow()).toBe(0);
    for (const [address, bytes] of pages) shown.set(address, bytes);
    expect(`${lineNow()}`).toBe(oracle.label({ code, instruction })!.replace(/^.*:/, ''));
  });

  test('whose line table is long has lines, up to a limit for one and for all', () => {
    const { pages, layout, process: saved } = loadSaved(minor);
    const oracle = new Oracle(pages, layout);
    const interpreter = oracle.word(saved.runtime + layout.runtime.interpretersHead)!;
    const thread = oracle.word(interpreter + layout.interpreter.threadsHead)!;
    const { code } = oracle.stack(thread)!.at(-1)!;
    const firstLine = new Peek(new SavedMemory(pages)).i32(code + layout.code.firstLine)!;
    // Each entry is for two bytes of bytecode, and one line on.
    const entry = layout.code.lineTableTrait === 'locations' ? [0xd8, 0, 0] : [2, 1];
    const shown = new Map(pages);
    const write = (address: number, bytes: Uint8Array): void => {
      for (let done = 0; done < bytes.length; ) {
        const inside = (address + done) % 4096;
        const page = shown.get(address + done - inside)?.slice() ?? new Uint8Array(4096);
        const piece = bytes.subarray(done, done + 4096 - inside);
        page.set(piece, inside);
        shown.set(address + done - inside, page);
        done += piece.length;
      }
    };
    const word = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
    const codes = new CodeCache(layout, new Peek(new SavedMemory(shown)), new Interner());
    const at = 0x7e00_0000_0000;
    const ask = (table: number, mebibytes: number): { last: number; isKept: boolean } => {
      const count = Math.floor((mebibytes << 20) / entry.length);
      write(table + layout.bytes.length, word(count * entry.length));
      const bytes = new Uint8Array(count * entry.length);
      for (let i = 0; i < bytes.length; i++) bytes[i] = entry[i % entry.length]!;
      write(table + layout.bytes.data, bytes);
      write(code + layout.code.lineTable, word(table));
      codes.verify(new Uint32Array(1 << 16));
      const found = codes.find(code)!;
      codes.verify(new Uint32Array(1 << 16));
      const last = lineAt(found.lines, 2 * count - 1, found.firstLine);
      return { last: last === 0 ? 0 : last - firstLine - count, isKept: codes.find(code) === found };
    };
    const ends = [-1, 0, 1];
    const results = [3, 7, 9, 7, 7, 7, 7].map((mebibytes, i) => ask(at + i * 2 ** 28, mebibytes));
    expect(results.map(({ isKept }) => isKept)).toEqual(results.map(() => true));
    // 9 MiB are too many for one; after 31 MiB there is no more for another.
    const isKnown = [true, true, false, true, true, true, false];
    for (const [i, { last }] of results.entries()) {
      if (!isKnown[i]) expect(last).toBe(0);
      else expect(ends).toContain(last);
    }
  });

  // A frame that no code object can have is on no stack, whose code objects are compared with what was read of them.
  test('that took the place of other code is not judged by that for good', () => {
    const { pages, layout, process: saved } = loadSaved(minor);
    const oracle = new Oracle(pages, layout);
    const interpreter = oracle.word(saved.runtime + layout.runtime.interpretersHead)!;
    const frames = new Map<string, { code: number; instruction: number }>();
    let thread = oracle.word(interpreter + layout.interpreter.threadsHead)!;
    for (; thread !== 0; thread = oracle.word(thread + layout.thread.next)!)
      for (const frame of oracle.stack(thread) ?? []) frames.set(`${frame.code} ${frame.instruction}`, frame);
    // All up to the bytecode, which is what a cache can still take for the one before.
    const headBytes = layout.code.bytecode ?? layout.code.firstLine + 64;
    const asked = { nothing: 0, hidden: 0 };
    for (const { code, instruction } of frames.values())
      for (const other of new Set([...frames.values()].map((frame) => frame.code))) {
        const shown = new Map(pages);
        const bytes = oracle.bytes(other, headBytes);
        if (bytes === null || oracle.bytes(code, headBytes) === null) continue;
        for (let at = 0; at < headBytes; at++) {
          const page = code + at - ((code + at) % 4096);
          if (shown.get(page) === pages.get(page)) shown.set(page, pages.get(page)!.slice());
          shown.get(page)![(code + at) % 4096] = bytes[at]!;
        }
        const codes = new CodeCache(layout, new Peek(new SavedMemory(shown)), new Interner());
        const kind = codes.site(code, instruction);
        if (kind !== siteKind.nothing && kind !== siteKind.hidden) continue;
        asked[kind === siteKind.nothing ? 'nothing' : 'hidden']++;
        for (const [address, page] of pages) shown.set(address, page);
        codes.verify(new Uint32Array(1 << 16));
        const truth = new CodeCache(layout, new Peek(new SavedMemory(pages)), new Interner());
        expect(codes.site(code, instruction)).toBe(truth.site(code, instruction));
      }
    if (layout.frame.instructionTrait === 'pointer') expect(asked.nothing).toBeGreaterThan(0);
  });
});

test('copies of bytecode that could not be read for a moment are found at the next read', () => {
  const { pages, layout, process: saved } = loadSaved('3.14t');
  const at = layout.code.copies!;
  const oracle = new Oracle(pages, layout);
  const interpreter = oracle.word(saved.runtime + layout.runtime.interpretersHead)!;
  const inCopies: { code: number; instruction: number }[] = [];
  let thread = oracle.word(interpreter + layout.interpreter.threadsHead)!;
  for (; thread !== 0; thread = oracle.word(thread + layout.thread.next)!)
    for (const frame of oracle.stack(thread) ?? []) {
      const past = frame.instruction - frame.code;
      if (past < 0 || past > 1 << 16) inCopies.push(frame);
    }
  expect(inCopies.length).toBeGreaterThan(0);
  for (const { code, instruction } of inCopies) {
    const shown = new Map(pages);
    const page = code + at - ((code + at) % 4096);
    shown.set(
      page,
      pages
        .get(page)!
        .slice()
        .fill(0, (code + at) % 4096, ((code + at) % 4096) + 8),
    );
    const codes = new CodeCache(layout, new Peek(new SavedMemory(shown)), new Interner());
    expect(codes.site(code, instruction)).toBe(siteKind.nothing);
    shown.set(page, pages.get(page)!);
    const truth = new CodeCache(layout, new Peek(new SavedMemory(pages)), new Interner());
    expect(truth.site(code, instruction)).not.toBe(siteKind.nothing);
    expect(codes.site(code, instruction)).toBe(truth.site(code, instruction));
  }
});
