/** What lanes of many tasks and processes are called. */
import { describe, expect, test } from 'vitest';
import { Lanes, nameProcesses } from '../../../src/replay/page/lanes.js';
import { groupTasks } from '../../../src/replay/page/task-groups.js';
import type { TraceBuilder } from '../../format/trace-builder.js';
import { main, ms, record, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

describe('tasks', () => {
  const times = (names: readonly string[]) => new Map(names.map((name, at) => [name, 1_000 - at]));
  const numbered = (count: number, of: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => of(at));

  test('go by their names where there are few', () => {
    const names = [...numbered(39, (at) => `request-${at}`), 'poll()'];
    expect([...groupTasks(times(names)).entries()]).toEqual(names.map((name) => [name, name]));
  });

  test('whose names differ in numbers are one where there are many', () => {
    const groups = groupTasks(times([...numbered(50, (at) => `request-${at}`), 'poll()', 'job-7']));
    expect(groups.get('request-3')).toBe('request-N × 50');
    expect(groups.get('poll()')).toBe('poll()');
    expect(groups.get('job-7')).toBe('job-7');
  });

  test('are forty at most, those with the least time together', () => {
    const names = numbered(500, (at) => `task ${String.fromCharCode(0x4e00 + at)}`);
    const groups = groupTasks(times(names));
    expect(new Set(groups.values()).size).toBe(40);
    expect(groups.get(names[38]!)).toBe(names[38]);
    expect(groups.get(names[39]!)).toBe('other tasks');
    expect(groups.get(names[499]!)).toBe('other tasks');
  });
});

describe('processes', () => {
  const lanesOf = (count: number, commandOf: (at: number) => readonly string[]) => {
    const reader = record((trace: TraceBuilder) => {
      const threads = Array.from({ length: count }, (_, at) =>
        trace.thread(trace.process({ pid: 100 + at, command: [...commandOf(at)] }), 'MainThread'),
      );
      const stack = trace.stack([main, 2]);
      for (const tick of [10, 20])
        trace.tick(
          tick * ms,
          threads.map((thread) => ({ thread, stack })),
        );
    });
    const lanes = new Lanes(reader.threads());
    // The process that the recording is of anyway has no threads.
    for (const thread of reader.threads()) lanes.laneOf(thread, 'MainThread');
    return nameProcesses(lanes.list);
  };

  test('go by their numbers and commands', () => {
    expect(lanesOf(2, (at) => ['python3', `job${at}.py`])).toEqual({
      names: ['pid 100 · python3 job0.py', 'pid 101 · python3 job1.py'],
      at: [0, 1],
    });
  });

  test('that share a lane share a name', () => {
    expect(lanesOf(200, () => ['python3', 'pool.py'])).toEqual({
      names: ['200 processes · python3 pool.py'],
      at: [0],
    });
    expect(lanesOf(200, (at) => ['python3', `${at}.py`])).toEqual({ names: ['200 processes'], at: [0] });
  });
});
