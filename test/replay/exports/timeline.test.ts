/** Timelines of a small recording: where samples stand, and where nothing was sampled. */
import { describe, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import { writeSpeedscope } from '../../../src/format/foreign/speedscope.js';
import { readSpeedscope } from '../../../src/format/incoming/speedscope-reader.js';
import { readTimeline } from '../../../src/replay/exports/timeline.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { main, ms, record, slow, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

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

  test('has one profile for each kind of thread where they are many, and one of all', () => {
    const reader = record((trace, process) => {
      const [busy, rare] = [trace.stack([main, 2]), trace.stack([main, 2], [slow, 21])];
      const workers = Array.from({ length: 60 }, (_, i) => trace.thread(process, `Thread-${i} (serve)`));
      const alone = trace.thread(process, 'MainThread');
      const at = (thread: number) => ({ thread, stack: thread === workers[7] ? rare : busy });
      trace.tick(10 * ms, [...workers, alone].map(at));
      trace.tick(20 * ms, [...workers.slice(0, 30), alone].map(at));
    });
    const { file } = readTimeline(reader, resolveWindow(reader, undefined, undefined), createFilter({}), {
      ...{ detail: 'line', name: 'x', exporter: 'pyspy 1' },
    });
    const profiles = [...file.profiles].map(({ samples, weightsS, ...profile }) => ({
      ...profile,
      weightsS: [...weightsS],
      depths: [...samples].map((frames) => frames.length),
    }));
    expect(profiles).toMatchObject([
      { name: 'All 61 threads', sums: 'all', startS: 0, endS: 0.92, depths: [1, 2], weightsS: [0.9, 0.02] },
      { name: 'Thread-N (serve) (pid 1001, 60 threads)', sums: 'kind', endS: 0.9, weightsS: [0.88, 0.02] },
      { name: 'MainThread (pid 1001, tid 2061)', startS: 0.005, endS: 0.025 },
    ]);
    expect(file.active).toBe(0);
    // Nothing is there twice once it is read again.
    const again = readTimeline(reader, resolveWindow(reader, undefined, undefined), createFilter({}), {
      ...{ detail: 'line', name: 'x', exporter: 'pyspy 1' },
    });
    const text = Buffer.from([...writeSpeedscope(again.file)].join(''));
    const profile = readSpeedscope(text, { path: 'x.json', rateHz: null });
    expect(profile.hasTimes).toBe(false);
    expect([...profile.samples].reduce((sum, { wallNs }) => sum + wallNs, 0)).toBe(920 * ms);
  });
});
