/** The program that copies a thread's frames, run on memory that the test made, for the layout of each version. */
import { describe, expect, test } from 'vitest';
import { chainEnd } from '../../../src/platform/interrupts.js';
import { chainProgram, partsOf } from '../../../src/platform/linux/interrupt/chain-program.js';
import { chainShape } from '../../../src/record/interrupts/chain-shape.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { runProgram } from './machine.js';

const maxFrames = 8;
const periodOffset = 168;
const places = 3;
const threadState = 0x1000;
const link = 0x2000;
const firstFrame = 0x10_000;
const frameGap = 0x100;

/** Memory of a target: bytes by address, all else unmapped. */
class TargetMemory {
  readonly #pages = new Map<number, DataView<ArrayBuffer>>();

  put(address: number, bytes: number): DataView<ArrayBuffer> {
    const view = new DataView(new ArrayBuffer(bytes));
    // So that a word that is copied from the wrong place is seen.
    for (let at = 0; at + 4 <= bytes; at += 4) view.setUint32(at, (address + at) ^ 0x5a5a_0000, true);
    this.#pages.set(address, view);
    return view;
  }

  read(address: bigint, bytes: number): Uint8Array | null {
    const view = this.#pages.get(Number(address));
    return view === undefined || view.byteLength < bytes ? null : new Uint8Array(view.buffer, 0, bytes);
  }
}

/** A thread with some frames, as a version has them. */
function arrange(version: string, frames: number, { isMapped = true, hasLinkBefore = true } = {}) {
  const shape = chainShape(layouts.get(version)!);
  const parts = partsOf(shape);
  const placeBytes = parts.frames + maxFrames * parts.stride;
  const memory = new TargetMemory();
  const state = memory.put(threadState, shape.stateBytes);
  const newest = frames === 0 ? 0n : BigInt(firstFrame);
  state.setBigUint64(shape.newest, shape.link === null ? newest : BigInt(link), true);
  if (shape.link !== null) {
    const links = memory.put(link, 24);
    links.setBigUint64(shape.link, newest, true);
    links.setBigUint64(shape.link + 8, hasLinkBefore ? BigInt(link + 0x40) : 0n, true);
    if (hasLinkBefore) memory.put(link + 0x40, 24).setBigUint64(shape.link, 0xabcdn, true);
  }
  for (let i = 0; i < frames; i++) {
    if (i === frames - 1 && !isMapped) break;
    const caller = i === frames - 1 ? 0 : firstFrame + (i + 1) * frameGap;
    memory.put(firstFrame + i * frameGap, shape.frameBytes).setBigUint64(shape.caller, BigInt(caller), true);
  }
  const map = new Uint8Array(new ArrayBuffer(placeBytes * places));
  const view = new DataView(map.buffer);
  const start = placeBytes;
  view.setBigUint64(start + parts.threadState, BigInt(threadState), true);
  const word = (at: number): number => Number(view.getBigUint64(start + at, true));
  const run = (period = 2) =>
    runProgram(chainProgram({ shape, map: 3, maxFrames, periodOffset }), {
      ...{ places: map, placeBytes, periodOffset, period },
      read: (address, bytes) => memory.read(address, bytes),
    });
  const bytes = (at: number, length: number): Uint8Array => map.subarray(start + at, start + at + length);
  return { shape, parts, memory, map, word, run, bytes };
}

describe.each(['3.9', '3.10', '3.11', '3.12', '3.13', '3.14', '3.15'])('for CPython %s', (version) => {
  test('copies the thread state and all frames up to the one without a caller', () => {
    const { shape, parts, memory, word, run, bytes } = arrange(version, 3);
    expect(run().result).toBe(1n);
    expect([word(parts.copies), word(parts.count), word(parts.end)]).toEqual([1, 3, chainEnd.whole]);
    expect(bytes(parts.state, shape.stateBytes)).toEqual(memory.read(BigInt(threadState), shape.stateBytes));
    for (let i = 0; i < 3; i++) {
      const at = parts.frames + i * parts.stride;
      expect(word(at)).toBe(firstFrame + i * frameGap);
      expect(bytes(at + 8, shape.frameBytes)).toEqual(
        memory.read(BigInt(firstFrame + i * frameGap), shape.frameBytes),
      );
    }
    run();
    expect(word(parts.copies)).toBe(2);
  });

  test('stops where there is no room for more, and says so', () => {
    const { parts, word, run, map } = arrange(version, maxFrames + 1);
    const { steps } = run();
    expect([word(parts.copies), word(parts.count), word(parts.end)]).toEqual([1, maxFrames, chainEnd.long]);
    expect(steps).toBeLessThan(40 + 20 * maxFrames);
    // Nothing of the places beside it.
    const placeBytes = map.byteLength / places;
    expect(map.subarray(0, placeBytes).some((byte) => byte !== 0)).toBe(false);
    expect(map.subarray(2 * placeBytes).some((byte) => byte !== 0)).toBe(false);
  });

  test('as many frames as there is room for are a whole stack', () => {
    const { parts, word, run } = arrange(version, maxFrames);
    run();
    expect([word(parts.count), word(parts.end)]).toEqual([maxFrames, chainEnd.whole]);
  });

  test('says what it could not read', () => {
    const { parts, word, run } = arrange(version, 3, { isMapped: false });
    run();
    expect([word(parts.copies), word(parts.count), word(parts.end)]).toEqual([1, 2, chainEnd.unreadable]);
  });

  test('a thread without frames has a whole stack of none', () => {
    const { parts, word, run } = arrange(version, 0);
    run();
    expect([word(parts.copies), word(parts.count), word(parts.end)]).toEqual([1, 0, chainEnd.whole]);
  });

  test('an event without a place does nothing', () => {
    const { map, run } = arrange(version, 3);
    const before = map.slice();
    expect([run(places + 1).result, run(0).result]).toEqual([1n, 1n]);
    expect(map).toEqual(before);
  });
});

describe.each(['3.11', '3.12'])('links of CPython %s', (version) => {
  test('are copied, the newest and the one before', () => {
    const { shape, parts, word, run } = arrange(version, 1);
    run();
    expect(word(parts.link)).toBe(link);
    expect(word(parts.linkBytes + shape.link!)).toBe(firstFrame);
    expect(word(parts.linkBefore + shape.link!)).toBe(0xabcd);
  });

  test('of which there is one leave zeros for the one before', () => {
    const { shape, parts, word, run } = arrange(version, 1, { hasLinkBefore: false });
    run();
    expect([word(parts.count), word(parts.end)]).toEqual([1, chainEnd.whole]);
    expect(word(parts.linkBefore + shape.link!)).toBe(0);
  });
});
