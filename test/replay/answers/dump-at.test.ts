/** Dumps at a time of a small recording. */
import { describe, expect, test } from 'vitest';
import { status } from '../../../src/format/vocabulary.js';
import { dumpAt } from '../../../src/replay/answers/dump-at.js';
import { fast, main, ms, record, slow, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

describe('a dump', () => {
  test('is of the last tick at or before the time, of the threads that were there', () => {
    const reader = record((trace, process) => {
      const one = trace.thread(process, 'one');
      const two = trace.thread(process, 'two');
      trace.tick(10 * ms, [
        { thread: one, stack: trace.stack([main, 2]) },
        { thread: two, stack: trace.stack([fast, 11]), status: 0 },
      ]);
      trace.tick(20 * ms, [
        { thread: one, stack: trace.stack([main, 2], [slow, 21]), status: status.onCpu | status.gil },
      ]);
      trace.tick(60_000 * ms, [{ thread: one, stack: trace.stack([main, 9]) }], 10 * ms);
    });
    const shown = (atNs: number) => {
      const { at_s, processes } = dumpAt(reader, atNs);
      return [
        at_s,
        processes[0]!.threads.map(({ name, status, gil, frames }) => [
          name,
          status,
          gil,
          frames.map((f) => f.line),
        ]),
      ];
    };
    expect(shown(0)).toEqual([
      0.01,
      [
        ['one', 'running', false, [2]],
        ['two', 'idle', false, [11]],
      ],
    ]);
    expect(shown(19 * ms)).toEqual(shown(10 * ms));
    expect(shown(20 * ms)).toEqual([0.02, [['one', 'running', true, [21, 2]]]]);
    expect(shown(59_999 * ms)).toEqual(shown(20 * ms));
    expect(shown(60_000 * ms)).toEqual([60, [['one', 'running', false, [9]]]]);
  });
});
