/** Filters of stacks: what they leave out, and where the time of what they hide goes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { functionKind, status } from '../../../src/format/vocabulary.js';
import { dumpAt } from '../../../src/replay/answers/dump-at.js';
import { summarize } from '../../../src/replay/answers/top.js';
import { compareWindows } from '../../../src/replay/diff/diff.js';
import { readTimeline } from '../../../src/replay/exports/timeline.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import type { Grouping } from '../../../src/replay/sums/rows.js';
import { buildFlameTree } from '../../../src/replay/trees/flame-tree.js';
import { resolveMoment, resolveWindow } from '../../../src/replay/window/window.js';
import { TraceBuilder } from '../../format/trace-builder.js';

const ms = 1e6;
const code = (name: string, file = '/srv/app/app.py') => ({ name, file, firstLine: 1 });
const [main, walk, leaf] = [code('main'), code('walk'), code('leaf', '/srv/app/leaf.py')];
const [find, load] = [
  code('_find_and_load', '<frozen importlib._bootstrap>'),
  code('exec_module', '/usr/lib/python3.6/importlib/_bootstrap_external.py'),
];

let directory: string;
let reader: TraceReader;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-replay-'));
  const path = join(directory, 'run.trace');
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process({ cwd: '/srv/app' }), 'MainThread');
  const stacks = [
    trace.stack([main, 2], [walk, 5], [walk, 6], [walk, 7], [leaf, 9]),
    trace.stack([main, 2], [walk, 5], [walk, 8]),
    trace.stack([main, 3], [find, 100], [load, 200], [leaf, 9]),
    trace.stack([main, 3], [find, 100]),
    trace.stack([find, 100]),
    0,
  ];
  for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
  trace.end();
  reader = TraceReader.open(path);
});
afterEach(() => {
  reader.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Own and total samples by row. */
function top(options: FilterOptions, by: Grouping = 'function'): Record<string, [number, number]> {
  const window = resolveWindow(reader, undefined, undefined);
  const result = summarize(reader, window, createFilter(options), {
    by,
    sort: 'self',
    limit: null,
    filter: null,
  });
  const sum = result.rows.reduce((total, row) => total + row.self_samples, 0);
  expect(sum).toBe(result.samples);
  return Object.fromEntries(
    result.rows.map((row) => [
      by === 'line' ? `${row.function}:${row.line}` : row.function!,
      [row.self_samples, row.total_samples],
    ]),
  );
}

test('--focus keeps stacks through a function, or a file, whole', () => {
  expect(top({ focus: '^leaf$' })).toEqual({
    leaf: [2, 2],
    main: [0, 2],
    walk: [0, 1],
    _find_and_load: [0, 1],
    exec_module: [0, 1],
  });
  expect(top({ focus: 'leaf\\.py$' })).toEqual(top({ focus: '^leaf$' }));
  expect(top({ focus: 'nothing' })).toEqual({});
});

test('--exclude is the contrary, and leaves threads without Python', () => {
  expect(top({ exclude: '^leaf$' })).toEqual({
    walk: [1, 1],
    _find_and_load: [2, 2],
    main: [0, 2],
    '[no Python frames]': [1, 1],
  });
  expect(top({ focus: 'leaf', exclude: 'importlib' })).toEqual({ leaf: [1, 1], walk: [0, 1], main: [0, 1] });
});

test('--hide-importlib gives its time to who imports', () => {
  expect(top({ hideImportlib: true })).toEqual({
    leaf: [2, 2],
    walk: [1, 2],
    main: [1, 4],
    '[no Python frames]': [2, 2],
  });
});

test('what says which task ran is no frame, and the task of its samples', () => {
  const path = join(directory, 'tasks.trace');
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const task = (name: string) => ({ name, file: '', firstLine: 0, kind: functionKind.task });
  const stacks = [
    trace.stack([task('load'), 0], [main, 2], [leaf, 9]),
    trace.stack([task('save'), 0], [main, 2], [leaf, 9]),
    trace.stack([task('save'), 0], [main, 3]),
    trace.stack([main, 2], [leaf, 9]),
    0,
  ];
  for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
  trace.end();
  reader.close();
  reader = TraceReader.open(path);
  expect(top({})).toEqual({ leaf: [3, 3], main: [1, 4], '[no Python frames]': [1, 1] });
  expect(top({ focus: 'load|save' })).toEqual({});
  const window = resolveWindow(reader, undefined, undefined);
  const byTask = (options: FilterOptions) =>
    summarize(reader, window, createFilter(options), {
      by: 'task',
      sort: 'self',
      limit: null,
      filter: null,
    }).rows.map((row) => [row.task, row.self_samples, row.total_samples]);
  expect(byTask({})).toEqual([
    [null, 2, 2],
    ['save', 2, 2],
    ['load', 1, 1],
  ]);
  expect(byTask({ focus: 'leaf' })).toEqual([
    [null, 1, 1],
    ['load', 1, 1],
    ['save', 1, 1],
  ]);
  const at = (seconds: string) =>
    dumpAt(reader, resolveMoment(reader, seconds, '--at')).processes[0]!.threads[0]!;
  expect(at('10ms').frames.map((frame) => frame.function)).toEqual(['leaf', 'main']);
});

