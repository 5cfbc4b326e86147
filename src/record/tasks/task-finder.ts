/**
 * Where asyncio keeps its tasks: to 3.13 a WeakSet (Lib/asyncio/tasks.py), from 3.14 on rings of the tasks of each thread
 * and interpreter, beside a WeakSet for those that other libraries make.
 */

import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress } from '../memory/pointers.js';
import { findEntry, findModuleDict, readAttributes, readDict, readTypeName } from '../objects/objects.js';
import { readSet } from '../values/containers.js';
import type { AsyncioLayout } from './asyncio-debug.js';

/** Tasks of one interpreter that are looked at. */
const maxTasks = 20_000;

/** Names of the sets in the module: 3.7 to 3.11, 3.12+, and of those that began at once (3.12+), which is a plain one. */
const weakSets = ['_all_tasks', '_scheduled_tasks'];
const plainSets = ['_eager_tasks'];

export interface FoundTasks {
  /** Addresses of task objects, each once. */
  readonly tasks: readonly number[];
  /** Whether there may be more. */
  readonly cut: boolean;
}

/** Where tasks are to be found. */
export interface TaskSearch {
  readonly interpreter: number;
  /** Addresses of its thread states. */
  readonly threadStates: readonly number[];
  /** From 3.14 on. */
  readonly table: AsyncioLayout | null;
}

/** @returns null where asyncio is not in use */
export function findTasks(
  peek: Peek,
  layout: Layout,
  { interpreter, threadStates, table }: TaskSearch,
): FoundTasks | null {
  const dict = findModuleDict(peek, layout, interpreter, 'asyncio.tasks');
  const entries = dict ? readDict(peek, layout, dict) : null;
  if (entries === null) return null;
  const tasks = new Set<number>();
  let cut = false;
  const add = (task: number): void => {
    if (tasks.size < maxTasks) tasks.add(task);
    else cut = true;
  };
  const takeSet = (set: number, isWeak: boolean): void => {
    const found = readSet(peek, layout, set, { items: maxTasks, places: maxTasks * 8 });
    if (found === null || found.cut) cut = true;
    for (const item of found?.items ?? []) {
      const task = isWeak ? peek.pointer(item + layout.object.size) : item;
      // A weak reference to what is gone is one to None.
      if (task && readTypeName(peek, layout, task) !== 'NoneType') add(task);
    }
  };
  for (const name of weakSets) {
    const weakSet = findEntry(peek, layout, entries, name)?.value;
    const attributes = weakSet === undefined ? null : readAttributes(peek, layout, weakSet);
    const data = findEntry(peek, layout, attributes, 'data')?.value;
    if (data !== undefined) takeSet(data, true);
  }
  for (const name of plainSets) {
    const set = findEntry(peek, layout, entries, name)?.value;
    if (set !== undefined) takeSet(set, false);
  }
  if (table !== null) {
    const heads = [
      interpreter + table.interpreter.tasksHead,
      ...threadStates.map((threadState) => threadState + table.thread.tasksHead),
    ];
    for (const head of heads) if (!walkRing(peek, head, (node) => add(node - table.task.node))) cut = true;
  }
  return { tasks: [...tasks], cut };
}

/** @returns false if the ring does not come back to its head: it changes just now, or is too long */
function walkRing(peek: Peek, head: number, visit: (node: number) => void): boolean {
  const first = peek.pointer(head);
  // Threads that never ran a loop have no ring.
  if (first === null || first === 0) return first === 0;
  let node = first;
  for (let count = 0; node !== head; count++) {
    if (count >= maxTasks || !isAddress(node)) return false;
    visit(node);
    const next = peek.pointer(node);
    if (next === null) return false;
    node = next;
  }
  return true;
}
