/** Timelines of a small recording: where samples stand, and where nothing was sampled. */
import { describe, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import { readTimeline } from '../../../src/replay/exports/timeline.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { main, ms, record, useSmallRecordings } from '../small-recordings.js';

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
});
