/** The frame walk from end to end over any memory: lists threads, walks their stacks, resolves names and lines. */

import { type Memory, RangeList } from '../../src/platform/memory.js';
import { KnownCalls } from '../../src/record/calls/known-calls.js';
import { CodeCache } from '../../src/record/code/code-cache.js';
import { Interner } from '../../src/record/code/interner.js';
import type { Layout } from '../../src/record/layouts/layout.js';
import { Peek } from '../../src/record/memory/peek.js';
import { listThreadStates } from '../../src/record/target/thread-list.js';
import { ThreadNameReader } from '../../src/record/threads/thread-names.js';
import { ThreadTrack } from '../../src/record/threads/thread-track.js';
import type { Stack } from '../../src/record/unwind/stack.js';
import type { WalkResult } from '../../src/record/unwind/stack-walk.js';
import { Unwinder } from '../../src/record/unwind/unwind.js';

export interface WalkedThread {
  /** What the unwinder made of it. */
  readonly walked: Stack;
  readonly id: bigint;
  readonly native: number | null;
  readonly name: string | null;
  readonly result: WalkResult;
  readonly truncated: boolean;
  /** Innermost first: function, file, line; null where a code object was not readable. */
  readonly frames: readonly (readonly [string, string, number])[] | null;
}

/**
 * @param memory a view of the target; `retry` another one with a buffer of its own
 * @param prepare changes what is known of calls, before
 * @returns null if the list of threads cannot be followed
 */
export function walkAll(
  memory: Memory,
  retry: Memory,
  layout: Layout,
  runtime: number,
  prepare: (calls: KnownCalls) => void = () => {},
): { threads: WalkedThread[]; stacks: number } | null {
  const peek = new Peek(retry);
  const interner = new Interner();
  const codes = new CodeCache(layout, peek, interner);
  const calls = new KnownCalls(layout, retry, peek, codes);
  prepare(calls);
  const unwinder = new Unwinder(layout, retry, calls);
  const states = listThreadStates(peek, layout, runtime);
  if (states === null) return null;
  const names = new Map(
    states.interpreters.map((interpreter) => [
      interpreter,
      new ThreadNameReader(peek, layout, interpreter).read(),
    ]),
  );
  const walked = states.threads.map((state, index) => {
    const track = new ThreadTrack({
      id: index + 1,
      threadState: state.address,
      interpreter: state.interpreter,
      pythonId: state.pythonId,
      nativeId: state.nativeId,
      osId: null,
      clock: null,
      firstNs: 0,
    });
    const ranges = new RangeList();
    unwinder.plan(track.frames, ranges);
    memory.read(ranges);
    const result = unwinder.walk(track.frames, memory);
    const { stack } = track.frames;
    const isUseful = result !== 'broken' && result !== 'stale';
    return {
      state,
      result,
      truncated: stack.truncated,
      walked: stack,
      stack: isUseful ? track.intern(stack, 0, 0, { codes, interner }) : null,
    };
  });
  const rows = interner.takeRows();
  const text = (id: number): string => rows.strings[id - 1]!.text;
  const framesOf = (stack: number): [string, string, number][] => {
    const frames: [string, string, number][] = [];
    for (let id = stack; id !== 0; id = rows.stacks[id - 1]!.parent) {
      const frame = rows.frames[rows.stacks[id - 1]!.frame - 1]!;
      const called = rows.functions[frame.function - 1]!;
      frames.push([text(called.qualname ?? called.name), text(called.file), frame.line]);
    }
    return frames;
  };
  return {
    stacks: rows.stacks.length,
    threads: walked.map(({ state, result, truncated, walked, stack }) => ({
      walked,
      id: state.pythonId,
      native: state.nativeId,
      name: names.get(state.interpreter)?.get(state.pythonId) ?? null,
      result,
      truncated,
      frames: stack === null ? null : framesOf(stack),
    })),
  };
}
