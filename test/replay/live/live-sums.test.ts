/** A trace that grows, updated again and again: the last stretch, all since the beginning, and who calls whom. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { status } from '../../../src/format/vocabulary.js';
import { type LiveFigures, LiveSums } from '../../../src/replay/live/live-sums.js';
import { findNeighbours } from '../../../src/replay/live/neighbours.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { type Code, TraceBuilder } from '../../format/trace-builder.js';

const ms = 1e6;
const code = (name: string, firstLine: number): Code => ({ name, file: '/srv/app/app.py', firstLine });
const [main, fast, slow] = [code('main', 1), code('fast', 10), code('slow', 20)];

let directory: string;
let trace: TraceBuilder;
let thread: number;
let now = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-replay-'));
  trace = new TraceBuilder(join(directory, 'live.trace'));
  thread = trace.thread(trace.process(), 'MainThread');
  now = 0;
});
afterEach(() => {
  trace.end();
  rmSync(directory, { recursive: true, force: true });
});

/** Records a second: `slowTicks` ticks of 100 in slow, the others in fast, of them `idleTicks` asleep. */
function second(slowTicks: number, idleTicks = 0): void {
  for (let tick = 0; tick < 100; tick++) {
    now += 10 * ms;
    const stack = tick < slowTicks ? trace.stack([main, 2], [slow, 21]) : trace.stack([main, 3], [fast, 11]);
    const bits = tick >= 100 - idleTicks ? 0 : status.onCpu | (tick < slowTicks ? status.gil : 0);
    trace.tick(now, [{ thread, stack, status: bits, cpuNs: bits === 0 ? 0 : 10 * ms }]);
  }
  trace.flush();
}

function withReader<T>(action: (reader: TraceReader) => T): T {
  const reader = TraceReader.open(join(directory, 'live.trace'));
  try {
    return action(reader);
  } finally {
    reader.close();
  }
}

/** Own time by function, in ms: [last stretch, since]. */
function own({ rows }: LiveFigures): Record<string, [number, number]> {
  return Object.fromEntries(
    rows.map(({ row, self, selfSince }) => [
      row.function!,
      [Math.round(self / ms), Math.round(selfSince / ms)],
    ]),
  );
}

test('each update has what came since the update before, and all', () => {
  const sums = new LiveSums(createFilter({}), 'function');
  const update = () => withReader((reader) => sums.update(reader)!);
  second(70);
  expect(own(update())).toEqual({ main: [0, 0], slow: [700, 700], fast: [300, 300] });
  second(20);
  second(20);
  const figures = update();
  expect(own(figures)).toEqual({ main: [0, 0], slow: [400, 1100], fast: [1600, 1900] });
  expect(figures.rows.find(({ row }) => row.function === 'main')).toMatchObject({
    total: expect.closeTo(2e9, -6),
    totalSince: expect.closeTo(3e9, -6),
  });
  expect(figures.stretchNs).toBeCloseTo(2e9, -4);
  expect(figures.counts).toMatchObject({ ticks: 300, samples: 300 });
  // Nothing new: the last stretch stays what it was, and nothing counts twice.
  expect(own(update())).toEqual(own(figures));
});

test('another filter counts what was, too; a reset only what comes', () => {
  const sums = new LiveSums(createFilter({}), 'function');
  const update = () => withReader((reader) => sums.update(reader)!);
  second(70, 10);
  second(40, 30);
  expect(own(update())).toEqual({ main: [0, 0], slow: [1100, 1100], fast: [500, 500] });
  sums.show(createFilter({ idle: true }), 'function');
  expect(own(update())).toEqual({ main: [0, 0], slow: [1100, 1100], fast: [900, 900] });
  sums.show(createFilter({ gil: true }), 'line');
  expect(
    update().rows.map(({ row, selfSince }) => [row.function, row.line, Math.round(selfSince / ms)]),
  ).toEqual([
    ['main', 2, 0],
    ['slow', 21, 1100],
  ]);
  sums.show(createFilter({ cpu: true }), 'function');
  sums.reset();
  second(10);
  expect(own(update())).toEqual({ main: [0, 0], slow: [100, 100], fast: [900, 900] });
});

test('use of CPU and GIL are shares of the last stretch', () => {
  const sums = new LiveSums(createFilter({}), 'thread');
  second(70, 20);
  const { usage } = withReader((reader) => sums.update(reader)!);
  expect(usage).toEqual({
    cpu: expect.closeTo(0.8, 4),
    gil: expect.closeTo(0.7, 4),
    gilWait: 0,
    collecting: 0,
    running: 1,
    idle: 0,
  });
});

test('remembers the shares of the last stretches, of any rows', () => {
  const sums = new LiveSums(createFilter({}), 'function');
  for (const slowTicks of [10, 50, 90]) {
    second(slowTicks);
    withReader((reader) => sums.update(reader));
  }
  const history = (by: 'function' | 'file') =>
    withReader((reader) => {
      sums.show(createFilter({}), by);
      const { rows } = sums.update(reader)!;
      const shares = sums.history(
        reader,
        rows.map(({ key }) => key),
      );
      return Object.fromEntries(
        rows.map(({ row, key }) => [
          row.function ?? row.file,
          shares.get(key)!.map((share) => Math.round(share * 100)),
        ]),
      );
    });
  expect(history('function')).toEqual({ main: [0, 0, 0], slow: [10, 50, 90], fast: [90, 50, 10] });
  expect(history('file')).toEqual({ '/srv/app/app.py': [100, 100, 100] });
});

test('callers and callees of a recursive function count once a stack', () => {
  const sums = new LiveSums(createFilter({}), 'function');
  const stacks = [
    trace.stack([main, 2], [slow, 21], [slow, 22], [fast, 11]),
    trace.stack([main, 2], [slow, 21], [fast, 11], [slow, 21]),
    trace.stack([slow, 21], [slow, 23]),
    trace.stack([main, 2], [fast, 11]),
  ];
  for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
  trace.flush();
  const { rows, since } = withReader((reader) => sums.update(reader)!);
  const { key } = rows.find(({ row }) => row.function === 'slow')!;
  const { callers, callees, self, outermost } = findNeighbours(since, new CodePaths([]), {
    by: 'function',
    key,
  });
  const named = (list: typeof callers) => list.map(({ row, ns }) => [row.function, ns / ms]);
  expect(named(callers)).toEqual([
    ['main', 20],
    ['fast', 10],
  ]);
  expect(named(callees)).toEqual([['fast', 20]]);
  expect({ self: self / ms, outermost: outermost / ms }).toEqual({ self: 20, outermost: 10 });
});
