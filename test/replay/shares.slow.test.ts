/**
 * Every output weighs samples alike, and none leans: threads that work in cycles of a quarter to four periods, in step with the ticks, have
 * their true shares in each.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFilter } from '../../src/commands/options/filter.js';
import { TraceReader } from '../../src/format/reading/reader.js';
import { writeRollups } from '../../src/format/writing/rollup-writer.js';
import { summarize } from '../../src/replay/answers/top.js';
import { compareWindows } from '../../src/replay/diff/diff.js';
import { readTimeline } from '../../src/replay/exports/timeline.js';
import { LiveSums } from '../../src/replay/live/live-sums.js';
import { CodePaths } from '../../src/replay/names/code-path.js';
import { SqlQuery } from '../../src/replay/sql/query.js';
import { foldWindow } from '../../src/replay/sums/fold.js';
import { sumRows } from '../../src/replay/sums/rows.js';
import { readSeries } from '../../src/replay/sums/time-series.js';
import { buildFlameTree } from '../../src/replay/trees/flame-tree.js';
import { listFoldedStacks } from '../../src/replay/trees/folded-stacks.js';
import { resolveWindow } from '../../src/replay/window/window.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { type Cycle, isInside, simulateTicks, type TickSpec } from '../support/ticks.js';

const programs: Cycle[] = [
  { periods: 0.25, phase: 0.1, share: 0.5 },
  { periods: 0.5, phase: 0.3, share: 0.1 },
  { periods: 1, phase: 0, share: 0.7 },
  { periods: 1, phase: 0.5, share: 0.02 },
  { periods: 2, phase: 0.75, share: 0.5 },
  { periods: 3, phase: 0.2, share: 0.1 },
  { periods: 4, phase: 0.6, share: 0.7 },
];

const runs: [string, TickSpec][] = [
  ['100 Hz', { rateHz: 100, ticks: 48_000 }],
  ['1000 Hz, some missed', { rateHz: 1_000, ticks: 48_000, missed: 0.01, seed: 2 }],
];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-shares-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Of each program, by names of functions `in…` and `out…`: how much of its time it is inside. */
type Shares = number[];

function sharesOf(times: ReadonlyMap<string, number>): Shares {
  return programs.map((_, at) => {
    const inside = times.get(`in${at}`) ?? 0;
    return inside / (inside + (times.get(`out${at}`) ?? 0));
  });
}

/** Writes a trace, one thread for each program, and has the live view look at it meanwhile. @returns what that shows at last */
function write(path: string, spec: TickSpec): Shares {
  const trace = new TraceBuilder(path, { rateHz: spec.rateHz });
  const process = trace.process();
  const code = (name: string) => ({ name, file: 'app.py', firstLine: 1 });
  const threads = programs.map((program, at) => ({
    program,
    thread: trace.thread(process, `thread ${at}`),
    inside: trace.stack([code('main'), 1], [code(`in${at}`), 2]),
    outside: trace.stack([code('main'), 1], [code(`out${at}`), 3]),
  }));
  const { exactNs, tickNs, weightNs, periodNs } = simulateTicks(spec);
  const live = new LiveSums(createFilter({}), 'function');
  const update = () => withReader(path, (reader) => live.update(reader));
  for (const [at, ns] of tickNs.entries()) {
    const samples = threads.map(({ program, thread, inside, outside }) => ({
      thread,
      stack: isInside(program, exactNs[at]! / periodNs) ? inside : outside,
    }));
    trace.tick(ns, samples, weightNs[at]!);
    if (at % 6_007 === 6_006) {
      trace.flush();
      update();
    }
  }
  trace.end();
  return sharesOf(new Map(update()!.rows.map(({ row, selfSince }) => [row.function!, selfSince])));
}

function withReader<T>(path: string, action: (reader: TraceReader) => T): T {
  const reader = TraceReader.open(path);
  try {
    return action(reader);
  } finally {
    reader.close();
  }
}

const filter = createFilter({});
const whole = (reader: TraceReader) => resolveWindow(reader, undefined, undefined);

