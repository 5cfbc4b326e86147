/**
 * Which task of asyncio a thread runs when it is sampled. The interpreter says which task is current, to 3.13 in a dict by
 * event loop, from 3.14 on in the thread's state; it is believed if the task's coroutine is on the thread's stack: then both
 * were read of the same moment, or of one at which the same task ran. It is not always the outermost one: an eager task runs
 * on the stack of the one that makes it, and a generator can be what runs the loop.
 */
import { functionKind } from '../../format/vocabulary.js';
import type { CodeCache } from '../code/code-cache.js';
import { type Interner, noSource } from '../code/interner.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { ModuleItem } from '../objects/module-item.js';
import { readDict, readString } from '../objects/objects.js';
import type { Target } from '../target/target.js';
import { readFrameCode } from '../unwind/frame-head.js';
import type { ThreadFrames } from '../unwind/thread-frames.js';
import type { AsyncioLayout } from './asyncio-debug.js';
import { findAsyncioTable } from './asyncio-table.js';
import { CoroutineReader } from './coroutine.js';
import { OwnLoops } from './own-loops.js';
import { TaskObjectReader } from './task-object.js';

/** Event loops of one interpreter that are looked at. */
const maxLoops = 64;

/** How often to look for asyncio: two words are read, and the names of all modules where those have changed. */
const lookEveryNs = 10e6;

/** That takes at most one part in so many of the time. */
const lookShare = 50;

/** How often a module that is there is looked into for what it does not have. */
const maxAttempts = 10;

/** A task's coroutine is looked for among so many of the outermost frames of a stack. */
const maxOuter = 4096;

/** Names of tasks that are told apart: a program may give each of millions one of its own. */
const maxNames = 10_000;

/** What asyncio calls a task that was given no name: a number says nothing, what the task runs does. */
const defaultName = /^Task-\d+$/;

/** What tags are made from. */
interface TaskTagSources {
  readonly target: Target;
  readonly peek: Peek;
  readonly codes: CodeCache;
  readonly interner: Interner;
  readonly coroutines: CoroutineReader;
}

export class TaskTags {
  readonly #target: Target;
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #codes: CodeCache;
  readonly #interner: Interner;
  readonly #coroutines: CoroutineReader;
  readonly #objects: TaskObjectReader;
  readonly #ownLoops: OwnLoops | null;
  readonly #currentItem: ModuleItem;
  /** By interpreter where asyncio says which tasks are current: the dict, or 0 where threads do. */
  readonly #current = new Map<number, number>();
  /** How many modules each interpreter had when asyncio was last looked for. */
  readonly #modules = new Map<number, bigint>();
  #table: AsyncioLayout | null = null;
  #attempts = 0;
  #dueNs = Number.NEGATIVE_INFINITY;
  /** Names of functions that run as tasks without a name, by their number in the trace, and frames by name. */
  readonly #functions = new Map<number, string>();
  readonly #frames = new Map<string, number>();

  /** @returns null for a version whose tasks are not read */
  static create(target: Target, peek: Peek, codes: CodeCache, interner: Interner): TaskTags | null {
    const coroutines = CoroutineReader.create(peek, target.layout);
    return coroutines === null ? null : new TaskTags({ target, peek, codes, interner, coroutines });
  }

  private constructor({ target, peek, codes, interner, coroutines }: TaskTagSources) {
    this.#target = target;
    this.#layout = target.layout;
    this.#peek = peek;
    this.#codes = codes;
    this.#interner = interner;
    this.#coroutines = coroutines;
    this.#objects = new TaskObjectReader(peek, target.layout, coroutines);
    this.#ownLoops = OwnLoops.create(target, peek);
    this.#currentItem = new ModuleItem(peek, target.layout, 'asyncio.tasks', '_current_tasks');
  }

