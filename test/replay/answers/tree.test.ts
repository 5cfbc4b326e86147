/** The call tree as rows: order, cuts, and sums that stay whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { renderTree } from '../../../src/render/text/tree.js';
import { type TreeOptions, type TreeResult, treeOf } from '../../../src/replay/answers/tree.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { TraceBuilder } from '../../format/trace-builder.js';

const ms = 1e6;
const code = (name: string, file = '/srv/app/app.py') => ({ name, file, firstLine: 1 });
const [main, load, save, log] = [code('main'), code('load'), code('save'), code('log')];
const decode = code('decode', '/usr/lib/python3.12/json/decoder.py');

let directory: string;
let reader: TraceReader;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-tree-'));
  const path = join(directory, 'run.trace');
  const trace = new TraceBuilder(path);
  const threads = ['worker 1', 'worker 2'].map((name) => trace.thread(trace.process(), name));
  const stacks = [
    ...Array.from({ length: 60 }, () => trace.stack([main, 2], [load, 5], [decode, 7])),
    ...Array.from({ length: 30 }, () => trace.stack([main, 3], [save, 8])),
    ...Array.from({ length: 5 }, () => trace.stack([main, 3], [save, 9], [log, 1])),
    ...Array.from({ length: 3 }, () => trace.stack([main, 4], [log, 1])),
    ...Array.from({ length: 2 }, () => trace.stack([decode, 7])),
  ];
  for (const [at, stack] of stacks.entries())
    trace.tick((at + 1) * 10 * ms, [{ thread: threads[at % 2]!, stack }]);
  trace.end();
  reader = TraceReader.open(path);
});
afterAll(() => {
  reader.close();
  rmSync(directory, { recursive: true, force: true });
});

function tree(options: Partial<TreeOptions>, filter: FilterOptions = {}): TreeResult {
  const window = resolveWindow(reader, undefined, undefined);
  return treeOf(reader, window, createFilter(filter), {
    ...{ minPct: 0, lines: false, threads: false, inverted: false, rollups: false },
    ...options,
  });
}

const shown = ({ rows }: TreeResult) =>
  rows.map((row) => [row.depth, row.function, row.total_samples, row.self_samples]);

test('has callers before callees, the heaviest first', () => {
  const result = tree({});
  expect(shown(result)).toEqual([
    [0, 'main', 98, 0],
    [1, 'load', 60, 0],
    [2, 'decode', 60, 60],
    [1, 'save', 35, 30],
    [2, 'log', 5, 5],
    [1, 'log', 3, 3],
    [0, 'decode', 2, 2],
  ]);
  expect(result.rows.map((row) => row.parent)).toEqual([null, 0, 1, 0, 3, 0, null]);
  expect([result.cut, result.cut_s]).toEqual([0, 0]);
});

test('cuts what is under a share, and says what: of each caller, and in all', () => {
  const result = tree({ minPct: 4 });
  expect(shown(result)).toEqual([
    [0, 'main', 98, 0],
    [1, 'load', 60, 0],
    [2, 'decode', 60, 60],
    [1, 'save', 35, 30],
    [2, 'log', 5, 5],
  ]);
  expect(result.rows.map(({ cut }) => cut)).toEqual([1, 0, 0, 0, 0]);
  // The second root has no row to be told at.
  expect([result.cut, result.cut_s]).toEqual([2, expect.closeTo(0.05, 6)]);
  const kept = result.rows.reduce((sum, { self_s }) => sum + self_s, 0);
  expect(kept + result.cut_s).toBeCloseTo(result.total_s, 6);
});

test('takes lines, threads, and the other way round', () => {
  expect(shown(tree({ lines: true, minPct: 30 }))).toContainEqual([1, 'save', 30, 30]);
  const roots = tree({ threads: true, minPct: 40 }).rows.filter(({ depth }) => depth === 0);
  expect(roots.map((row) => row.function.replace(/ \(.*/, ''))).toEqual(['worker 1', 'worker 2']);
  expect(shown(tree({ inverted: true, minPct: 50 }))).toEqual([
    [0, 'decode', 62, 2],
    [1, 'load', 60, 0],
    [2, 'main', 60, 60],
  ]);
});