/** Shares by output. */
const outputs: Record<string, (reader: TraceReader) => Shares> = {
  top: (reader) => {
    const fold = foldWindow(reader, whole(reader), filter);
    return sharesOf(new Map(sumRows(reader, fold, 'function').map(({ row, self }) => [row.function!, self])));
  },
  flame: (reader) => {
    const options = { lines: false, threads: false, inverted: false };
    const { nodes } = buildFlameTree(foldWindow(reader, whole(reader), filter), new CodePaths([]), options);
    return sharesOf(new Map(nodes.map(({ name, selfS }) => [name, selfS])));
  },
  speedscope: (reader) => {
    const options = { detail: 'name', name: 'x', exporter: 'y' } as const;
    const { file } = readTimeline(reader, whole(reader), filter, options);
    const times = new Map<string, number>();
    for (const { samples, weightsS } of file.profiles) {
      const [stacks, weights] = [[...samples], [...weightsS]];
      for (const [at, stack] of stacks.entries()) {
        const name = file.frames[stack.at(-1)!]!.name;
        times.set(name, (times.get(name) ?? 0) + weights[at]!);
      }
    }
    return sharesOf(times);
  },
  sql: (reader) => {
    const text = 'SELECT function, sum(wall_s) FROM sample JOIN frame USING (frame_id) GROUP BY function_id';
    const query = new SqlQuery(reader, text, { fromNs: -Infinity, toNs: Infinity }, () => {});
    try {
      return sharesOf(new Map([...query.rows()] as unknown as [string, number][]));
    } finally {
      query.close();
    }
  },
  diff: (reader) => {
    const run = { reader, window: whole(reader) };
    const { fold } = compareWindows([run], [run], filter).a[0]!;
    const names = programs.flatMap((_, at) => [`in${at}`, `out${at}`]);
    const memberOfFrame = fold.forest.frames.map((frame) => names.indexOf(frame.function.name));
    const { selfNs } = readSeries({ reader, fold }, filter, { memberOfFrame, count: names.length }, 1e8);
    return sharesOf(new Map(names.map((name, at) => [name, selfNs[at]!.reduce((sum, ns) => sum + ns, 0)])));
  },
};

function folded(reader: TraceReader): Shares {
  const stacks = listFoldedStacks(foldWindow(reader, whole(reader), filter), {
    detail: 'name',
    threads: false,
  });
  return sharesOf(new Map([...stacks].map(({ frames, count }) => [frames.at(-1)!, count])));
}

function expectTrue(shares: Shares): void {
  for (const [at, { share }] of programs.entries())
    expect(Math.abs(shares[at]! - share) * 100).toBeLessThan(0.1);
}

describe.each(runs)('threads in step with the ticks, %s', (name, spec) => {
  const path = () => join(directory, `${name}.trace`);
  let live: Shares;
  beforeAll(() => {
    live = write(path(), spec);
  });

  test('have their true shares in each output', () => {
    for (const read of [...Object.values(outputs), folded]) expectTrue(withReader(path(), read));
    expectTrue(live);
  });

  test('and the same in each, but for counts, which are not times', () => {
    const top = withReader(path(), outputs.top!);
    for (const shares of [live, ...Object.values(outputs).map((read) => withReader(path(), read))])
      for (const [at, share] of shares.entries()) expect(share).toBeCloseTo(top[at]!, 9);
  });

  test('with rollups, too', () => {
    const top = (rollups: boolean) =>
      withReader(path(), (reader) => {
        const options = { by: 'function', sort: 'self', limit: null, filter: null, rollups } as const;
        return summarize(reader, whole(reader), filter, options);
      });
    const without = top(false);
    expect(writeRollups(path(), { samples: 20_000 })).toBe(true);
    expect(withReader(path(), (reader) => reader.unsummedSamples(0, Infinity))).toBeLessThan(20_000);
    expect(top(true)).toEqual(without);
  });

  test('and windows that adjoin add up', () => {
    const [first, second, all] = withReader(path(), (reader) => {
      const { fromNs, toNs, extentNs } = whole(reader);
      const middle = 17_004_321_001;
      return [
        [fromNs, middle],
        [middle, toNs],
        [fromNs, toNs],
      ].map(([from, to]) => foldWindow(reader, { fromNs: from!, toNs: to!, extentNs }, filter).ns);
    });
    expect(first! + second!).toBe(all);
  });
});
