/**
 * How a coroutine and its frame lie in memory (Include/cpython/genobject.h; frameobject.h to 3.10, internal/pycore_frame.h
 * and pycore_interpframe.h from then on), as far as what it waits for is concerned. Linux x86-64; offsets are counted from
 * the end of an object's head, so that builds with a longer one are the same.
 */
import type { Layout } from './layout.js';

/** Where a thread says which event loop runs in it (Modules/_asynciomodule.c, get_running_loop), before asyncio had a table. */
export type RunningLoopPlace =
  /** In its dict, at that offset of the thread state: an object that holds the loop, and the pid of who set it. */
  | { readonly kind: 'holder'; readonly dict: number }
  /** In its dict, the loop itself. */
  | { readonly kind: 'item'; readonly dict: number }
  /** In the thread state, at one of these offsets: releases of 3.13 differ, and the others hold something else or nothing. */
  | { readonly kind: 'field'; readonly at: readonly number[] };

export interface CoroutineLayout {
  /** Whether a task of asyncio has a name. */
  readonly namedTasks: boolean;
  /** Whether asyncio says by a table of its own where tasks are (see asyncio-debug.ts). */
  readonly taskTable: boolean;
  /** Where the frame is: a pointer that is null once the coroutine has ended (to 3.10), or inside the object. */
  readonly frame: { readonly kind: 'pointer' | 'inside'; readonly at: number };
  /** A byte that says how far the coroutine is, and its values that mean that it has ended; null where a null pointer does. */
  readonly state: { readonly at: number; readonly ended: readonly number[] } | null;
  /** Where the frame says how far its evaluation stack is filled; from the frame's start, whatever a head takes. */
  readonly top:
    | /** Pointers behind the topmost value, and to the lowest; `stack` is null where that is behind the variables. */ {
        readonly kind: 'pointer';
        readonly at: number;
        readonly stack: number | null;
      }
    /** A 32-bit count, and a pointer to the lowest; `stack` is null where the variables are counted, too, and come first. */
    | { readonly kind: 'count'; readonly at: number; readonly stack: number | null };
}

/** FRAME_COMPLETED and FRAME_CLEARED; 3.15 counts states from 0 and has no FRAME_COMPLETED any more. */
const ended3_11 = [1, 4];
const ended3_15 = [5];

const v3_7: CoroutineLayout = {
  namedTasks: false,
  taskTable: false,
  frame: { kind: 'pointer', at: 0 },
  state: null,
  top: { kind: 'pointer', at: 72, stack: 64 },
};
const v3_8: CoroutineLayout = { ...v3_7, namedTasks: true };
const v3_10: CoroutineLayout = { ...v3_8, top: { kind: 'count', at: 80, stack: 64 } };
const v3_11: CoroutineLayout = {
  namedTasks: true,
  taskTable: false,
  frame: { kind: 'inside', at: 64 },
  state: { at: 59, ended: ended3_11 },
  top: { kind: 'count', at: 64, stack: null },
};
const v3_12: CoroutineLayout = {
  ...v3_11,
  frame: { kind: 'inside', at: 56 },
  state: { at: 51, ended: ended3_11 },
};
const v3_14: CoroutineLayout = { ...v3_12, taskTable: true, top: { kind: 'pointer', at: 64, stack: null } };
const v3_15: CoroutineLayout = { ...v3_14, state: { at: 51, ended: ended3_15 } };

const rows: ReadonlyMap<string, CoroutineLayout> = new Map([
  ['3.7', v3_7],
  ['3.8', v3_8],
  ['3.9', v3_8],
  ['3.10', v3_10],
  ['3.11', v3_11],
  ['3.12', v3_12],
  ['3.13', v3_12],
  ['3.14', v3_14],
  ['3.15', v3_15],
]);

/** Size of PyObject in builds with the GIL, for which the rows of frame objects are. */
const usualHead = 16;

const runningLoop3_7: RunningLoopPlace = { kind: 'holder', dict: 152 };
const runningLoops = new Map<string, RunningLoopPlace>([
  ['3.7', runningLoop3_7],
  ['3.8', runningLoop3_7],
  ['3.9', runningLoop3_7],
  ['3.10', runningLoop3_7],
  ['3.11', { kind: 'holder', dict: 128 }],
  ['3.12', { kind: 'item', dict: 112 }],
  // asyncio_running_loop: 304 in 3.13.0 to 3.13.5, 312 in 3.13.15.
  ['3.13', { kind: 'field', at: [304, 312] }],
]);

/** @returns null for versions that say it by asyncio's table, or that are not read */
export function runningLoopPlace({ version }: Layout): RunningLoopPlace | null {
  return runningLoops.get(version) ?? null;
}

/** @returns null for versions whose asyncio is not read (before 3.7) */
export function coroutineLayout({ version, object, frame }: Layout): CoroutineLayout | null {
  const row = rows.get(version);
  if (row === undefined) return null;
  // Up to 3.10 a frame is an object itself.
  const added = frame.isObject ? object.size - usualHead : 0;
  const { top } = row;
  return {
    ...row,
    top: { ...top, at: top.at + added, stack: top.stack === null ? null : top.stack + added },
  };
}
