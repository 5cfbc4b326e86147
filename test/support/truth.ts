/** What a program in test/targets says of its own threads (sys._current_frames()), beside what dump shows of them. */
import { expect } from 'vitest';
import type { DumpThread } from '../../src/format/dump-result.js';

export interface ThreadTruth {
  readonly id: number;
  /** As the program's own namespace has it; null before 3.8. */
  readonly native?: number | null;
  readonly name: string | null;
  /** Innermost first: function, file, line. */
  readonly frames: readonly (readonly [string, string, number])[];
}

export interface TruthOptions {
  /** Whether the program's ids of threads are others than ours (a pid namespace of its own). */
  readonly foreignIds?: boolean;
}

/** Every thread that the program tells of holds still, and is shown as it is. */
export function expectThreads(
  found: readonly DumpThread[],
  truth: readonly ThreadTruth[],
  { foreignIds = false }: TruthOptions = {},
): void {
  expect(truth.length).toBeGreaterThan(0);
  for (const expected of truth) {
    const thread = found.find(({ thread_id }) => thread_id === expected.id);
    expect(thread, `thread ${expected.id} "${expected.name}"`).toBeDefined();
    expect(comparable(thread!)).toEqual({
      name: expected.name,
      os_thread_id: foreignIds ? thread!.os_thread_id : (expected.native ?? thread!.os_thread_id),
      status: 'idle',
      gil: false,
      torn: false,
      failed: false,
      frames: expected.frames.map(([name, file, line]) => `${name} (${file}:${line})`),
    });
  }
}

function comparable({ name, os_thread_id, status, gil, torn, failed, frames }: DumpThread) {
  const texts = frames.map((frame) => `${frame.function} (${frame.file}:${frame.line})`);
  return { name, os_thread_id, status, gil, torn, failed, frames: texts };
}
