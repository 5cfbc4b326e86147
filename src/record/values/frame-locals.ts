/**
 * Variables of a thread's frames as text. They are read after the walk: frames that have gone on since are looked at
 * again a few times, and what cannot be seen to be true is not shown.
 */
import type { Layout } from '../layouts/layout.js';
import { readDict, readString } from '../objects.js';
import { Peek } from '../peek.js';
import type { Memory } from '../platform/platform.js';
import type { ThreadFrames } from '../thread-frames.js';
import { FrameCopy, walkedFrames } from './frame-copy.js';
import { unreadable, ValueReader } from './value-reader.js';
import { readVariables, type Variables } from './variables.js';
import { Witness } from './witness.js';

/** Innermost frames of a thread whose variables are read, and names shown of a class body. */
const maxFrames = 500;
const maxNames = 1024;

/** Times that a thread is looked at, and a value that changes while it is read. */
const maxTries = 30;
const maxValueTries = 3;

/** Objects looked at for all variables of a dump. */
const maxObjects = 200_000;

export type FrameLocals =
  | { readonly values: ReadonlyMap<string, string>; readonly argumentNames: readonly string[] }
  /** Why they are not known, and whether a later look at the thread may tell. */
  | { readonly unknown: string; readonly wentOn: boolean };

const changed: FrameLocals = { unknown: 'the frame went on while it was read', wentOn: true };
const notReadable: FrameLocals = { unknown: 'its code or its variables are not readable', wentOn: false };
const tooDeep: FrameLocals = {
  unknown: `only those of the innermost ${maxFrames} frames are read`,
  wentOn: false,
};

export class FrameLocalsReader {
  readonly #layout: Layout;
  readonly #memory: Memory;
  readonly #peek: Peek;
  readonly #witness: Witness;
  readonly #witnessPeek: Peek;
  readonly #values: ValueReader;

  /**
   * @param memory a view of the target that nobody else uses; closed by the caller
   * @param length longest text of one value
   */
  constructor(layout: Layout, memory: Memory, length: number) {
    this.#layout = layout;
    this.#memory = memory;
    this.#peek = new Peek(memory);
    this.#witness = new Witness(memory);
    this.#witnessPeek = new Peek(this.#witness);
    this.#values = new ValueReader(layout, this.#witnessPeek, length, maxObjects);
  }

  /** One entry for each Python frame of the stack that was walked last, innermost first. */
  read(thread: ThreadFrames): FrameLocals[] {
    const frames = walkedFrames(thread, maxFrames);
    const copy = new FrameCopy(this.#layout, this.#memory, this.#peek, thread, frames);
    const variables = frames.map(({ code }) => readVariables(this.#peek, this.#layout, code));
    const done = variables.map((known) => (known === null ? notReadable : null));
    for (let tries = 0; tries < maxTries && done.includes(null); tries++) {
      const counts = variables.map((known, index) => (done[index] === null ? known!.list.length : 0));
      if (!copy.take(counts)) break;
      const found = copy.unchanged().flatMap((isSame, index) => {
        if (!isSame || done[index] !== null) return [];
        const slots = copy.slots(index, counts[index]!);
        return [{ index, slots, namespace: copy.namespace(index) }];
      });
      // From here on the buffer is used for values.
      const read = found.map(({ index, slots, namespace }) => {
        const { address } = frames[index]!;
        return { index, locals: this.#locals(address, variables[index]!, slots, namespace) };
      });
      if (read.length === 0) continue;
      if (!copy.take([])) break;
      const still = copy.unchanged();
      for (const { index, locals } of read) if (still[index]) done[index] = locals;
    }
    return Array.from({ length: thread.stack.depth }, (_, i) =>
      i < maxFrames ? (done[i] ?? changed) : tooDeep,
    );
  }

  #locals(
    frame: number,
    { list, argumentNames, isFunction }: Variables,
    slots: readonly bigint[] | null,
    namespace: number,
  ): FrameLocals {
    if (slots === null) return notReadable;
    const values = new Map<string, string>(isFunction || namespace === 0 ? [] : this.#namespace(namespace));
    const at = frame + this.#layout.values.frame.localsplus;
    for (const [index, { name, isCell }] of list.entries()) {
      const text = this.#slot(slots[index]!, at + index * 8, isCell);
      if (text !== null) values.set(name, text);
    }
    // A variable that is a cell has its place among the cells, and is no argument's any more (to 3.10).
    return { values, argumentNames: argumentNames.filter((name) => values.has(name)) };
  }

  /** Names and values of a class body so far. */
  #namespace(dict: number): [string, string][] {
    const read = () => readDict(this.#peek, this.#layout, dict, maxNames) ?? [];
    const found = read().map(({ key, value }) => {
      const name = readString(this.#peek, this.#layout, key) ?? unreadable;
      return { key, value, name, text: this.#steady(() => this.#values.text(value)) ?? unreadable };
    });
    const after = new Map(read().map(({ key, value }) => [key, value]));
    return found.map(({ key, value, name, text }) => [name, after.get(key) === value ? text : unreadable]);
  }

  /** @returns null for a variable without a value */
  #slot(word: bigint, at: number, isCell: boolean): string | null {
    const tag = BigInt(this.#layout.values.frame.tag);
    if (tag !== 0n && (word & tag) === tag) return String(word >> 2n);
    const pointer = Number(word & ~tag);
    if (pointer === 0) return null;
    return this.#steady(() => {
      if (this.#witnessPeek.view(at, 8)?.getBigInt64(0, true) !== word) return unreadable;
      const content = isCell ? this.#values.cellContent(pointer) : null;
      return content === 0 ? null : this.#values.text(content ?? pointer);
    });
  }

  /** A value of which everything was in memory at one moment; else it counts as unreadable. */
  #steady(read: () => string | null): string | null {
    for (let tries = 0; tries < maxValueTries; tries++) {
      this.#witness.begin();
      const text = read();
      if (this.#witness.holds()) return text;
    }
    return unreadable;
  }
}
