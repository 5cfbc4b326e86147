/**
 * One asyncio task. Those of the C accelerator (Modules/_asynciomodule.c, TaskObj) have, in all versions, next to each other
 * what the task waits for, its coroutine and, from 3.8 on, its name; what lies before that differs from version to
 * version. Where asyncio does not say it by its table, the coroutine is looked for once: it is the first field that is
 * one. Tasks made in Python have attributes.
 */

import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { findEntry, readAttributes, readString, readTypeName } from '../objects/objects.js';
import { readInteger } from '../values/integers.js';
import type { AsyncioLayout } from './asyncio-debug.js';
import type { CoroutineReader } from './coroutine.js';

/** Bytes behind an object's head in which the coroutine is looked for. */
const longestHead = 256;

/** Types of tasks that are remembered. */
const maxTypes = 100;

/** Attributes of a task made in Python that are looked at. */
const maxAttributes = 64;

type Kind = 'c' | 'python';

/** Each is read when it is asked for. */
export interface TaskObject {
  /** Address; 0 for none. */
  readonly coroutine: number;
  /** Address of its event loop; 0 for none. */
  readonly loop: () => number;
  /** Null where it has none (3.7), or it could not be read. */
  readonly name: () => string | null;
  /** Address of what it waits for; 0 for nothing. */
  readonly waiter: () => number;
}

export class TaskObjectReader {
  readonly #peek: Peek;
  readonly #layout: Layout;
  readonly #coroutines: CoroutineReader;
  /** By the address of a task's type. */
  readonly #kinds = new Map<number, Kind>();
  /** Offsets in a task of C, once they are known. */
  #places: Pick<AsyncioLayout['task'], 'coro' | 'name'> | null = null;

  constructor(peek: Peek, layout: Layout, coroutines: CoroutineReader) {
    this.#peek = peek;
    this.#layout = layout;
    this.#coroutines = coroutines;
  }

  /** Takes from asyncio's own table where a task keeps what. */
  use({ task }: AsyncioLayout): void {
    this.#places = task;
  }

  /** @returns null for what is no task, or cannot be read */
  open(task: number): TaskObject | null {
    const type = this.#peek.pointer(task + this.#layout.object.type);
    if (!type) return null;
    const kind = this.#kinds.get(type) ?? this.#tell(task, type);
    if (kind === null) return null;
    return kind === 'c' ? this.#openFields(task) : this.#openAttributes(task);
  }

  /** Looks which kind of task a type makes. */
  #tell(task: number, type: number): Kind | null {
    const isTask = (object: TaskObject | null): boolean =>
      object !== null && this.#coroutines.isCoroutine(object.coroutine);
    // Attributes may lie where the fields are of the others, so they are tried first.
    const isPython = isTask(this.#openAttributes(task));
    if (!isPython && !isTask(this.#openFields(task))) return null;
    const kind = isPython ? 'python' : 'c';
    if (this.#kinds.size < maxTypes) this.#kinds.set(type, kind);
    return kind;
  }

  #openFields(task: number): TaskObject | null {
    this.#places ??= this.#findPlaces(task);
    if (this.#places === null) return null;
    const { coro, name } = this.#places;
    const at = (offset: number): number => this.#peek.pointer(task + offset) ?? 0;
    return {
      coroutine: at(coro),
      // The first field of all futures (FutureObj_HEAD).
      loop: () => at(this.#layout.object.size),
      name: () => this.#textOf(at(name)),
      waiter: () => at(coro - 8),
    };
  }

  #findPlaces(task: number): Pick<AsyncioLayout['task'], 'coro' | 'name'> | null {
    const head = this.#layout.object.size;
    for (let at = head; at < head + longestHead; at += 8) {
      const field = this.#peek.pointer(task + at);
      if (field && this.#coroutines.isCoroutine(field)) return { coro: at, name: at + 8 };
    }
    return null;
  }

  #openAttributes(task: number): TaskObject {
    const attributes = readAttributes(this.#peek, this.#layout, task)?.slice(0, maxAttributes) ?? null;
    const find = (name: string): number => findEntry(this.#peek, this.#layout, attributes, name)?.value ?? 0;
    return {
      coroutine: find('_coro'),
      loop: () => find('_loop'),
      name: () => this.#textOf(find('_name')),
      waiter: () => {
        const waiter = find('_fut_waiter');
        const isNone = waiter === 0 || readTypeName(this.#peek, this.#layout, waiter) === 'NoneType';
        return isNone ? 0 : waiter;
      },
    };
  }

  /** The name of a task that was given none is a number until somebody asks (3.12+). */
  #textOf(name: number): string | null {
    if (name === 0 || !this.#coroutines.layout.namedTasks) return null;
    const type = readTypeName(this.#peek, this.#layout, name);
    if (type === 'str') return readString(this.#peek, this.#layout, name);
    const number = type === 'int' ? readInteger(this.#peek, this.#layout, name) : null;
    return number !== null && 'value' in number ? `Task-${number.value}` : null;
  }
}
