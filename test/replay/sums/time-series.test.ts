/** Time series of functions: whole time is kept, recursion counts once, gaps are nobody's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { binLength, readSeries } from '../../../src/replay/sums/time-series.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { TraceBuilder } from '../../format/trace-builder.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-series-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ms = 1e6;
const rounded = (values: Float64Array) => [...values].map((ns) => Math.round(ns / ms));

/** Time in bins of 100 ms: observed, selected, and in total and self of `main` and `f`, in ms. */
function series(options: FilterOptions) {
  const path = join(directory, 'a.trace');
  const trace = new TraceBuilder(path);
  const process = trace.process();
  const [one, two] = [trace.thread(process, 'one'), trace.thread(process, 'two')];
  const code = (name: string) => ({ name, file: 'app.py', firstLine: 1 });
  const deep = trace.stack([code('main'), 1], [code('f'), 2], [code('f'), 3]);
  const flat = trace.stack([code('main'), 1]);
  for (let tick = 1; tick <= 20; tick++)
    trace.tick(tick * 10 * ms, [
      { thread: one, stack: tick <= 5 ? deep : flat },
      { thread: two, stack: flat, status: tick > 10 ? 0 : 1 },
    ]);
  // A loss: this tick stands for 10 of the 110 ms since the one before.
  trace.tick(310 * ms, [{ thread: one, stack: deep }], 10 * ms);
  trace.end();
  const reader = TraceReader.open(path);
  const window = resolveWindow(reader, undefined, undefined);
  const filter = createFilter(options);
  const fold = foldWindow(reader, window, filter);
  const memberOfFrame = fold.forest.frames.map((frame) => ['main', 'f'].indexOf(frame.function.name));
  const { observedNs, selectedNs, totalNs, selfNs } = readSeries(
    { reader, fold },
    filter,
    { memberOfFrame, count: 2 },
    100 * ms,
  );
  reader.close();
  rmSync(path);
  return {
    observed: rounded(observedNs),
    selected: rounded(selectedNs),
    total: totalNs.map(rounded),
    self: selfNs.map(rounded),
  };
}

test('a series has all time in its bins, by function', () => {
  expect(series({})).toEqual({
    // A tick stands for the time nearest to it: the first one for 5 to 15 ms, the twentieth for 195 to 205.
    observed: [95, 100, 5, 10],
    selected: [190, 105, 5, 10],
    total: [
      [190, 105, 5, 10],
      [50, 0, 0, 10],
    ],
    self: [
      [140, 105, 5, 0],
      [50, 0, 0, 10],
    ],
  });
});

test('of stacks that a filter leaves, only', () => {
  const through = [50, 0, 0, 10];
  const none = [0, 0, 0, 0];
  const observed = [95, 100, 5, 10];
  expect(series({ focus: '^f$' })).toEqual({
    observed,
    selected: through,
    total: [through, through],
    self: [none, through],
  });
  const others = [140, 105, 5, 0];
  expect(series({ exclude: '^f$' })).toEqual({
    observed,
    selected: others,
    total: [others, none],
    self: [others, none],
  });
  expect(series({ collapseRecursion: true })).toEqual(series({}));
});

test('bins suit the slowest rate and the longest window', () => {
  const window = (seconds: number) => ({ fromNs: 0, toNs: seconds * 1e9, extentNs: seconds * 1e9 });
  expect(binLength([{ window: window(30), periodNs: 10 * ms }])).toBe(100 * ms);
  expect(binLength([{ window: window(30), periodNs: 1_000 * ms }])).toBe(5_000 * ms);
  expect(binLength([{ window: window(20_480), periodNs: 0 }])).toBe(10_000 * ms);
});
