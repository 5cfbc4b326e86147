/**
 * The table that asyncio carries from 3.14 on in a section of its own, `.AsyncioDebug` (Modules/_asynciomodule.c,
 * struct _Py_AsyncioModuleDebugOffsets): words in this order.
 */
import { pointerAt } from '../memory/pointers.js';

/** ELF, and PE, which cuts names. */
export const asyncioSections: ReadonlySet<string> = new Set(['.AsyncioDebug', 'AsyncioD']);

const fields = [
  ...[
    'task.size',
    'task.name',
    'task.awaited_by',
    'task.is_task',
    'task.awaited_by_is_set',
    'task.coro',
    'task.node',
  ],
  ...['interpreter.size', 'interpreter.tasks_head'],
  ...['thread.size', 'thread.running_loop', 'thread.running_task', 'thread.tasks_head'],
] as const;

export const asyncioTableBytes = fields.length * 8;

/** Offsets in bytes. Lists are rings of pairs of pointers, next and previous, inside what is listed. */
export interface AsyncioLayout {
  readonly task: { readonly name: number; readonly coro: number; readonly node: number };
  readonly interpreter: { readonly tasksHead: number };
  readonly thread: { readonly runningLoop: number; readonly runningTask: number; readonly tasksHead: number };
}

/** @returns null if what the table says cannot be true */
export function readAsyncioTable(view: DataView): AsyncioLayout | null {
  const found = new Map(fields.map((name, index) => [name, pointerAt(view, index * 8)]));
  const take = (name: (typeof fields)[number]): number => {
    const value = found.get(name)!;
    const size = found.get(`${name.slice(0, name.indexOf('.'))}.size` as 'task.size')!;
    return size < 4_000_000 && value + 8 <= size && value % 8 === 0 ? value : Number.NaN;
  };
  const table: AsyncioLayout = {
    task: { name: take('task.name'), coro: take('task.coro'), node: take('task.node') },
    interpreter: { tasksHead: take('interpreter.tasks_head') },
    thread: {
      runningLoop: take('thread.running_loop'),
      runningTask: take('thread.running_task'),
      tasksHead: take('thread.tasks_head'),
    },
  };
  const all = [
    ...Object.values(table.task),
    ...Object.values(table.interpreter),
    ...Object.values(table.thread),
  ];
  return all.every((offset) => !Number.isNaN(offset)) ? table : null;
}
