/**
 * A greenlet that does not run (greenlet 1 to 3: src/greenlet/TGreenlet.hpp, before that greenlet.h). Versions differ in
 * where they keep what, so it is looked for: the object, and from version 2 on the C++ object behind its third field, hold a
 * pointer to the frame that comes next, and four words about the C stack that was put aside: where it begins, where it
 * ends, where its copy is, how long that is.
 */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { readTypeName } from '../objects/objects.js';

/** Bytes of both objects that are looked through. */
const ownBytes = 160;
const behindBytes = 320;

/** From the end of an object's head to the pointer to the C++ object. */
const behindAt = 16;

/** The frame of a frame object (PyFrameObject, 3.11+), from the end of its head. */
const frameAt = 8;

/** A C stack is at most so long. */
const longestStack = 1 << 30;

export interface SuspendedGreenlet {
  /** Address of the frame that it goes on with. */
  readonly frame: number;
  /** Where a piece of its C stack is, which another greenlet may use by now: from an address to where it really is. */
  readonly whereIs: (address: number) => number;
}

/** @returns null for one that runs, has ended, or has not begun */
export function readGreenlet(peek: Peek, layout: Layout, object: number): SuspendedGreenlet | null {
  const own = peek.view(object, ownBytes);
  const behind = peek.pointer(object + layout.object.size + behindAt);
  const views = [own, behind ? peek.view(behind, behindBytes) : null].filter((view) => view !== null);
  for (const view of views) {
    const frameObject = findFrameObject(peek, layout, view);
    if (frameObject === null) continue;
    const frame = layout.frame.isObject
      ? frameObject
      : peek.pointer(frameObject + layout.object.size + frameAt);
    return frame ? { frame, whereIs: findStack(view) } : null;
  }
  return null;
}

function findFrameObject(peek: Peek, layout: Layout, view: DataView): number | null {
  for (let at = 0; at + 8 <= view.byteLength; at += 8) {
    const value = pointerAt(view, at);
    if (isAddress(value) && value % 8 === 0 && readTypeName(peek, layout, value) === 'frame') return value;
  }
  return null;
}

function findStack(view: DataView): (address: number) => number {
  for (let at = 0; at + 32 <= view.byteLength; at += 8) {
    const [start, stop, copy, saved] = [0, 8, 16, 24].map((offset) => pointerAt(view, at + offset)) as [
      number,
      number,
      number,
      number,
    ];
    const isStack = isAddress(start) && isAddress(stop) && stop > start && stop - start < longestStack;
    if (isStack && isAddress(copy) && saved > 0 && saved <= stop - start)
      return (address) => (address >= start && address < start + saved ? copy + (address - start) : address);
  }
  return (address) => address;
}
