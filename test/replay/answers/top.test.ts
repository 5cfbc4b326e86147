/** Shares, times and counts of `top`, asked of small recordings whose answers are known. */
import { describe, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { status, waitField, waitKind } from '../../../src/format/vocabulary.js';
import { dumpAt } from '../../../src/replay/answers/dump-at.js';
import { summarize, type TopOptions } from '../../../src/replay/answers/top.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { buildFlameTree } from '../../../src/replay/trees/flame-tree.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import type { Code } from '../../format/trace-builder.js';
import { fast, main, ms, record, slow, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

function top(
  reader: TraceReader,
  {
    from,
    to,
    by = 'function',
    ...options
  }: FilterOptions & { from?: string; to?: string; by?: TopOptions['by'] } = {},
) {
  return summarize(reader, resolveWindow(reader, from, to), createFilter(options), {
    by,
    sort: 'total',
    limit: null,
    filter: null,
  });
}

const figures = (result: ReturnType<typeof top>) =>
  Object.fromEntries(
    result.rows.map((row) => [row.function ?? row.file ?? row.thread?.name, [row.self_pct, row.total_pct]]),
  );

/** Ten seconds: 7 of 10 ticks in slow, 3 in fast. */
function sevenToThree(): TraceReader {
  return record((trace, process) => {
    const thread = trace.thread(process, 'MainThread');
    for (let tick = 1; tick <= 1_000; tick++) {
      const stack = tick % 10 < 7 ? trace.stack([main, 2], [slow, 21]) : trace.stack([main, 3], [fast, 11]);
      trace.tick(tick * 10 * ms, [{ thread, stack }]);
    }
  });
}

describe('top', () => {
  test('gives each function its share', () => {
    expect(figures(top(sevenToThree()))).toEqual({ main: [0, 100], slow: [70, 70], fast: [30, 30] });
  });

  test('has seconds that are the sum of the weights, not samples over rate', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      trace.tick(10 * ms, [{ thread, stack: trace.stack([slow, 21]) }]);
      trace.tick(510 * ms, [{ thread, stack: trace.stack([fast, 11]) }]);
    });
    const result = top(reader);
    expect(result).toMatchObject({ samples: 2, total_s: 0.51 });
    expect(result.rows.map((row) => [row.function, row.self_s])).toEqual([
      ['fast', 0.5],
      ['slow', 0.01],
    ]);
  });

  test('counts recursion once, direct or through others', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      const mutual = trace.stack([main, 2], [fast, 11], [slow, 21], [fast, 12], [slow, 22], [fast, 11]);
      trace.tick(10 * ms, [{ thread, stack: mutual }]);
      trace.tick(20 * ms, [{ thread, stack: trace.stack([main, 2], [fast, 11], [fast, 11], [fast, 11]) }]);
    });
    expect(figures(top(reader))).toEqual({ main: [0, 100], fast: [100, 100], slow: [0, 50] });
    expect(top(reader).rows.every((row) => row.total_pct <= 100)).toBe(true);
    const lines = top(reader, { by: 'line' }).rows.map((row) => [
      row.function,
      row.line,
      row.self_pct,
      row.total_pct,
    ]);
    expect(lines).toContainEqual(['fast', 11, 100, 100]);
    expect(lines).toContainEqual(['fast', 12, 0, 50]);
    expect(figures(top(reader, { by: 'file' }))).toEqual({ '/srv/app/app.py': [100, 100] });
  });

  test('cuts runs at the window, half open, by tick', () => {
    const reader = sevenToThree();
    expect(top(reader, { from: '100ms', to: '200ms' })).toMatchObject({ samples: 10, total_s: 0.1 });
    expect(top(reader, { from: '95ms', to: '105ms' })).toMatchObject({ samples: 1 });
    expect(top(reader, { from: '3s' }).samples + top(reader, { to: '3s' }).samples).toBe(1_000);
    expect(top(reader, { from: '-1s' }).samples).toBe(100);
    expect(top(reader, { from: '50%', to: '75%' }).samples).toBe(250);
    expect(top(reader, { from: 'T10:00:02.123456Z', to: '2024-05-01T10:00:03.123Z' }).samples).toBe(100);
    expect(top(reader, { from: '5s', to: '99s' }).window).toEqual({ from_s: 5, to_s: 10.000001 });
  });

  test('says that there was no GIL where only samples that held it are wanted', () => {
    const reader = record((trace, process) => {
      const [one, two] = [trace.thread(process, 'one'), trace.thread(process, 'two')];
      const free = status.gilUnknown | status.gilOff;
      for (let tick = 1; tick <= 3; tick++)
        trace.tick(tick * 10 * ms, [
          { thread: one, stack: trace.stack([slow, 21]), status: status.onCpu | free },
          { thread: two, stack: trace.stack([fast, 11]), status: free },
        ]);
    });
    expect(top(reader, { gil: true })).toMatchObject({ samples: 0, gil_off_samples: 6, idle_samples: 0 });
    expect(top(reader, { gil: true, thread: 'one' })).toMatchObject({ samples: 0, gil_off_samples: 3 });
    expect(top(reader)).toMatchObject({ samples: 3, gil_off_samples: 0, idle_samples: 3 });
  });

  test('leaves idle threads out unless asked, and says so', () => {
    const reader = record((trace, process) => {
      const busy = trace.thread(process, 'busy');
      const idle = trace.thread(process, 'idle');
      const odd = trace.thread(process, 'odd');
      trace.tick(10 * ms, [
        { thread: busy, stack: trace.stack([slow, 21]), status: status.onCpu | status.gil, cpuNs: 4 * ms },
        { thread: idle, stack: trace.stack([fast, 11]), status: 0 },
        { thread: odd, stack: trace.stack([main, 2]), status: status.stateUnknown | status.gilUnknown },
      ]);
    });
    expect(figures(top(reader))).toEqual({ slow: [50, 50], main: [50, 50] });
    expect(top(reader)).toMatchObject({ idle_samples: 1, idle_s: 0.01 });
    expect(top(reader, { idle: true })).toMatchObject({ samples: 3, idle_samples: 0 });
    expect(figures(top(reader, { gil: true, idle: true }))).toEqual({ slow: [100, 100] });
    expect(top(reader, { cpu: true })).toMatchObject({ metric: 'cpu', total_s: 0.004, samples: 2 });
    expect(figures(top(reader, { by: 'thread', idle: true }))).toMatchObject({ busy: [33.3333, 33.3333] });
  });

  test('tells what threads waited for, and keeps those that others held up', () => {
    const reader = record((trace, process) => {
      const stack = trace.stack([slow, 21]);
      const gilWait = status.gilWait | status.gilWaitKnown;
      const kinds: [string, number][] = [
        ...Object.entries(waitKind).map(([name, kind]): [string, number] => [name, kind << waitField.shift]),
        ['gil', gilWait | (waitKind.lock << waitField.shift)],
        ['running', status.onCpu | status.gil],
        // Woken in the wait for the GIL, it queues for a processor.
        ['gil, ready', gilWait],
        ['a newer kind', 7 << waitField.shift],
        ['unknown', 0],
        ['no state', status.stateUnknown],
      ];
      const threads = kinds.map(([name, bits]) => ({
        thread: trace.thread(process, name),
        stack,
        status: bits,
      }));
      trace.tick(10 * ms, threads);
      trace.tick(20 * ms, threads.slice(0, -1));
    });
    const { rows } = top(reader, { by: 'wait', idle: true });
    const seconds = Object.fromEntries(rows.map(({ wait, self_s }) => [wait, self_s]));
    expect(seconds).toEqual({
      ...{ gil: 0.04, lock: 0.02, condition: 0.02, sleep: 0.02, io: 0.02, process: 0.02 },
      ...{ other: 0.04, running: 0.02, unknown: 0.03 },
    });
    const names = (options: FilterOptions) =>
      top(reader, { ...options, by: 'thread' }).rows.map(({ thread }) => thread?.name);
    expect(names({ waiting: true }).sort()).toEqual(['gil', 'gil, ready', 'lock']);
    expect(top(reader)).toMatchObject({ idle_s: 0.2, held_up_s: 0.06 });
    expect(top(reader, { waiting: true })).toMatchObject({ samples: 6, idle_samples: 0, held_up_s: 0 });
  });

  test('knows threads by the name that they had at the time', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, null);
      // The name is known a little after the thread is.
      trace.rename(thread, 15 * ms, 'one');
      trace.rename(thread, 505 * ms, 'two');
      trace.rename(thread, 805 * ms, 'one');
      const stack = trace.stack([slow, 21]);
      for (let tick = 1; tick <= 100; tick++) trace.tick(tick * 10 * ms, [{ thread, stack }]);
    });
    expect(top(reader, { thread: '^one$' }).samples).toBe(70);
    expect(top(reader, { thread: '^two$' }).samples).toBe(30);
    expect(figures(top(reader, { by: 'thread' }))).toEqual({ one: [70, 70], two: [30, 30] });
  });

  test('shows what could not be read, and counts what is doubtful', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      trace.miss(3);
      trace.tick(10 * ms, [{ thread, stack: 0, status: status.onCpu | status.failed }]);
      trace.tick(20 * ms, [{ thread, stack: 0 }]);
      trace.tick(30 * ms, [{ thread, stack: trace.stack([slow, 21]), status: status.onCpu | status.torn }]);
      trace.tick(40 * ms, [
        { thread, stack: trace.stack([slow, 21]), status: status.onCpu | status.truncated },
      ]);
      trace.gap(41 * ms, 99 * ms, 'the recorder was stopped');
    });
    const result = top(reader);
    expect(figures(result)).toEqual({
      '[unknown]': [25, 25],
      '[no Python frames]': [25, 25],
      slow: [50, 50],
    });
    expect(result).toMatchObject({ missed: 3, torn: 1, failed: 1, truncated: 1 });
    expect(top(reader, { from: '20ms' }).missed).toBe(2);
  });

  test('takes stacks of 50,000 frames', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      const deep = Array.from({ length: 50_000 }, (_, at): [Code, number] => [at % 2 ? fast : slow, 11]);
      trace.tick(10 * ms, [{ thread, stack: trace.stack(...deep) }]);
      trace.tick(20 * ms, [{ thread, stack: trace.stack(...deep.slice(0, 30_000)) }]);
    });
    expect(figures(top(reader))).toEqual({ fast: [100, 100], slow: [0, 100] });
    const window = resolveWindow(reader, undefined, undefined);
    const fold = foldWindow(reader, window, createFilter({}));
    for (const inverted of [false, true]) {
      const tree = buildFlameTree(fold, new CodePaths([]), { lines: false, threads: false, inverted });
      expect(tree.nodes[0]!.totalSamples).toBe(2);
    }
    expect(dumpAt(reader, 20 * ms).processes[0]!.threads[0]!.frames).toHaveLength(30_000);
  });
});
