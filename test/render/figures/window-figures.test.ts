/** What a page makes of its data is what the other commands make of the trace. */
import { describe, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { functionKind, status } from '../../../src/format/vocabulary.js';
import { packColumns } from '../../../src/render/drawing/number-columns.js';
import { columnNames } from '../../../src/render/drawing/page-data.js';
import { palettes } from '../../../src/render/figures/palette.js';
import { Recording } from '../../../src/render/figures/recording.js';
import { firstSelection, type Selection } from '../../../src/render/figures/selection.js';
import { WindowFigures } from '../../../src/render/figures/window-figures.js';
import { columnsOf } from '../../../src/render/view/page-columns.js';
import { heatOf } from '../../../src/replay/answers/heat.js';
import { summarize } from '../../../src/replay/answers/top.js';
import { functionName, isNativeFrame } from '../../../src/replay/names/code-name.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { readPage } from '../../../src/replay/page/page-contents.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { buildFlameTree } from '../../../src/replay/trees/flame-tree.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { createRandom } from '../../format/random.js';
import { code, fast, main, ms, record, slow, useSmallRecordings } from '../../replay/small-recordings.js';
import { recordingOf } from './page-recording.js';

useSmallRecordings();

/** Two threads for six seconds: recursion, threads that idle and wait, native code, what has no stack. */
function shop(): TraceReader {
  return record((trace, process) => {
    const random = createRandom(2);
    const [one, two] = [trace.thread(process, 'MainThread'), trace.thread(process, 'worker')];
    const library = code('dumps', '/usr/lib/python3.12/json/__init__.py', 5);
    const shared = code('cached', '/usr/lib/python3/site-packages/json/cache.py', 3);
    const native = (name: string, file: string) => ({ ...code(name, file, 0), kind: functionKind.native });
    const python = '/usr/bin/python3.12';
    const [start, call] = [native('_start', python), native('PyObject_Vectorcall', python)];
    const loop = { ...native('python3.12+0x1000', python), kind: functionKind.loop };
    const sleep = native('clock_nanosleep', '/usr/lib/libc.so.6');
    const stacks = [
      trace.stack([start, 0], [loop, 0], [main, 2], [call, 0], [sleep, 0]),
      trace.stack([start, 0], [loop, 0]),
      trace.stack([sleep, 0]),
      trace.stack([library, 9], [sleep, 0]),
      trace.stack([library, 9], [main, 4], [library, 9], [fast, 11], [library, 9], [sleep, 0]),
      trace.stack([main, 2], [slow, 21], [library, 9]),
      trace.stack([main, 3], [fast, 11], [fast, 12], [fast, 13]),
      trace.stack([main, 3], [slow, 22]),
      trace.stack([main, 3], [shared, 4], [fast, 12]),
      // A comprehension on the line of its function.
      trace.stack([main, 3], [code('<listcomp>', undefined, 3), 3], [sleep, 0]),
      trace.stack([fast, 10], [main, 2]),
      0,
    ];
    const bits = [1, 1, 0, status.gilWait | status.gilWaitKnown, 1 | status.torn];
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    for (let tick = 1; tick <= 600; tick++)
      trace.tick(
        tick * 10 * ms,
        [one, two].map((thread) => {
          const cpuNs = Math.floor(random() * 10 * ms);
          return { thread, stack: pick(stacks), status: pick(bits), cpuNs };
        }),
      );
  });
}

const everything: Selection = { ...firstSelection, states: [true, true, true, true, true] };

describe('the figures of a page', () => {
  test.each([
    ['all of the time', null, {}, { idle: true }],
    ['without idle time', null, {}, {}],
    ['a window between ticks', [1.505, 3.205], { from: '1.505s', to: '3.205s' }, { idle: true }],
    ['CPU time', null, {}, { cpu: true, idle: true }],
    ['CPU time of a window', [1.505, 3.205], { from: '1.505s', to: '3.205s' }, { cpu: true }],
    ['my code', null, {}, { idle: true, mine: true }],
    ['my code in folders', null, {}, { minePath: ['site-packages/json'] }],
  ] as const)('are those of top: %s', (_, window, asked, options) => {
    const reader = shop();
    const filter = createFilter(options);
    const mine = filter.stacks?.mine ?? null;
    const recording = recordingOf(reader, mine);
    const figures = new WindowFigures(recording);
    const cpu = filter.metric === 'cpu';
    const base = { ...(filter.idle ? everything : firstSelection), mine: mine !== null, cpu };
    figures.choose({ ...base, window: window && [window[0] * 1e9, window[1] * 1e9] });
    const rows = new Map(
      figures.functions(base).map(({ function: at, selfUs, totalUs }) => {
        const { name } = recording.functions[at]!;
        return [name, [selfUs / 1e6, totalUs / 1e6]] as const;
      }),
    );
    const whole = resolveWindow(
      reader,
      'from' in asked ? asked.from : undefined,
      'to' in asked ? asked.to : undefined,
    );
    const { rows: expected } = summarize(reader, whole, filter, {
      by: 'function',
      sort: 'self',
      limit: null,
      filter: null,
    });
    expect(expected.length).toBeGreaterThan(mine === null ? 6 : 2);
    for (const row of expected) {
      const [self, total] = rows.get(row.function!)!;
      // Slices are 1.5 ms long: at the edges of a window a tick of 10 ms is cut where top takes it or leaves it.
      // CPU time is in ten-thousandths of the wall time of each.
      const exactness = window !== null ? 1.2 : cpu ? 3 : 4;
      expect(self).toBeCloseTo(row.self_s, exactness);
      expect(total).toBeCloseTo(row.total_s, exactness);
    }
    expect(rows.size).toBe(expected.length);
  });

  test.each([false, true])(
    'make the flame graph that flame draws, and its inversion; my code: %s',
    (mine) => {
      const reader = shop();
      const recording = recordingOf(reader);
      const figures = new WindowFigures(recording);
      figures.choose(everything);
      const fold = foldWindow(
        reader,
        resolveWindow(reader, undefined, undefined),
        createFilter({ idle: true, mine }),
      );
      for (const inverted of [false, true]) {
        const tree = buildFlameTree(fold, new CodePaths(reader.processes()), {
          lines: true,
          threads: false,
          inverted,
        });
        const frames = figures.frames({ ...everything, mine, lines: true, inverted }, palettes.light);
        const expected = tree.nodes
          .filter(({ totalS }) => totalS > 0)
          .map(({ name, line, totalS }) => `${name}:${line} ${totalS.toFixed(3)}`);
        const found = frames.depth.map((_, at) => {
          const name = frames.texts[frames.name[at]!]!;
          return `${name}:${frames.line[at]} ${(frames.values.time[at]! * frames.unit).toFixed(3)}`;
        });
        expect(found.toSorted()).toEqual(expected.toSorted());
      }
    },
  );

  test.each([false, true])('have the lines of a function as top --by line has them; my code: %s', (mine) => {
    const reader = shop();
    const recording = recordingOf(reader);
    const figures = new WindowFigures(recording);
    figures.choose(everything);
    const window = resolveWindow(reader, undefined, undefined);
    const { rows } = summarize(reader, window, createFilter({ idle: true, mine }), {
      by: 'line',
      sort: 'self',
      limit: null,
      filter: null,
    });
    for (const name of ['main', 'fast', 'slow']) {
      const expected = rows.filter((row) => row.function === name).sort((a, b) => a.line! - b.line!);
      const found = figures.linesOf(
        recording.functions.findIndex((each) => each.name === name),
        { mine, native: true },
      );
      expect(found.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
      found.forEach(({ selfUs, totalUs }, at) => {
        expect(selfUs / 1e6).toBeCloseTo(expected[at]!.self_s, 4);
        expect(totalUs / 1e6).toBeCloseTo(expected[at]!.total_s, 4);
      });
    }
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('have callers and callees of each function; lines: %s, my code: %s', (lines, mine) => {
    const reader = shop();
    const recording = recordingOf(reader);
    const figures = new WindowFigures(recording);
    const selection = { ...everything, lines, mine };
    figures.choose(selection);
    const fold = foldWindow(
      reader,
      resolveWindow(reader, undefined, undefined),
      createFilter({ idle: true, mine }),
    );
    const { parents, frameOf, frames } = fold.forest;
    const nameOf = (node: number) => functionName(frames[frameOf[node]!]!.function);
    const labelOf = (node: number) =>
      lines ? `${nameOf(node)}:${frames[frameOf[node]!]!.line}` : nameOf(node);
    const all = figures.functions(selection);
    expect(all.length).toBeGreaterThan(mine ? 3 : 6);
    for (const { function: of, totalUs } of all) {
      const { name } = recording.functions[of]!;
      if (name.startsWith('[')) continue;
      // By path from the function: what the samples say one by one.
      const callers = new Map<string, number>();
      const callees = new Map<string, number>();
      const add = (sums: Map<string, number>, path: readonly string[], ns: number) => {
        for (let length = 0; length <= path.length; length++) {
          const key = path.slice(0, length).join('<');
          sums.set(key, (sums.get(key) ?? 0) + ns);
        }
      };
      for (const { node, ns } of fold.cells) {
        const path: number[] = [];
        for (let at = node; at >= 0; at = parents[at]!) path.unshift(at);
        const outermost = path.findIndex((at) => nameOf(at) === name);
        if (outermost < 0) continue;
        add(callers, path.slice(0, outermost).reverse().map(labelOf), ns);
        add(callees, path.slice(lines ? outermost : outermost + 1).map(labelOf), ns);
      }
      const sandwich = figures.sandwich(selection, palettes.light, of);
      for (const [frames, expected] of [
        [sandwich.callers, callers],
        [sandwich.callees, callees],
      ] as const) {
        expect(frames.texts[frames.name[0]!]).toBe(name);
        expect(frames.values.time[0]! / 1e6).toBeCloseTo(totalUs / 1e6, 4);
        const path: string[] = [];
        const found = frames.depth.map((depth, at) => {
          const label = frames.texts[frames.name[at]!]!;
          path.length = Math.max(0, depth - 1);
          if (depth > 0) path.push(lines ? `${label}:${frames.line[at]}` : label);
          return `${path.join('<')} ${(frames.values.time[at]! / 1e6).toFixed(3)}`;
        });
        expect(found.toSorted()).toEqual(
          [...expected].map(([key, ns]) => `${key} ${(ns / 1e9).toFixed(3)}`).sort(),
        );
        // What is pointed at is the function that it shows.
        frames.values.function.forEach((at, frame) => {
          expect(recording.functions[at]!.name).toBe(frames.texts[frames.name[frame]!]);
        });
      }
    }
  });

  test.each([{}, { mine: true }, { cpu: true }])(
    'have the lines of each file as heat has them: %j',
    (options) => {
      const reader = shop();
      const recording = recordingOf(reader);
      const figures = new WindowFigures(recording);
      const selection = { ...everything, mine: 'mine' in options, cpu: 'cpu' in options };
      figures.choose(selection);
      const window = resolveWindow(reader, undefined, undefined);
      const filter = createFilter({ idle: true, ...options });
      const { sums } = heatOf(reader, window, filter, { name: null, rollups: false })!;
      const files = [sums.file, ...sums.other_files.map(({ file }) => file)];
      expect(files).toHaveLength('mine' in options ? 1 : 3);
      for (const file of files) {
        const heat = heatOf(reader, window, filter, { name: file, rollups: false })!;
        const expected = heat.sums.lines.filter(({ total_s }) => total_s > 0);
        const found = figures.fileLines(file, selection);
        expect(found.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
        found.forEach(({ selfUs, totalUs, functions }, at) => {
          const exactness = 'cpu' in options ? 3 : 4;
          expect(selfUs / 1e6).toBeCloseTo(expected[at]!.self_s, exactness);
          expect(totalUs / 1e6).toBeCloseTo(expected[at]!.total_s, exactness);
          const names = functions.map((of) => recording.functions[of]!.name);
          expect(names.toSorted()).toEqual(expected[at]!.functions);
        });
      }
    },
  );

  test('have what a page had no room for as that, among my code, too', () => {
    const reader = shop();
    const contents = readPage(reader, resolveWindow(reader, undefined, undefined), {
      ...{ mostSlices: 100, mostEntries: 10_000, mostNodes: 6, mostColumns: 100 },
      ...{ leastSlices: 10, leastNodes: 2 },
    });
    const { columns, texts } = columnsOf(contents, {
      nameOf: functionName,
      moduleOf: () => '',
      originOf: () => 'own',
      isNative: isNativeFrame,
      isMine: ({ file }) => file === '/srv/app/app.py',
    });
    const head = {
      ...{ fromS: 0, toS: 6, texts, stateSliceNs: contents.states.sliceNs },
      ...{ callSliceNs: contents.calls.sliceNs, lanes: contents.lanes, processes: [] },
    };
    const recording = new Recording(
      packColumns(
        head,
        columnNames.map((name) => columns[name]),
      ),
    );
    const figures = new WindowFigures(recording);
    figures.choose(everything);
    const cutUs = (mine: boolean) => {
      const rows = figures.functions({ mine, native: true });
      expect(rows.reduce((sum, { selfUs }) => sum + selfUs, 0)).toBeCloseTo(figures.allUs, 0);
      return rows.find(({ function: of }) => recording.functions[of]!.name.startsWith('(too little'))!.selfUs;
    };
    // It may be one's own, or may not: it stays what it is.
    expect(cutUs(false)).toBeGreaterThan(0);
    expect(cutUs(true)).toBe(cutUs(false));
  });

  test('of one lane are those of its thread', () => {
    const reader = shop();
    const recording = recordingOf(reader);
    const figures = new WindowFigures(recording);
    const sums = [0, 1].map((lane) => {
      figures.choose({ ...everything, lane });
      return figures.allUs;
    });
    figures.choose(everything);
    expect(sums[0]! + sums[1]!).toBeCloseTo(figures.allUs, 0);
    expect(Math.min(...sums)).toBeGreaterThan(0);
  });

  test('tell whose code it is', () => {
    const recording = recordingOf(shop());
    const origins = new Map(recording.functions.map(({ name, origin }) => [name, origin]));
    expect(origins.get('main')).toBe(0);
    expect(origins.get('dumps')).toBe(2);
    expect(origins.get('clock_nanosleep')).toBe(3);
    expect(origins.get('[no Python frames]')).toBe(4);
  });
});