test('--collapse-recursion keeps the innermost call, and its line', () => {
  expect(top({ collapseRecursion: true, focus: 'walk' }, 'line')).toEqual({
    'leaf:9': [1, 1],
    'walk:8': [1, 1],
    'walk:7': [0, 1],
    'main:2': [0, 2],
  });
  const window = resolveWindow(reader, undefined, undefined);
  const tree = buildFlameTree(
    foldWindow(reader, window, createFilter({ collapseRecursion: true, focus: 'walk' })),
    new CodePaths([]),
    { lines: false, threads: false, inverted: false },
  );
  expect(tree.nodes.map(({ name, totalSamples }) => [name, totalSamples])).toEqual([
    ['all', 2],
    ['main', 2],
    ['walk', 2],
    ['leaf', 1],
  ]);
});

describe('--mine', () => {
  const query = code('filter', '/opt/conda/lib/python3.11/site-packages/django/db/models/query.py');
  const pool = code('_worker', '/opt/conda/lib/python3.11/concurrent/futures/thread.py');
  const mine = { mine: true };

  beforeEach(() => {
    const path = join(directory, 'mine.trace');
    const trace = new TraceBuilder(path);
    const thread = trace.thread(trace.process({ cwd: '/srv/app' }), 'MainThread');
    const native = { name: 'sort', file: '/srv/app/_fast.so', firstLine: 0, kind: functionKind.native };
    const stacks = [
      trace.stack([pool, 80], [main, 2], [query, 900], [load, 200]),
      trace.stack([main, 3], [query, 900], [leaf, 9], [query, 901]),
      trace.stack([main, 3], [native, 0]),
      trace.stack([pool, 90]),
      trace.stack([pool, 91], [query, 1]),
      0,
    ];
    for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
    trace.end();
    reader.close();
    reader = TraceReader.open(path);
  });

  test("gives a library's time to the line that called it, and one row to what none called", () => {
    expect(top(mine)).toEqual({
      main: [2, 3],
      leaf: [1, 1],
      '[no code of your own]': [2, 2],
      '[no Python frames]': [1, 1],
    });
    expect(top(mine, 'line')).toMatchObject({ 'main:2': [1, 1], 'main:3': [1, 2], 'leaf:9': [1, 1] });
  });

  test('says how much has no own line, and without it how much libraries took that own code called', () => {
    const window = resolveWindow(reader, undefined, undefined);
    const asked = { by: 'function', sort: 'self', limit: 1, filter: null } as const;
    const { library_s, outside_s, total_s } = summarize(reader, window, createFilter({}), asked);
    expect([library_s, outside_s]).toEqual([expect.closeTo(total_s / 2, 2), null]);
    const owned = summarize(reader, window, createFilter(mine), asked);
    expect([owned.library_s, owned.outside_s]).toEqual([null, expect.closeTo(total_s / 3, 2)]);
    expect(owned.total_s).toBe(total_s);
  });

  test('still finds functions of libraries by --focus and --exclude', () => {
    expect(top({ ...mine, focus: 'django' })).toEqual({
      main: [1, 2],
      leaf: [1, 1],
      '[no code of your own]': [1, 1],
    });
    expect(top({ ...mine, exclude: '^_worker$' })).toEqual({
      main: [1, 2],
      leaf: [1, 1],
      '[no Python frames]': [1, 1],
    });
    expect(top({ ...mine, focus: 'nothing' })).toEqual({});
  });

  test('takes the folders of --mine-path, alone enough', () => {
    expect(top({ minePath: ['site-packages/django'] })).toEqual({
      filter: [3, 3],
      '[no code of your own]': [2, 2],
      '[no Python frames]': [1, 1],
    });
  });

  test('is in a picture, a time line and both sides of a comparison alike', () => {
    const window = resolveWindow(reader, undefined, undefined);
    const filter = createFilter(mine);
    const names = ['[no code of your own]', 'leaf', 'main'];
    const tree = buildFlameTree(foldWindow(reader, window, filter), new CodePaths([]), {
      lines: false,
      threads: false,
      inverted: false,
    });
    expect(tree.nodes.map(({ name, totalSamples }) => [name, totalSamples])).toEqual([
      ['all', 6],
      ['main', 3],
      ['leaf', 1],
      ['[no code of your own]', 2],
      ['[no Python frames]', 1],
    ]);
    const { file } = readTimeline(reader, window, filter, { detail: 'name', name: '', exporter: '' });
    const paths = [...[...file.profiles][0]!.samples].map((path) => path.map((at) => file.frames[at]!.name));
    expect(paths).toContainEqual(['main', 'leaf']);
    expect(paths).toContainEqual(['[no code of your own]']);
    const { match } = compareWindows([{ reader, window }], [{ reader, window }], filter);
    expect([...new Set(match.functions.map(({ name }) => name))].sort()).toEqual(names);
  });
});