test('has a root for each process, with its threads in it', () => {
  // Both workers have a process of their own.
  const { rows } = tree({ processes: true, threads: true, minPct: 40 });
  const roots = rows.filter(({ depth }) => depth === 0);
  expect(roots.map((row) => [row.total_samples, /\(pid \d+\)$/.test(row.function)])).toEqual([
    [50, true],
    [50, true],
  ]);
  const below = rows.filter(({ depth }) => depth === 1).map((row) => row.function.replace(/ \(.*/, ''));
  expect(below).toEqual(['worker 1', 'worker 2']);
  expect(tree({ processes: true }).rows.filter(({ depth }) => depth === 1)[0]!.function).toBe('main');
});

test('by --mine has own code alone, and says what has none', () => {
  const result = tree({}, { mine: true });
  expect(shown(result)).toEqual([
    [0, 'main', 98, 0],
    [1, 'load', 60, 60],
    [1, 'save', 35, 30],
    [2, 'log', 5, 5],
    [1, 'log', 3, 3],
    [0, '[no code of your own]', 2, 2],
  ]);
  expect(result.outside_s).toBeCloseTo(0.02, 6);
});

/** The lines of the tree alone. */
function drawn(result: TreeResult, width = 80): string[] {
  const trace = { path: 'run.trace', processes: [] };
  const shorten = (file: string) => file;
  const answer = { trace, result, filters: [], nothing: null, shorten, cutStacks: 'too-deep' } as const;
  const lines = renderTree(answer, { width, colour: false }).split('\n');
  return lines.slice(4, lines.indexOf('', 4));
}

test('as text indents where ways part, and has what was cut among them', () => {
  expect(drawn(tree({ minPct: 3.5 }))).toEqual([
    '   0.98  98.0%         main  /srv/app/app.py:1',
    '   0.60  60.0%         ├ load  /srv/app/app.py:1',
    '   0.60  60.0%  60.0%  │ decode  /usr/lib/python3.12/json/decoder.py:1',
    '   0.35  35.0%  30.0%  └ save  /srv/app/app.py:1',
    '   0.05   5.0%   5.0%    log  /srv/app/app.py:1',
  ]);
  expect(drawn(tree({ minPct: 36 }))).toEqual([
    '   0.98  98.0%         main  /srv/app/app.py:1',
    '   0.60  60.0%         ├ load  /srv/app/app.py:1',
    '   0.60  60.0%  60.0%  │ decode  /usr/lib/python3.12/json/decoder.py:1',
    '   0.38  38.0%         └ (2 calls with less than 36 % each)',
  ]);
});

test('fits a narrow terminal, however deep it is', () => {
  const path = join(directory, 'deep.trace');
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const frames: [ReturnType<typeof code>, number][] = [];
  const stacks: number[] = [];
  for (let depth = 0; depth < 300; depth++) {
    frames.push([code(`step${depth}`), 1]);
    stacks.push(trace.stack(...frames), trace.stack(...frames, [code(`leaf${depth}\x1b[2J`), 1]));
  }
  for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
  trace.end();
  const deep = TraceReader.open(path);
  try {
    const result = treeOf(deep, resolveWindow(deep, undefined, undefined), createFilter({}), {
      ...{ minPct: 0, lines: false, threads: false, inverted: false, rollups: false },
    });
    const lines = drawn(result, 60);
    expect(lines).toHaveLength(600);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines.join('')).not.toContain('\x1b');
    for (const name of ['leaf0', 'leaf299']) expect(lines.join('\n')).toContain(name);
  } finally {
    deep.close();
  }
});
