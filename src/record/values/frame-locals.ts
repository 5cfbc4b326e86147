/**
 * Variables of a thread's frames as text. They are read after the walk, while the thread may run on. So all is read
 * twice: frames and values that are the same both times were so, all together, at the moment between.
 */

import type { Memory } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import { Peek } from '../memory/peek.js';
import { readDict, readString } from '../objects/objects.js';
import type { ThreadFrames } from '../unwind/thread-frames.js';
import { FrameCopy, type WalkedFrame, walkedFrames } from './frame-copy.js';
import { unreadable, ValueReader } from './value-reader.js';
import { readVariables, type Variables } from './variables.js';
import { VerifiedReads } from './verified-reads.js';

/** Innermost frames of a thread whose variables are read, and names shown of a class body. */
const maxFrames = 500;
const maxNames = 1024;

/** Times that a thread's variables are read before what was seen best is taken. */
const maxTries = 3;

/** Objects looked at for all variables of a dump. */
const maxObjects = 200_000;

export type FrameLocals =
  | {
      readonly values: ReadonlyMap<string, string>;
      readonly argumentNames: readonly string[];
      /** Whether some values changed while they were read. */
      readonly changed: boolean;
    }
  /** Why they are not known, and whether that is because the thread went on. */
  | { readonly unknown: string; readonly changed: boolean };

const wentOn: FrameLocals = { unknown: 'the frame went on while it was read', changed: true };
const notReadable: FrameLocals = { unknown: 'its code or its variables are not readable', changed: false };
const tooDeep: FrameLocals = {
  unknown: `only those of the innermost ${maxFrames} frames are read`,
  changed: false,
};

/** How much of frames a later read may tell: a frame that is not known weighs more than one in part. */
export function countChanged(frames: Iterable<FrameLocals>): number {
  let count = 0;
  for (const found of frames) if (found.changed) count += 'unknown' in found ? 2 : 1;
  return count;
}

/** A value that was read, or null for a variable that has none, and which of the reads it rests on. */
interface Draft {
  readonly name: string;
  readonly text: string | null;
  readonly from: number;
  readonly to: number;
}

export class FrameLocalsReader {
  readonly #layout: Layout;
  readonly #memory: Memory;
  readonly #peek: Peek;
  readonly #reads: VerifiedReads;
  readonly #verifiedPeek: Peek;
  readonly #values: ValueReader;

  /**
   * @param memory a view of the target that nobody else uses; closed by the caller
   * @param length longest text of one value
   */
  constructor(layout: Layout, memory: Memory, length: number) {
    this.#layout = layout;
    this.#memory = memory;
    this.#peek = new Peek(memory);
    this.#reads = new VerifiedReads(memory);
    this.#verifiedPeek = new Peek(this.#reads);
    this.#values = new ValueReader(layout, this.#verifiedPeek, length, maxObjects);
  }

  /** One entry for each Python frame of the stack that was walked last, innermost first. */
  read(thread: ThreadFrames): FrameLocals[] {
    const frames = walkedFrames(thread, maxFrames);
    const copy = new FrameCopy({
      layout: this.#layout,
      memory: this.#memory,
      peek: this.#peek,
      thread,
      frames,
    });
    const variables = frames.map(({ code }) => readVariables(this.#peek, this.#layout, code));
    let best = frames.map(() => wentOn);
    for (let tries = 0; tries < maxTries && countChanged(best) > 0; tries++) {
      const found = this.#readOnce(copy, frames, variables);
      if (found === null) break;
      if (countChanged(found) < countChanged(best)) best = found;
    }
    return Array.from({ length: thread.stack.depth }, (_, i) => best[i] ?? tooDeep);
  }

  /**
   * Everything is read, and then once more between two more copies of the frames.
   * @returns null if the target is gone
   */
  #readOnce(
    copy: FrameCopy,
    frames: readonly WalkedFrame[],
    variables: readonly (Variables | null)[],
  ): FrameLocals[] | null {
    const counts = variables.map((known) => known?.list.length ?? 0);
    if (!copy.take(counts)) return null;
    const first = copy.unchanged();
    // The buffer of the copies is used for values, too.
    const words = frames.map((_, index) => ({
      slots: copy.slots(index, counts[index]!),
      namespace: copy.namespace(index),
    }));
    this.#reads.begin();
    const drafts = frames.map(({ address }, index) => {
      const { slots, namespace } = words[index]!;
      const known = variables[index]!;
      if (!first[index] || known === null || slots === null) return null;
      const names = known.isFunction || namespace === 0 ? [] : this.#readNamespace(namespace);
      return [...names, ...this.#readSlots(address, known, slots)];
    });
    if (!copy.take([])) return null;
    const before = copy.unchanged();
    const changed = this.#reads.changed();
    if (changed === null || !copy.take([])) return null;
    const after = copy.unchanged();
    return frames.map((_, index) => {
      if (!first[index] || !before[index] || !after[index]) return wentOn;
      const draft = drafts[index];
      return draft ? conclude(draft, variables[index]!.argumentNames, changed) : notReadable;
    });
  }

  #draft(name: string, read: () => string | null): Draft {
    const from = this.#reads.count;
    const text = read();
    return { name, text, from, to: this.#reads.count };
  }

  /** Names and values of a class body so far. */
  #readNamespace(dict: number): Draft[] {
    const start = this.#reads.count;
    const entries = readDict(this.#verifiedPeek, this.#layout, dict, maxNames) ?? [];
    const names = entries.map(({ key }) => readString(this.#verifiedPeek, this.#layout, key));
    const end = this.#reads.count;
    return entries.flatMap(({ value }, index) => {
      const name = names[index];
      if (name === null || name === undefined) return [];
      const draft = this.#draft(name, () => this.#values.text(value));
      // All values rest on the dict, whose reads come first; few have a class body's frame on the stack.
      return [draft, { name, text: draft.text, from: start, to: end }];
    });
  }

  #readSlots(frame: number, { list }: Variables, slots: readonly bigint[]): Draft[] {
    const { localsplus, tag: tagBits } = this.#layout.values.frame;
    const tag = BigInt(tagBits);
    return list.map(({ name, isCell }, index) => {
      const word = slots[index]!;
      return this.#draft(name, () => {
        if (this.#verifiedPeek.u64(frame + localsplus + index * 8) !== BigInt.asUintN(64, word))
          return unreadable;
        if (tag !== 0n && (word & tag) === tag) return String(word >> 2n);
        const pointer = Number(word & ~tag);
        if (pointer === 0) return null;
        const content = isCell ? this.#values.cellContent(pointer) : null;
        return content === 0 ? null : this.#values.text(content ?? pointer);
      });
    });
  }
}

/** @param changed numbers of the reads that are not as they were, in order */
function conclude(
  drafts: readonly Draft[],
  argumentNames: readonly string[],
  changed: readonly number[],
): FrameLocals {
  const values = new Map<string, string>();
  const lost = new Set<string>();
  for (const { name, text, from, to } of drafts) {
    if (changed.some((read) => read >= from && read < to)) lost.add(name);
    // A variable that is a cell has two places to 3.10, of which one has the value.
    else if (text !== null) values.set(name, text);
  }
  for (const name of lost) values.set(name, unreadable);
  return {
    values,
    argumentNames: argumentNames.filter((name) => values.has(name)),
    changed: lost.size > 0,
  };
}