describe('native frames', () => {
  const python = '/usr/lib/libpython3.12.so.1.0';
  const libc = '/usr/lib/libc.so.6';
  const native = (name: string, file: string) => ({ name, file, firstLine: 0, kind: functionKind.native });
  const loop = { ...native('python3.12+0x1000', python), kind: functionKind.loop };
  const [call, start, sleep] = [
    native('PyObject_Vectorcall', python),
    native('libc.so.6+0x94af0', libc),
    native('clock_nanosleep', libc),
  ];
  const sort = native('list_sort', python);

  beforeEach(() => {
    const path = join(directory, 'native.trace');
    const trace = new TraceBuilder(path);
    const thread = trace.thread(trace.process({ cwd: '/srv/app' }), 'MainThread');
    const stacks = [
      trace.stack([start, 0], [call, 0], [loop, 0], [main, 2], [call, 0], [sleep, 0]),
      trace.stack([start, 0], [call, 0], [loop, 0], [main, 3], [sort, 0], [call, 0], [loop, 0], [leaf, 9]),
      trace.stack([main, 2], [leaf, 9]),
    ];
    for (const [at, stack] of stacks.entries())
      trace.tick((at + 1) * 10 * ms, [{ thread, stack, status: status.onCpu | status.native }]);
    trace.end();
    reader.close();
    reader = TraceReader.open(path);
  });

  test('are shown, but for the interpreter’s own', () => {
    expect(top({})).toEqual({ clock_nanosleep: [1, 1], leaf: [2, 2], main: [0, 3], list_sort: [0, 1] });
  });

  test('are all shown by --native-all', () => {
    expect(top({ nativeAll: true })).toMatchObject({
      PyObject_Vectorcall: [0, 2],
      'python3.12+0x1000': [0, 2],
      'libc.so.6+0x94af0': [0, 2],
    });
  });

  test('fold into their Python callers by --no-native, and in diff', () => {
    expect(top({ native: false })).toEqual({ leaf: [2, 2], main: [1, 3] });
    const window = resolveWindow(reader, undefined, undefined);
    const { a } = compareWindows([{ reader, window }], [{ reader, window }], createFilter({}));
    expect(a[0]!.fold.forest.frames.map((frame) => frame.function.name).sort()).toEqual([
      'leaf',
      'main',
      'main',
    ]);
  });

  test('that are hidden are not looked for', () => {
    expect(top({ focus: 'Vectorcall' })).toEqual({});
    expect(top({ focus: '^list_sort$' })).toEqual({ leaf: [1, 1], main: [0, 1], list_sort: [0, 1] });
    expect(top({ focus: '^list_sort$', native: false })).toEqual({});
    expect(top({ exclude: 'Vectorcall' })).toEqual(top({}));
  });

  test('are in a dump, a timeline and a picture alike', () => {
    const names = (choice: 'usual' | 'all' | 'none') =>
      dumpAt(reader, 20 * ms, choice).processes[0]!.threads[0]!.frames.map((frame) => frame.function);
    expect(names('usual')).toEqual(['leaf', 'list_sort', 'main']);
    expect(names('none')).toEqual(['leaf', 'main']);
    expect(names('all')).toHaveLength(8);
    const window = resolveWindow(reader, undefined, undefined);
    const timeline = readTimeline(reader, window, createFilter({}), {
      detail: 'name',
      name: '',
      exporter: '',
    });
    const { file } = timeline;
    const [first] = [...[...file.profiles][0]!.samples].map((path) =>
      path.map((at) => file.frames[at]!.name),
    );
    expect(first).toEqual(['main', 'clock_nanosleep']);
    const tree = buildFlameTree(foldWindow(reader, window, createFilter({})), new CodePaths([]), {
      lines: false,
      threads: false,
      inverted: false,
    });
    const modules = new Map(tree.nodes.map(({ name, module }) => [name, module]));
    expect(modules.get('clock_nanosleep')).toBe('libc (native)');
    expect(modules.get('leaf')).toBe('leaf');
  });
});

test('what says which task ran is no Python frame: what it alone called is outside of Python', () => {
  const path = join(directory, 'outside.trace');
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const task = { name: 'load', file: '', firstLine: 0, kind: functionKind.task };
  const binary = (name: string, kind: number = functionKind.native) => ({
    ...{ name, file: '/usr/bin/python3.12', firstLine: 0, kind },
  });
  const [start, loop] = [binary('python3.12+0x1000'), binary('python3.12+0x2000', functionKind.loop)];
  const stacks = [
    trace.stack([task, 0], [start, 0], [loop, 0], [main, 2]),
    trace.stack([task, 0], [start, 0]),
    trace.stack([task, 0]),
  ];
  for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
  trace.end();
  reader.close();
  reader = TraceReader.open(path);
  expect(top({})).toEqual({ main: [1, 1], '[no Python frames]': [2, 2] });
  expect(top({ minePath: ['nowhere'] })).toEqual({
    '[no code of your own]': [1, 1],
    '[no Python frames]': [2, 2],
  });
});
