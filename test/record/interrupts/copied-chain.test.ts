/** Copies of frames that the kernel made, read as each version has them; and those that are not to be believed. */
import { describe, expect, test } from 'vitest';
import { chainEnd, type Interrupts } from '../../../src/platform/interrupts.js';
import { partsOf } from '../../../src/platform/linux/interrupt/chain-program.js';
import type { Memory } from '../../../src/platform/memory.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { chainShape, dataStack } from '../../../src/record/interrupts/chain-shape.js';
import { CopiedChain } from '../../../src/record/interrupts/copied-chain.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { ThreadFrames } from '../../../src/record/unwind/thread-frames.js';

const [maxFrames, places, place] = [8, 2, 1];
const ids = { interpreter: 0x7000, python: 0x1_2345_6000, native: 77 };
const dataStackAt = 0x10_000;
/** Addresses of code objects; what one does is told by its name. */
const code = { main: 0x9000, work: 0x9100, leaf: 0x9200, generator: 0x9300, shim: 0x9400, dead: 0x9500 };
const memory = { read: () => false, peek: () => false } as unknown as Memory;

interface Frame {
  readonly at: number;
  readonly code: number;
  readonly caller: number;
  /** As the layout numbers owners: 1 a generator, 3 and more the interpreter's own. */
  readonly owner?: number;
  readonly isEntry?: boolean;
}

/** A place with a copy in it, and a reader of it. */
function arrange(version: string, frames: readonly Frame[], end: number = chainEnd.whole) {
  const layout = layouts.get(version)!;
  const shape = chainShape(layout);
  const parts = partsOf(shape);
  const placeBytes = parts.frames + maxFrames * parts.stride;
  const view = new DataView(new ArrayBuffer(placeBytes * places));
  const start = place * placeBytes;
  const put = (at: number, value: number): void => view.setBigUint64(start + at, BigInt(value), true);
  const { interpreter, id, nativeId, dataStackChunk } = layout.thread;
  put(parts.copies, 1);
  put(parts.count, frames.length);
  put(parts.end, end);
  put(parts.state + interpreter, ids.interpreter);
  put(parts.state + id, ids.python);
  if (nativeId !== null) put(parts.state + nativeId, ids.native);
  if (dataStackChunk !== null) {
    put(parts.state + dataStackChunk, dataStackAt);
    put(parts.state + dataStackChunk + dataStack.top, dataStackAt + 0x1000);
    put(parts.state + dataStackChunk + dataStack.limit, dataStackAt + 0x4000);
  }
  for (const [i, frame] of frames.entries()) {
    const at = parts.frames + i * parts.stride;
    put(at, frame.at);
    put(at + 8 + layout.frame.code, frame.code);
    put(at + 8 + layout.frame.previous, frame.caller);
    view.setUint32(start + at + 8 + layout.frame.instruction, 40 + i, true);
    if (layout.frame.owner !== null) view.setUint8(start + at + 8 + layout.frame.owner, frame.owner ?? 0);
    if (layout.frame.isEntry !== null)
      view.setUint8(start + at + 8 + layout.frame.isEntry, frame.isEntry ? 1 : 0);
  }
  const interrupts = { words: new Uint32Array(view.buffer), placeBytes, parts } as unknown as Interrupts;
  const learned: string[] = [];
  /** Done while the copy is read. */
  const during: { act: () => void } = { act: () => {} };
  const chain = new CopiedChain(interrupts, layout, memory, {
    site: (address) => {
      during.act();
      if (address === code.dead) return siteKind.nothing;
      return address === code.shim ? siteKind.hidden : siteKind.calls;
    },
    isGenerator: (address) => address === code.generator,
    knows: (caller) => caller === code.main,
    learn: ({ caller, callee }) => learned.push(`${caller.toString(16)} → ${callee.toString(16)}`),
    knowsRoot: () => false,
    learnRoot: (root) => learned.push(`root ${root.toString(16)}`),
  });
  const thread = new ThreadFrames(0x5000, ids.interpreter);
  const identity = new DataView(thread.identity.buffer);
  identity.setBigUint64(0, BigInt(ids.python), true);
  identity.setBigUint64(8, BigInt(ids.native), true);
  const walk = () => {
    const result = chain.walk(thread, place);
    const { stack } = thread;
    return result === 'steady' ? Array.from(stack.code.subarray(0, stack.depth)) : result;
  };
  return { layout, parts, put, thread, walk, learned, during };
}

const [at1, at2, at3, at4] = [dataStackAt + 0x300, dataStackAt + 0x200, dataStackAt + 0x100, 0x7f00];

/** leaf ← work ← main, with the frame of the interpreter's own that 3.12 and later begin with. */
function usual(version: string): Frame[] {
  const hasEntry = layouts.get(version)!.frame.pythonOutermost === false;
  return [
    { at: at1, code: code.leaf, caller: at2 },
    { at: at2, code: code.work, caller: at3 },
    { at: at3, code: code.main, caller: hasEntry ? at4 : 0, isEntry: !hasEntry },
    ...(hasEntry ? [{ at: at4, code: 0, caller: 0, owner: 3 }] : []),
  ];
}

