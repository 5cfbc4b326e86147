/** Roots of a page's flame graph, its tasks and its native code: as flame and top have them. */
import { describe, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { functionKind, status } from '../../../src/format/vocabulary.js';
import { MergedCalls } from '../../../src/render/figures/call-sums.js';
import type { PageFrames } from '../../../src/render/figures/flame-frames.js';
import { palettes } from '../../../src/render/figures/palette.js';
import type { Recording } from '../../../src/render/figures/recording.js';
import { rootCalls } from '../../../src/render/figures/rooted-calls.js';
import { firstSelection, type Selection } from '../../../src/render/figures/selection.js';
import { tasksUs } from '../../../src/render/figures/tasks.js';
import { WindowFigures } from '../../../src/render/figures/window-figures.js';
import { summarize } from '../../../src/replay/answers/top.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { buildFlameTree } from '../../../src/replay/trees/flame-tree.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { createRandom } from '../../format/random.js';
import { code, fast, main, ms, record, slow, useSmallRecordings } from '../../replay/small-recordings.js';
import { recordingOf } from './page-recording.js';

useSmallRecordings();

/** Two processes with two threads each for four seconds; tasks, native code, library code, what has no stack. */
function farm(): TraceReader {
  return record((trace, process) => {
    const random = createRandom(5);
    const fork = trace.process({ pid: 77, command: ['python3', 'job.py'], cwd: '/srv/app' });
    const threads = [process, fork].flatMap((each) =>
      ['MainThread', 'worker'].map((name) => trace.thread(each, name)),
    );
    const task = (name: string) => ({ ...code(name, '', 0), kind: functionKind.task });
    const native = (name: string) => ({ ...code(name, '/usr/lib/libm.so.6', 0), kind: functionKind.native });
    const library = code('run', '/usr/lib/python3.12/asyncio/events.py', 5);
    const [one, two] = [task('one'), task('two')];
    const stacks = [
      trace.stack([one, 0], [main, 2], [library, 9], [fast, 11]),
      trace.stack([one, 0], [main, 2], [library, 9], [fast, 11], [native('pow'), 0]),
      trace.stack([two, 0], [main, 3], [library, 9], [slow, 21], [native('pow'), 0], [slow, 22]),
      trace.stack([two, 0], [library, 9]),
      trace.stack([two, 0]),
      trace.stack([main, 2], [library, 8]),
      trace.stack([native('pow'), 0], [native('exp'), 0]),
      trace.stack([main, 2], [native('exp'), 0]),
      0,
    ];
    const bits = [1, 1, 0, status.gilWait | status.gilWaitKnown];
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    for (let tick = 1; tick <= 400; tick++)
      trace.tick(
        tick * 10 * ms,
        threads.map((thread) => {
          const cpuNs = Math.floor(random() * 10 * ms);
          return { thread, stack: pick(stacks), status: pick(bits), cpuNs };
        }),
      );
  });
}

const everything: Selection = { ...firstSelection, states: [true, true, true, true, true] };
const whole = (reader: TraceReader) => resolveWindow(reader, undefined, undefined);

/** Each frame with its callers and its time. */
function pathsOf(frames: PageFrames): string[] {
  const path: string[] = [];
  return frames.depth.map((depth, at) => {
    path.length = depth;
    path.push(frames.texts[frames.name[at]!]!);
    return `${path.join(' > ')} ${((frames.values.time[at]! * frames.unit) / 1).toFixed(3)}`;
  });
}

function figuresOf(recording: Recording, selection: Selection): WindowFigures {
  const figures = new WindowFigures(recording);
  figures.choose(selection);
  return figures;
}

describe('a page of two processes', () => {
  test.each([
    [{ threads: true }, {}],
    [{ processes: true }, {}],
    [{ processes: true, threads: true }, {}],
    [{ processes: true, threads: true }, { mine: true }],
    [{ processes: true, threads: true }, { native: false }],
    [{}, { native: false }],
    [{}, { native: false, mine: true }],
  ] as const)('has the flame graph of flame with %j, %j, and its inversion', (roots, options) => {
    const reader = farm();
    const recording = recordingOf(reader);
    const fold = foldWindow(reader, whole(reader), createFilter({ idle: true, ...options }));
    for (const inverted of [false, true]) {
      const tree = buildFlameTree(fold, new CodePaths(reader.processes()), {
        ...{ lines: false, threads: false, processes: false, ...roots },
        inverted,
      });
      const names: string[] = [];
      const expected = tree.nodes.map(({ parent, name, totalS }, node) => {
        // Process and thread go by other words on a page, where each has a lane.
        const said = name
          .replace(/^(.*) \(pid (\d+)\)$/, 'pid $2 · $1')
          .replace(/^(MainThread|worker) \(\d+\)$/, '$1');
        names[node] = parent < 0 ? said : `${names[parent]} > ${said}`;
        return totalS > 0 ? `${names[node]} ${totalS.toFixed(3)}` : '';
      });
      const selection = { ...everything, ...roots, ...options, inverted };
      const frames = figuresOf(recording, selection).frames(selection, palettes.light);
      const found = pathsOf(frames).map((path) => path.replace(/(MainThread|worker) · pid \d+/g, '$1'));
      expect(found.toSorted()).toEqual(expected.filter(Boolean).toSorted());
    }
  });

  test('has roots of what counts alone: a window, states, CPU time', () => {
    const recording = recordingOf(farm());
    for (const some of [{ window: [1e9, 2e9] as const }, { states: firstSelection.states }, { cpu: true }]) {
      const selection = { ...everything, ...some, threads: true, tasks: true, lines: true };
      const figures = figuresOf(recording, selection);
      const frames = figures.frames(selection, palettes.light);
      expect(frames.values.time[0]! / 1e6).toBeCloseTo(figures.allUs / 1e6, 4);
      const roots = frames.depth.flatMap((depth, at) => (depth === 1 ? [frames.values.time[at]!] : []));
      expect(roots).toHaveLength(4);
      expect(roots.reduce((sum, us) => sum + us, 0) / 1e6).toBeCloseTo(figures.allUs / 1e6, 4);
    }
  });

  test('has callers that end in their roots, and a table that has none', () => {
    const recording = recordingOf(farm());
    const selection = { ...everything, processes: true, threads: true, tasks: true };
    const figures = figuresOf(recording, selection);
    const plain = figuresOf(recording, everything);
    expect(figures.functions(selection)).toEqual(plain.functions(everything));
    const of = recording.functions.findIndex(({ name }) => name === 'slow');
    const { callers, callees } = figures.sandwich(selection, palettes.light, of);
    const without = plain.sandwich(everything, palettes.light, of);
    expect(pathsOf(callees)).toEqual(pathsOf(without.callees));
    const ends = pathsOf(callers).filter((path) => path.includes('pid'));
    expect(ends).toHaveLength(4);
    for (const end of ends)
      expect(end).toMatch(/^slow > run > main > two > (MainThread|worker) > pid \d+ · python3 /);
    // A root is no function that has callers.
    const roots = callers.values.function.filter((at) => at >= 0).map((at) => recording.functions[at]!.name);
    expect(new Set(roots)).toEqual(new Set(['slow', 'run', 'main']));
    expect(recording.functionNamed('worker (:0)')).toBe(-1);
  });

  test('has the time of tasks that top --by task has, as roots, alone, and in lanes', () => {
    const reader = farm();
    const recording = recordingOf(reader);
    expect(recording.tasks).toHaveLength(2);
    const { rows } = summarize(reader, whole(reader), createFilter({ idle: true }), {
      ...({ by: 'task', sort: 'self', limit: null, filter: null } as const),
    });
    const expected = rows.map(({ task, self_s }) => [task ?? '[no task]', self_s.toFixed(3)]);
    expect(expected).toHaveLength(3);
    const selection = { ...everything, tasks: true };
    const frames = figuresOf(recording, selection).frames(selection, palettes.light);
    const roots = frames.depth.flatMap((depth, at) =>
      depth === 1
        ? [[frames.texts[frames.name[at]!]!, (frames.values.time[at]! * frames.unit).toFixed(3)]]
        : [],
    );
    expect(roots.toSorted()).toEqual(expected.toSorted());
    const lanes = tasksUs(recording);
    recording.tasks.forEach((task, at) => {
      const self = expected.find(([name]) => name === task)![1];
      const alone = figuresOf(recording, { ...everything, task });
      expect((alone.allUs / 1e6).toFixed(3)).toBe(self);
      expect((lanes[at]!.reduce((sum, us) => sum + us, 0) / 1e6).toFixed(2)).toBe(Number(self).toFixed(2));
      expect(alone.functions(everything).map((row) => recording.functions[row.function]!.name)).not.toContain(
        task,
      );
    });
  });

  test('gathers the lightest calls under their roots where there is no room for all', () => {
    const recording = recordingOf(farm());
    const by = { lines: false, mine: false, native: true };
    const calls = new MergedCalls(recording, by);
    const roots = { ...by, processes: false, threads: true, tasks: false };
    const timesOf = (most?: number) => {
      const { frames, parents, selfs } = rootCalls(recording, calls, everything, roots, most);
      const rest = frames.flatMap((frame, at) => (frame === recording.cutFrame ? [selfs[at]!] : []));
      return {
        nodes: parents.length,
        us: selfs.reduce((sum, us) => sum + us, 0),
        rest: rest.reduce((sum, us) => sum + us, 0),
        lightest: Math.min(...selfs.filter((us, at) => us > 0 && frames[at] !== recording.cutFrame)),
        gathered: rest.length,
      };
    };
    const all = timesOf();
    expect(all).toMatchObject({ rest: 0, gathered: 0 });
    const few = timesOf(20);
    expect(few.us).toBeCloseTo(all.us, 3);
    expect(few.nodes).toBeLessThan(all.nodes);
    expect(few.gathered).toBe(4);
    expect(few.rest).toBeGreaterThan(0);
    expect(few.lightest).toBeGreaterThan(all.lightest);
  });

  test('has nothing of native code or tasks where there is none', () => {
    const reader = record((trace, process) => {
      const thread = trace.thread(process, 'MainThread');
      const stack = trace.stack([main, 2]);
      for (let tick = 1; tick <= 10; tick++) trace.tick(tick * 10 * ms, [{ thread, stack, status: 1 }]);
    });
    const recording = recordingOf(reader);
    expect([recording.hasNative, recording.tasks, recording.head.processes.length]).toEqual([false, [], 1]);
    expect(recordingOf(farm()).hasNative).toBe(true);
  });
});
