/**
 * One asyncio task. Those of the C accelerator (Modules/_asynciomodule.c, TaskObj) have, in all versions, next to each other
 * what the task waits for, its coroutine and, from 3.8 on, its name; what lies before that differs from version to
 * version. So the coroutine is looked for once: it is the first field that is one. Tasks made in Python have attributes.
 */
import type { Layout } from '../layouts/layout.js';
import { findEntry, readAttributes, readString, readTypeName } from '../objects.js';
import type { Peek } from '../peek.js';
import { readInteger } from '../values/integers.js';
import type { CoroutineReader } from './coroutine.js';

/** Bytes behind an object's head in which the coroutine is looked for. */
const longestHead = 256;

/** Types of tasks that are remembered. */
const maxTypes = 100;

/** Attributes of a task made in Python that are looked at. */
const maxAttributes = 64;

/** The version from which on a task has a name. */
const named = 8;

export interface TaskFields {
  /** Null where it has none (3.7), or it could not be read. */
  readonly name: string | null;
  /** Addresses; 0 for nothing. */
  readonly coroutine: number;
  readonly waiter: number;
}

export class TaskObjectReader {
  readonly #peek: Peek;
  readonly #layout: Layout;
  readonly #coroutines: CoroutineReader;
  /** By the address of a task's type. */
  readonly #isMadeInPython = new Map<number, boolean>();
  /** Offset of the coroutine, once a task was seen that has one. */
  #coroutineAt: number | null = null;

  constructor(peek: Peek, layout: Layout, coroutines: CoroutineReader) {
    this.#peek = peek;
    this.#layout = layout;
    this.#coroutines = coroutines;
  }

  /** @returns null for what is no task, or cannot be read */
  read(task: number): TaskFields | null {
    const type = this.#peek.pointer(task + this.#layout.object.type);
    if (!type) return null;
    const known = this.#isMadeInPython.get(type);
    if (known !== undefined) return known ? this.#readAttributes(task) : this.#readFields(task);
    // Attributes may lie where the fields are of the others, so they are tried first.
    const attributes = this.#readAttributes(task);
    const found = attributes ?? this.#readFields(task);
    if (found !== null && this.#isMadeInPython.size < maxTypes)
      this.#isMadeInPython.set(type, attributes !== null);
    return found;
  }

  #readFields(task: number): TaskFields | null {
    const at = this.#coroutineAt ?? this.#findCoroutine(task);
    const coroutine = at === null ? null : this.#peek.pointer(task + at);
    if (at === null || !coroutine || !this.#coroutines.isCoroutine(coroutine)) return null;
    this.#coroutineAt = at;
    const name = this.hasNames ? this.#peek.pointer(task + at + 8) : 0;
    return {
      name: name ? this.#nameOf(name) : null,
      coroutine,
      waiter: this.#peek.pointer(task + at - 8) ?? 0,
    };
  }

  /** Whether tasks of this version have names. */
  get hasNames(): boolean {
    return Number(this.#layout.version.split('.')[1]) >= named;
  }

  #findCoroutine(task: number): number | null {
    const head = this.#layout.object.size;
    for (let at = head; at < head + longestHead; at += 8) {
      const field = this.#peek.pointer(task + at);
      if (field && this.#coroutines.isCoroutine(field)) return at;
    }
    return null;
  }

  #readAttributes(task: number): TaskFields | null {
    const attributes = readAttributes(this.#peek, this.#layout, task)?.slice(0, maxAttributes) ?? null;
    const find = (name: string): number => findEntry(this.#peek, this.#layout, attributes, name)?.value ?? 0;
    const coroutine = find('_coro');
    if (!this.#coroutines.isCoroutine(coroutine)) return null;
    const [name, waiter] = [find('_name'), find('_fut_waiter')];
    const isNone = waiter === 0 || readTypeName(this.#peek, this.#layout, waiter) === 'NoneType';
    return { name: name === 0 ? null : this.#nameOf(name), coroutine, waiter: isNone ? 0 : waiter };
  }

  /** The name of a task that was given none is a number until somebody asks (3.12+). */
  #nameOf(object: number): string | null {
    const type = readTypeName(this.#peek, this.#layout, object);
    if (type === 'str') return readString(this.#peek, this.#layout, object);
    const number = type === 'int' ? readInteger(this.#peek, this.#layout, object) : null;
    return number !== null && 'value' in number ? `Task-${number.value}` : null;
  }
}