describe.each(['3.9', '3.10', '3.11', '3.12', '3.13', '3.14', '3.15'])('for CPython %s', (version) => {
  test('a whole chain is the stack, without the frames of the interpreter’s own', () => {
    const { thread, walk } = arrange(version, usual(version));
    expect(walk()).toEqual([code.leaf, code.work, code.main]);
    const { stack } = thread;
    expect(Array.from(stack.instruction.subarray(0, 3))).toEqual([40, 41, 42]);
    expect(Array.from(stack.place.subarray(0, 3), (met) => stack.address[met])).toEqual([at1, at2, at3]);
    expect([thread.isSteady, stack.proven, stack.torn, stack.truncated]).toEqual([true, 3, false, false]);
    expect(stack.met).toBe(usual(version).length);
  });

  test('the stack before is kept, to compare the next with', () => {
    const { thread, walk } = arrange(version, usual(version));
    walk();
    const first = thread.stack;
    walk();
    expect(thread.before).toBe(first);
    expect(thread.stack).not.toBe(first);
  });

  test('frames that traceback hides are passed over', () => {
    const [leaf, ...others] = usual(version);
    const hidden = { at: dataStackAt + 0x280, code: code.shim, caller: at2 };
    const { walk } = arrange(version, [{ ...leaf!, caller: hidden.at }, hidden, ...others]);
    expect(walk()).toEqual([code.leaf, code.work, code.main]);
  });

  test('new calls and roots are learned', () => {
    const { walk, learned } = arrange(version, usual(version));
    walk();
    expect(learned).toEqual(['9100 → 9200', 'root 9000']);
  });

  test('a thread state that is another’s is stale', () => {
    const { layout, parts, put, walk } = arrange(version, usual(version));
    put(parts.state + layout.thread.id, 5);
    expect(walk()).toBe('stale');
  });

  test('more frames than are copied are told from a chain that breaks off', () => {
    expect(arrange(version, usual(version), chainEnd.long).walk()).toBe('long');
    expect(arrange(version, usual(version), chainEnd.unreadable).walk()).toBe('between');
  });

  test('a generator without a caller is no outermost frame', () => {
    const { thread, walk } = arrange(version, [{ at: at1, code: code.generator, caller: 0, owner: 1 }]);
    expect(walk()).toBe('between');
    expect(thread.isSteady).toBe(false);
  });

  test('frames without code, or of code that is gone, are not believed', () => {
    const [leaf, ...others] = usual(version);
    expect(arrange(version, [{ ...leaf!, code: 0 }, ...others]).walk()).toBe('between');
    expect(arrange(version, [{ ...leaf!, code: code.dead }, ...others]).walk()).toBe('between');
  });

  test('nor is a stack without any frame', () => {
    expect(arrange(version, []).walk()).toBe('between');
    expect(arrange(version, [{ at: at4, code: 0, caller: 0, owner: 3 }]).walk()).toBe('between');
  });

  test('nor a copy that another one came over while it was read', () => {
    const { parts, put, walk, during } = arrange(version, usual(version));
    during.act = () => put(parts.copies, 2);
    expect(walk()).toBe('between');
  });
});

describe.each(['3.11', '3.12'])('links of CPython %s', (version) => {
  /** work, which C code called from main. */
  function nested(): Frame[] {
    const main = usual(version)
      .slice(2)
      .map((frame) => ({ ...frame }));
    if (version === '3.11') return [{ at: at2, code: code.work, caller: at3, isEntry: true }, ...main];
    const entry = { at: 0x7e00, code: 0, caller: at3, owner: 3 };
    return [{ at: at2, code: code.work, caller: entry.at }, entry, ...main];
  }

  test('where the link before names the frame that called C code, all is in order', () => {
    const { layout, parts, put, walk } = arrange(version, nested());
    put(parts.linkBefore + layout.thread.viaCFrame!, at3);
    expect(walk()).toEqual([code.work, code.main]);
  });

  test('where it names another, the newest link is not filled in yet', () => {
    const { layout, parts, put, walk } = arrange(version, nested());
    put(parts.linkBefore + layout.thread.viaCFrame!, at1);
    expect(walk()).toBe('between');
  });

  test('where there is none, C code that was called from Python does not run', () => {
    expect(arrange(version, nested()).walk()).toBe('between');
  });

  test('a frame above the end of the data stack is over', () => {
    const [newest, ...others] = usual(version);
    const above = dataStackAt + 0x1000;
    expect(arrange(version, [{ ...newest!, at: above }, ...others]).walk()).toBe('between');
    expect(arrange(version, [{ ...newest!, at: above - 8 }, ...others]).walk()).toHaveLength(3);
    // In another chunk, or in a generator.
    expect(arrange(version, [{ ...newest!, at: dataStackAt + 0x4000 }, ...others]).walk()).toHaveLength(3);
  });
});