  /** Looks now and then whether asyncio is in use by now; to be called at every tick. */
  find(interpreters: readonly number[], nowNs: number): void {
    if (nowNs < this.#dueNs) return;
    const started = performance.now();
    for (const interpreter of interpreters) {
      const place = this.#findCurrent(interpreter);
      if (place !== null) this.#current.set(interpreter, place);
    }
    for (const known of this.#current.keys()) if (!interpreters.includes(known)) this.#current.delete(known);
    this.#dueNs = nowNs + Math.max(lookEveryNs, (performance.now() - started) * 1e6 * lookShare);
  }

  /**
   * The frame that says which task the thread's last stack belongs to.
   * @returns 0 where that is none, or not known
   */
  tagOf({ threadState, interpreter, stack }: ThreadFrames): number {
    const current = this.#current.get(interpreter);
    if (current === undefined) return 0;
    const last = Math.max(0, stack.depth - maxOuter);
    let outermost = stack.depth - 1;
    while (outermost >= last && !this.#codes.isGenerator(stack.code[outermost]!)) outermost--;
    for (const task of outermost < last ? [] : this.#currentTasks(threadState, current)) {
      const object = this.#objects.open(task);
      if (object === null) continue;
      const frame = this.#coroutines.frameOf(object.coroutine);
      let level = outermost;
      while (level >= last && stack.address[stack.place[level]!] !== frame) level--;
      if (level < last) continue;
      if (this.#ownLoops?.has(object.loop(), threadState) === false) continue;
      const name = object.name();
      // The task is going on, or has ended and its memory is another object's.
      if (name === null && this.#coroutines.layout.namedTasks) return 0;
      if (!this.#isStill(task, frame, stack.code[level]!)) return 0;
      const isKnown = name !== null && (this.#frames.has(name) || this.#frames.size < maxNames);
      const isNamed = isKnown && name !== '' && !defaultName.test(name);
      return this.#frame(isNamed ? name : this.#functionOf(stack.code[level]!));
    }
    return 0;
  }

  /**
   * Whether the task's coroutine is still the one of a frame, and that of the same code: where tasks come and go, another one can be
   * at all of the addresses by now.
   */
  #isStill(task: number, frame: number, code: number): boolean {
    const object = this.#objects.open(task);
    if (object === null || this.#coroutines.frameOf(object.coroutine) !== frame) return false;
    return readFrameCode(this.#peek, this.#layout, frame) === code;
  }

  #currentTasks(threadState: number, dict: number): number[] {
    if (this.#table !== null) {
      const task = this.#peek.pointer(threadState + this.#table.thread.runningTask);
      return task ? [task] : [];
    }
    const entries = readDict(this.#peek, this.#layout, dict, maxLoops);
    return entries?.map(({ value }) => value) ?? [];
  }

  #frame(name: string): number {
    let frame = this.#frames.get(name);
    if (frame === undefined) {
      frame = this.#interner.frame(
        this.#interner.function({ ...noSource, kind: functionKind.task, name }),
        0,
      );
      this.#frames.set(name, frame);
    }
    return frame;
  }

  /** What a task runs, for one that has no name of its own. */
  #functionOf(code: number): string {
    // Another code object may have come to this address.
    const entry = this.#codes.find(code);
    const key = entry === null ? 0 : entry.functionId;
    let name = this.#functions.get(key);
    if (name === undefined) {
      const { qualname, name: plain } = this.#layout.code;
      const at = this.#peek.pointer(code + (qualname ?? plain));
      name = `${(at && readString(this.#peek, this.#layout, at)) || '?'}()`;
      if (entry !== null) this.#functions.set(key, name);
    }
    return name;
  }

  /**
   * Looks again whenever the number of modules has changed: asyncio first makes a dict of its own, which that of its C part
   * replaces while it is imported.
   * @returns null where asyncio is not in use, does not say which tasks are current, or nothing has changed
   */
  #findCurrent(interpreter: number): number | null {
    const modules = this.#peek.pointer(interpreter + this.#layout.interpreter.modules);
    const count = modules ? this.#peek.u64(modules + this.#layout.values.dict.used) : null;
    if (count === null || this.#modules.get(interpreter) === count) return null;
    this.#modules.set(interpreter, count);
    const found = this.#currentItem.find(interpreter);
    if (found === null) return null;
    // It may be there before it is filled.
    if (++this.#attempts <= maxAttempts) this.#modules.delete(interpreter);
    this.#table ??= findAsyncioTable(this.#target, this.#peek);
    if (this.#table === null) return found.item;
    this.#objects.use(this.#table);
    this.#ownLoops?.use(this.#table);
    return 0;
  }
}
