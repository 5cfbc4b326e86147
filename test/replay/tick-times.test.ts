import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type StoredBatch, TraceReader } from '../../src/format/reader.js';
import { createFilter } from '../../src/replay/filter.js';
import { foldWindow } from '../../src/replay/fold.js';
import { nearestTime } from '../../src/replay/tick-times.js';
import { readSeries } from '../../src/replay/time-series.js';
import { resolveWindow } from '../../src/replay/window.js';
import { createRandom } from '../format/random.js';
import { TraceBuilder } from '../format/trace-builder.js';

/** A batch whose ticks follow each other at these distances. */
function batch(
  weights: readonly number[],
  options: { startNs?: number; recording?: number } = {},
): StoredBatch {
  const { startNs = 0, recording = 1 } = options;
  const weightNs = Float64Array.from(weights, (ns) => ns * ms);
  let at = startNs;
  const tickNs = weightNs.map((ns) => {
    at += ns;
    return at;
  });
  return { recording, batch: { tickNs, weightNs, threads: [] } } as unknown as StoredBatch;
}
const ms = 1e6;
const inMs = (values: Float64Array) => [...values].map((ns) => ns / ms);
const weightsOf = (weights: readonly number[]) => inMs(nearestTime(batch(weights), undefined).weightNs);

test('a tick has half of the time on either side', () => {
  expect(weightsOf([10, 30, 20, 40])).toEqual([20, 25, 30, 40]);
  expect(weightsOf([10, 10, 10])).toEqual([10, 10, 10]);
  expect(weightsOf([10])).toEqual([10]);
  expect(weightsOf([])).toEqual([]);
});

test('the time of one begins where that of the one before ends, across batches too', () => {
  const [one, two] = [batch([10, 30]), batch([20, 40], { startNs: 40 * ms })];
  const [first, second] = [nearestTime(one, two), nearestTime(two, undefined)];
  expect([first.fromNs, second.fromNs].flatMap(inMs)).toEqual([5, 25, 50, 80]);
  expect([first.toNs, second.toNs].flatMap(inMs)).toEqual([25, 50, 80, 120]);
});

test('another recording, and what comes after a loss, is no next tick', () => {
  for (const next of [
    batch([20, 40], { startNs: 40 * ms, recording: 2 }),
    batch([20, 40], { startNs: 70 * ms }),
  ])
    expect(inMs(nearestTime(batch([10, 30]), next).weightNs)).toEqual([20, 30]);
  const { recording, batch: own } = batch([10, 30, 20, 10]);
  const lossy = { ...own, weightNs: own.weightNs.map((ns, at) => (at === 2 ? ns / 4 : ns)) };
  const times = nearestTime({ recording, batch: lossy } as StoredBatch, undefined);
  expect(inMs(times.weightNs)).toEqual([20, 30, 7.5, 10]);
});

test('missed ticks are shared by their neighbours', () => {
  expect(weightsOf([10, 10, 90, 10, 10])).toEqual([10, 50, 50, 10, 10]);
});

test('whoever runs all the time has all of it, at any rate and across batches', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'pyspy-nearest-')), 'a.trace');
  const random = createRandom(3);
  const trace = new TraceBuilder(path, { rateHz: 5 });
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'main', file: 'app.py', firstLine: 1 }, 1]);
  for (let tick = 0; tick < 300; tick++) {
    trace.tick(Math.round(tick + random()) * 2e8, [{ thread, stack }]);
    if (tick % 7 === 0) trace.flush();
  }
  trace.end();
  const reader = TraceReader.open(path);
  const window = resolveWindow(reader, undefined, undefined);
  const filter = createFilter({});
  const near = foldWindow(reader, window, filter, { nearest: true });
  // But for half a period at either end.
  expect(Math.abs(near.ns - foldWindow(reader, window, filter).ns)).toBeLessThanOrEqual(2e8);
  const { observedNs, selectedNs } = readSeries({ reader, fold: near }, filter, [0], 1, 1e9);
  for (const [at, ns] of observedNs.entries()) expect(selectedNs[at]).toBeCloseTo(ns, 0);
  reader.close();
  rmSync(dirname(path), { recursive: true });
});

test('the share of a quick function is known better than by the time since the tick before', () => {
  const random = createRandom(5);
  const [ticks, share, runs] = [400, 0.1, 600];
  const errors = { before: 0, nearest: 0 };
  for (let run = 0; run < runs; run++) {
    const moments = Array.from({ length: ticks }, (_, at) => at + random());
    const weights = moments.map((at, place) => at - (moments[place - 1] ?? 0));
    const isInside = moments.map(() => random() < share);
    const errorOf = (of: ArrayLike<number>) => {
      const [inside, all] = isInside.reduce(
        ([part, whole], is, at) => [part + (is ? of[at]! : 0), whole + of[at]!],
        [0, 0],
      );
      return (inside / all - share) ** 2;
    };
    errors.before += errorOf(weights);
    errors.nearest += errorOf(weightsOf(weights));
  }
  // By calculation 1 + 1/6 and 1 + 1/24 times the variance of a share of independent samples.
  expect(errors.nearest / errors.before).toBeLessThan(0.95);
  expect(errors.nearest / runs).toBeLessThan((1.2 * share * (1 - share)) / ticks);
});
