/** The contents of a page: the time of every thread, by state and by stack, and what there was no room for. */
import { describe, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import { status, waitField, waitKind } from '../../../src/format/vocabulary.js';
import { cutFrame } from '../../../src/replay/page/kept-stacks.js';
import { type PageLimits, readPage, threadStates } from '../../../src/replay/page/page-contents.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import type { TraceBuilder } from '../../format/trace-builder.js';
import { code, fast, main, ms, record, slow, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

const roomy: PageLimits = {
  ...{ mostSlices: 100, mostEntries: 1_000, mostNodes: 1_000, mostColumns: 100 },
  ...{ leastSlices: 10, leastNodes: 2 },
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function read(fill: (trace: TraceBuilder, process: number) => void, limits = roomy) {
  const reader = record(fill);
  const window = resolveWindow(reader, undefined, undefined);
  return { reader, window, page: readPage(reader, window, limits) };
}

describe('a page', () => {
  test('has all of the time, in every state', () => {
    const bits = [
      status.onCpu,
      status.gilWait | status.gilWaitKnown,
      waitKind.lock << waitField.shift,
      waitKind.io << waitField.shift,
      status.onCpu | status.collecting | status.collectingKnown,
      status.stateUnknown,
    ];
    const { reader, window, page } = read((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      const stack = trace.stack([main, 2], [slow, 21]);
      // No two sums of them are the same.
      const ticks = bits.flatMap((flags, at) => Array.from({ length: 2 ** at }, () => flags));
      for (const [at, flags] of ticks.entries())
        trace.tick((at + 1) * 10 * ms, [{ thread, stack, status: flags }]);
    });
    const fold = foldWindow(reader, window, createFilter({ idle: true }));
    expect(sum(page.states.ns)).toBeCloseTo(fold.ns, 0);
    expect(sum(page.calls.ns)).toBeCloseTo(fold.ns, 0);
    const byState = threadStates.map((_, state) =>
      Math.round(sum(page.states.ns.filter((_, at) => page.states.key[at] === state)) / ms),
    );
    expect(byState).toEqual([10, 20, 40, 80, 160, 320]);
    // What ran is hot, and what waited is not.
    expect(Math.round(sum([...page.heat.busyNs]) / ms)).toBe(170);
  });

  test('has torn samples and missed ticks where they were', () => {
    const { page } = read((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      const stack = trace.stack([main, 2]);
      for (let tick = 1; tick <= 300; tick++) {
        const isTorn = tick > 200 && tick <= 205;
        trace.tick(tick * 10 * ms, [{ thread, stack, status: 1 | (isTorn ? status.torn : 0) }]);
      }
    });
    expect([...page.heat.torn].map(Math.round)).toEqual([0, 0, 5, 0].slice(0, page.heat.torn.length));
    expect(sum([...page.heat.missed])).toBeCloseTo(page.counts.missed, 6);
  });

  test('gathers the lightest stacks where there are too many, and sums hold', () => {
    const fill = (trace: TraceBuilder, process: number) => {
      const thread = trace.thread(process, 'MainThread');
      for (let tick = 1; tick <= 200; tick++) {
        const leaf = tick % 2 === 0 ? slow : code(`rare${tick}`, undefined, tick);
        trace.tick(tick * 10 * ms, [{ thread, stack: trace.stack([main, 2], [fast, 11], [leaf, 30]) }]);
      }
    };
    const { reader, window, page } = read(fill, { ...roomy, mostNodes: 3 });
    const fold = foldWindow(reader, window, createFilter({ idle: true }));
    expect(sum(page.calls.ns)).toBeCloseTo(fold.ns, 0);
    expect(page.stacks.cut).toBe(100);
    const names = page.stacks.frameOf.map((at) =>
      at === cutFrame ? 'cut' : page.stacks.frames[at]!.function.name,
    );
    expect(names.toSorted()).toEqual(['cut', 'fast', 'main', 'slow']);
    const ofCut = page.calls.ns.filter((_, at) => page.calls.key[at] === names.indexOf('cut'));
    expect(Math.round(sum(ofCut) / ms)).toBe(1_000);
  });

  test('rather drops light stacks than the time when something was', () => {
    const fill = (trace: TraceBuilder, process: number) => {
      const thread = trace.thread(process, 'MainThread');
      for (let tick = 1; tick <= 400; tick++) {
        const of = tick <= 200 ? fast : slow;
        const leaf = code(`leaf${tick % 50}`, undefined, tick % 50);
        trace.tick(tick * 10 * ms, [{ thread, stack: trace.stack([main, 2], [of, 11], [leaf, 30]) }]);
      }
    };
    const { reader, window, page } = read(fill, { ...roomy, mostEntries: 200, leastSlices: 20 });
    expect(page.calls.key.length).toBeLessThanOrEqual(200);
    expect((window.toNs - window.fromNs) / page.calls.sliceNs).toBeGreaterThan(19);
    expect(page.stacks.cut).toBeGreaterThan(50);
    const fold = foldWindow(reader, window, createFilter({ idle: true }));
    expect(sum(page.calls.ns)).toBeCloseTo(fold.ns, 0);
    /** Time under a function: of its own nodes and of what was cut off under it. */
    const under = (name: string) => {
      const { parents, frameOf, frames } = page.stacks;
      const isUnder = (node: number): boolean =>
        node >= 0 && (frames[frameOf[node]!]?.function.name === name || isUnder(parents[node]!));
      return sum(page.calls.ns.filter((_, at) => isUnder(page.calls.key[at]!)));
    };
    expect(under('fast') / ms).toBeCloseTo(2_000, -1.5);
    expect(under('slow') / ms).toBeCloseTo(2_000, -1.5);
  });

  test('has a lane for each thread, and where there are many for each pattern of names', () => {
    const threads = (count: number) => (trace: TraceBuilder, process: number) => {
      const stack = trace.stack([main, 2]);
      const ids = Array.from({ length: count }, (_, at) => trace.thread(process, `Thread-${at} (serve)`));
      const boss = trace.thread(process, 'MainThread');
      trace.tick(
        10 * ms,
        [...ids, boss].map((thread) => ({ thread, stack })),
      );
      trace.tick(
        20 * ms,
        [...ids, boss].map((thread) => ({ thread, stack })),
      );
    };
    const few = read(threads(5)).page.lanes;
    expect(few.map(({ label }) => label)).toContain('Thread-3 (serve)');
    expect(few).toHaveLength(6);
    const many = read(threads(1_000)).page;
    expect(many.lanes.map(({ label, threads }) => [label, threads.size])).toEqual([
      ['Thread-N (serve)', 1_000],
      ['MainThread', 1],
    ]);
  });
});
