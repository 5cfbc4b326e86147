/** Dumps in words: threads that do the same are one block. */
import { describe, expect, test } from 'vitest';
import type { DumpResult, DumpThread } from '../../../src/format/dump-result.js';
import { renderDump } from '../../../src/render/text/dump.js';

function thread(id: number, name: string | null, line: number, rest: Partial<DumpThread> = {}): DumpThread {
  return {
    thread_id: id,
    os_thread_id: id,
    name,
    status: 'idle',
    gil: false,
    gil_wait: false,
    waits_for: null,
    collecting: false,
    torn: false,
    failed: false,
    frames: [{ function: 'acquire', file: 'lock.py', line } as DumpThread['frames'][number]],
    ...rest,
  };
}

function show(threads: DumpThread[]): string {
  const process = { pid: 7, command: ['app'], python: '3.12.1', threads };
  const result = { at_s: null, processes: [process] } as unknown as DumpResult;
  return renderDump(null, result, { colour: false, width: 80 } as Parameters<typeof renderDump>[2]);
}

describe('threads of a dump', () => {
  test('with one stack in one state are one block, in the place of the first', () => {
    const text = show([
      thread(1, 'MainThread', 9, { status: 'running' }),
      thread(2, 'worker-0', 5),
      thread(3, 'other', 6),
      thread(4, null, 5),
    ]);
    expect(text).toBe(`Process 7: app
Python 3.12.1

Thread 1 "MainThread" (running)
    acquire (lock.py:9)

2 threads: 2 "worker-0", 4 (no name) (idle)
    acquire (lock.py:5)

Thread 3 "other" (idle)
    acquire (lock.py:6)
`);
  });

  test('that differ in state, or in variables, are not', () => {
    const frames = (value: string) =>
      [{ function: 'work', file: 'a.py', line: 1, locals: { x: value } }] as unknown as DumpThread['frames'];
    const text = show([
      thread(1, 'a', 5),
      thread(2, 'b', 5, { waits_for: 'lock' }),
      thread(3, 'c', 5, { frames: frames('1') }),
      thread(4, 'd', 5, { frames: frames('2') }),
      thread(5, 'e', 5, { frames: [] }),
      thread(6, 'f', 5, { frames: [], failed: true }),
    ]);
    expect(text.match(/^Thread/gm)).toHaveLength(6);
  });

  test('of which there are many are not all named', () => {
    const text = show(Array.from({ length: 100 }, (_, at) => thread(at, `Thread-${at}`, 5)));
    expect(text).toMatch(/^100 threads: 0 "Thread-0", .*, 11 "Thread-11" and 88 more \(idle\)$/m);
  });
});
