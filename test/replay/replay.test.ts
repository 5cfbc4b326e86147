/** Questions whose answers are known, asked of small recordings. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../src/commands/options/filter.js';
import { TraceReader } from '../../src/format/reading/reader.js';
import { status } from '../../src/format/vocabulary.js';
import { dumpAt } from '../../src/replay/answers/dump-at.js';
import { readTimeline } from '../../src/replay/answers/timeline.js';
import { summarize, type TopOptions } from '../../src/replay/answers/top.js';
import { compareWindows } from '../../src/replay/diff/diff.js';
import { describeDifference } from '../../src/replay/diff/diff-rows.js';
import { buildDiffTree } from '../../src/replay/diff/diff-tree.js';
import { defaultThreshold } from '../../src/replay/diff/judgement.js';
import { judgeComparison } from '../../src/replay/diff/verdict.js';
import { CodePaths } from '../../src/replay/names/code-path.js';
import { foldWindow } from '../../src/replay/sums/fold.js';
import { buildFlameTree, type FlameTree } from '../../src/replay/trees/flame-tree.js';
import { resolveWindow } from '../../src/replay/window/window.js';
import { type Code, TraceBuilder } from '../format/trace-builder.js';

const ms = 1e6;

function code(name: string, file = '/srv/app/app.py', firstLine = 1): Code {
  return { name, file, firstLine };
}
const main = code('main', undefined, 1);
const fast = code('fast', undefined, 10);
const slow = code('slow', undefined, 20);

let directory: string;
let path: string;
const open: TraceReader[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-replay-'));
  path = join(directory, 'run.trace');
});
afterEach(() => {
  for (const reader of open.splice(0)) reader.close();
  rmSync(directory, { recursive: true, force: true });
});

function record(fill: (trace: TraceBuilder, process: number) => void, file = path): TraceReader {
  const trace = new TraceBuilder(file);
  fill(trace, trace.process({ cwd: '/srv/app' }));
  trace.end();
  const reader = TraceReader.open(file);
  open.push(reader);
  return reader;
}

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

function outline(tree: FlameTree): string[] {
  return tree.nodes.map((node, at) => {
    let name = node.name;
    for (let parent = node.parent; parent > 0; parent = tree.nodes[parent]!.parent)
      name = `${tree.nodes[parent]!.name}>${name}`;
    if (at > 0 && node.parent >= at) throw new Error('a child stands before its parent');
    return `${name} ${node.selfSamples}/${node.totalSamples}`;
  });
}

describe('a flame tree', () => {
  const build = (reader: TraceReader, options: Partial<Parameters<typeof buildFlameTree>[2]> = {}) =>
    buildFlameTree(
      foldWindow(reader, resolveWindow(reader, undefined, undefined), createFilter({ idle: true })),
      new CodePaths(reader.processes()),
      { lines: false, threads: false, inverted: false, ...options },
    );

  const small = () =>
    record((trace, process) => {
      const one = trace.thread(process, 'one', { osId: 11 });
      const two = trace.thread(process, 'two', { osId: 22 });
      trace.tick(10 * ms, [
        { thread: one, stack: trace.stack([main, 2], [slow, 21]) },
        { thread: two, stack: trace.stack([main, 3], [slow, 22]) },
      ]);
      trace.tick(20 * ms, [
        { thread: one, stack: trace.stack([main, 2], [fast, 11], [slow, 21]) },
        { thread: two, stack: trace.stack([main, 2]) },
      ]);
    });

  test('merges by function, or by line, under a root for each thread or one for all', () => {
    const reader = small();
    expect(outline(build(reader))).toEqual([
      'all 0/4',
      'main 1/4',
      'main>slow 2/2',
      'main>fast 0/1',
      'main>fast>slow 1/1',
    ]);
    expect(build(reader).nodes[2]).toMatchObject({
      file: '/srv/app/app.py',
      line: 20,
      module: 'app',
      totalS: 0.02,
    });
    expect(outline(build(reader, { lines: true }))).toHaveLength(7);
    expect(outline(build(reader, { threads: true }))).toContain('two (22) 0/2');
  });

  test('inverted has callers under callees, and the same sum', () => {
    const tree = build(small(), { inverted: true });
    expect(outline(tree).sort()).toEqual([
      'all 0/4',
      'main 1/1',
      'slow 0/3',
      'slow>fast 0/1',
      'slow>fast>main 1/1',
      'slow>main 2/2',
    ]);
  });
});

describe('a difference', () => {
  const run = (file: string, root: string, shares: Record<string, number>, library: string) =>
    record(
      (trace) => {
        const process = trace.process({ cwd: root, command: ['python3', 'x.py'] });
        const thread = trace.thread(process, 'MainThread');
        let tick = 0;
        for (const [name, count] of Object.entries(shares))
          for (let at = 0; at < count; at++) {
            const own = code(name, `${root}/pkg/${name}.py`, root.length);
            const lib = code('loads', `${library}/json/__init__.py`, 299);
            trace.tick(++tick * 10 * ms, [{ thread, stack: trace.stack([own, root.length], [lib, 300]) }]);
          }
      },
      join(directory, file),
    );

  const compare = (a: TraceReader, b: TraceReader) =>
    compareWindows(
      [{ reader: a, window: resolveWindow(a, undefined, undefined) }],
      [{ reader: b, window: resolveWindow(b, undefined, undefined) }],
      createFilter({}),
    );
  const describeRows = (comparison: ReturnType<typeof compare>) =>
    describeDifference(
      judgeComparison(comparison, {
        chosen: { basis: 'share', isPerRun: false, reason: '' },
        work: null,
        threshold: defaultThreshold,
        only: null,
        force: false,
      }),
      { measure: 'total', limit: null, filter: null },
    );

  test('matches functions across checkouts and installs, and normalises each run by itself', () => {
    const a = run('a.trace', '/home/a/repo', { keep: 50, gone: 50 }, '/usr/lib/python3.12');
    const b = run('b.trace', '/srv/build/b', { keep: 150, born: 50 }, '/opt/py/lib/python3.12');
    const comparison = compare(a, b);
    const result = describeRows(comparison);
    const shown = result.rows.map((row) => [
      ...[row.function, row.file, row.a_pct, row.b_pct, row.delta_pct, row.presence],
    ]);
    expect(shown.sort()).toEqual([
      ['born', 'pkg/born.py', 0, 25, 25, 'new'],
      ['gone', 'pkg/gone.py', 50, 0, -50, 'gone'],
      ['keep', 'pkg/keep.py', 50, 75, 25, 'both'],
      ['loads', 'json/__init__.py', 100, 100, 0, 'both'],
    ]);
    expect(result).toMatchObject({ obstacles: [], a: { total_s: 1 }, b: { total_s: 2 } });
    const tree = buildDiffTree(comparison, { inverted: false, factor: 1 });
    expect(tree.nodes[0]).toMatchObject({ aTotal: 1, bTotal: 1, aSelf: 0 });
    expect(
      tree.nodes.filter((node) => node.parent === 0).map((node) => [node.name, node.aTotal, node.bTotal]),
    ).toEqual([
      ['keep', 0.5, 0.75],
      ['gone', 0.5, 0],
      ['born', 0, 0.25],
    ]);
    expect(comparison.match.functions[tree.nodes.find((node) => node.name === 'keep')!.function]!.name).toBe(
      'keep',
    );
  });

  test('matches a run that was started from another directory of the checkout', () => {
    const a = run('a.trace', '/home/a/repo', { keep: 10 }, '/usr/lib/python3.12');
    const b = record(
      (trace) => {
        const process = trace.process({ cwd: '/home/b/repo/pkg', command: ['python3', '-m', 'x'] });
        const thread = trace.thread(process, 'MainThread');
        for (let tick = 1; tick <= 10; tick++)
          trace.tick(tick * 10 * ms, [
            { thread, stack: trace.stack([code('keep', '/home/b/repo/pkg/keep.py'), 1]) },
          ]);
      },
      join(directory, 'b.trace'),
    );
    const { rows } = describeRows(compare(a, b));
    expect(rows.find((row) => row.function === 'keep')).toMatchObject({ presence: 'both', delta_pct: 0 });
  });
});

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

describe('a timeline', () => {
  test('lasts as long as the time it is of, with holes where nothing was sampled', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, 'one');
      const stack = trace.stack([main, 2]);
      trace.tick(10 * ms, [{ thread, stack }]);
      trace.tick(20 * ms, [{ thread, stack }]);
      trace.tick(70 * ms, [{ thread, stack }], 10 * ms);
      trace.tick(80 * ms, [{ thread, stack, status: 0 }]);
      trace.tick(90 * ms, [{ thread, stack }]);
    });
    const read = (options: FilterOptions) => {
      const window = resolveWindow(reader, undefined, undefined);
      const { file } = readTimeline(reader, window, createFilter(options), {
        detail: 'line',
        name: 'x',
        exporter: 'y',
      });
      const [profile] = [...file.profiles];
      return [
        profile!.startS,
        profile!.endS,
        [...profile!.samples].map((frames) => frames.length),
        [...profile!.weightsS],
      ];
    };
    expect(read({})).toEqual([0.005, 0.095, [1, 0, 1, 0, 1], [0.02, 0.04, 0.01, 0.01, 0.01]]);
    expect(read({ idle: true })).toEqual([0.005, 0.095, [1, 0, 1], [0.02, 0.04, 0.03]]);
  });
});
