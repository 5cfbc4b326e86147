/** Profiles for the Firefox Profiler: samples of one stack joined, CPU time where it was used, garbage collections as markers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import type { GeckoThread } from '../../../src/format/foreign/gecko.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { status } from '../../../src/format/vocabulary.js';
import { geckoProfile } from '../../../src/replay/exports/gecko.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { TraceBuilder } from '../../format/trace-builder.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-gecko-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ms = 1e6;
const known = status.gil | status.onCpu | status.gilWaitKnown | status.collectingKnown;
const [busy, collecting, unknown] = [known, known | status.collecting, status.stateUnknown];

/** @param samples of one thread, every 10 ms from 10 ms on: which function, and its status; null for a tick without it */
function threadOf(samples: readonly (readonly [string, number] | null)[], options = {}): GeckoThread {
  const path = join(directory, 'run.trace');
  const trace = new TraceBuilder(path);
  const process = trace.process();
  const thread = trace.thread(process, 'MainThread');
  const other = trace.thread(process, 'other');
  const stack = (name: string) => trace.stack([{ name, file: 'a.py', firstLine: 1 }, 2]);
  samples.forEach((sample, at) => {
    const own = sample && { thread, stack: stack(sample[0]), status: sample[1], cpuNs: 8 * ms };
    trace.tick((at + 1) * 10 * ms, [...(own ? [own] : []), { thread: other, stack: 0 }]);
  });
  trace.end();
  const reader = TraceReader.open(path);
  try {
    const filter = createFilter({ thread: '^Main', ...options });
    const window = resolveWindow(reader, undefined, undefined);
    const fold = foldWindow(reader, window, filter);
    const context = { product: '', exporter: '', arguments: '', startTimeMs: 0, intervalMs: 10 };
    const profile = geckoProfile(fold, { reader, window, filter }, 'line', context);
    return JSON.parse(
      JSON.stringify([...profile.threads][0], (_, value) =>
        typeof value?.next === 'function' ? [...value] : value,
      ),
    );
  } finally {
    reader.close();
  }
}

test('samples of one stack are one for a tenth of a second, and no time is lost', () => {
  const { samples } = threadOf(Array.from({ length: 25 }, () => ['work', busy] as const));
  const times = samples.timeMs as number[];
  expect(times.length).toBeLessThan(5);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const weights = samples.weightMs as number[];
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(250, 3);
  expect(Math.max(...weights)).toBeLessThanOrEqual(115);
  // What was used within a sample is told by the next one.
  const used = (samples.cpuNs as number[]).reduce((sum, ns) => sum + ns, 0);
  expect(used).toBeGreaterThan(25 * 8 * ms * 0.5);
  expect(used).toBeLessThanOrEqual(25 * 8 * ms);
});

test('time without a sample has no stack', () => {
  const { samples } = threadOf([['work', busy], null, null, ['work', busy], ['rest', busy]]);
  expect(samples.stack).toEqual([0, null, 0, 1]);
  expect(samples.weightMs).toEqual([10, 0, 10, 10]);
});

test('CPU time that is not known is null', () => {
  const { samples } = threadOf([
    ['work', unknown],
    ['rest', unknown],
  ]);
  expect(samples.cpuNs).toEqual([null, null]);
});

test('a garbage collection is a marker from its first sample to its last', () => {
  const { markers } = threadOf([
    ['work', busy],
    ['work', collecting],
    ['rest', collecting],
    ['work', busy],
    ['work', collecting],
  ]);
  expect(markers.map(({ kind, startMs, endMs }) => [kind, startMs, endMs])).toEqual([
    ['GC', 15, 35],
    ['GC', 45, 55],
  ]);
});
