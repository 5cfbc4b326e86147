/** `top --by module`: packages and modules of Python, binaries of native code, and what is neither. */
import { expect, test } from 'vitest';
import { createFilter, type FilterOptions } from '../../../src/commands/options/filter.js';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { functionKind, status } from '../../../src/format/vocabulary.js';
import { summarize } from '../../../src/replay/answers/top.js';
import { findNeighbours } from '../../../src/replay/live/neighbours.js';
import { functionName } from '../../../src/replay/names/code-name.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { sumRows } from '../../../src/replay/sums/rows.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { code, ms, record, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

const site = '/usr/lib/python3/dist-packages';
const umath = `${site}/numpy/core/_umath.cpython-311-x86_64-linux-gnu.so`;
const libc = '/usr/lib/x86_64-linux-gnu/libc.so.6';
const native = (name: string, file: string) => ({ ...code(name, file, 0), kind: functionKind.native });

const main = code('main', '/srv/app/shop/cart.py');
const other = code('other', '/srv/app/shop/cart.py');
const dumps = code('dumps', '/usr/lib/python3.11/json/__init__.py');
const query = code('query', `${site}/django/db/models/query.py`);

/** A tick for each of these. */
function recordStacks(): TraceReader {
  return record((trace, process) => {
    const thread = trace.thread(process, 'MainThread');
    const stacks = [
      trace.stack([main, 2], [other, 3]),
      trace.stack([main, 2], [dumps, 5], [main, 7]),
      trace.stack([main, 2], [query, 5]),
      trace.stack(
        [main, 2],
        [native('sum', umath), 0],
        [native('add', umath), 0],
        [native('memcpy', libc), 0],
      ),
      trace.stack([main, 2], [native('add', umath), 0]),
      trace.stack([main, 2], [native('memcpy', '/opt/other/libc.so.6'), 0]),
      trace.stack([main, 2], [native('<code without a file>', ''), 0]),
      trace.stack([{ ...code('<torn>', '', 0), kind: functionKind.marker }, 0], [code('<lambda>', ''), 1]),
      0,
    ];
    for (const [at, stack] of stacks.entries()) trace.tick((at + 1) * 10 * ms, [{ thread, stack }]);
    trace.tick(100 * ms, [{ thread, stack: 0, status: status.onCpu | status.failed }]);
  });
}

function byModule(reader: TraceReader, options: FilterOptions = {}, filter: RegExp | null = null) {
  const window = resolveWindow(reader, undefined, undefined);
  const asked = { by: 'module', sort: 'total', limit: null, filter } as const;
  return summarize(reader, window, createFilter(options), asked).rows.map(
    ({ module, file, self_samples, total_samples }) =>
      [module!.name, module!.native ? file : null, self_samples, total_samples] as const,
  );
}

const sorted = (rows: ReturnType<typeof byModule>) =>
  [...rows].sort((a, b) => (String(a) < String(b) ? -1 : 1));

test('native code of imports, which only its file tells, goes by its binary and by its name in the program', () => {
  const cart = code('_ZN4shop4Cart3addEi', 'C:\\shop\\cart.dll');
  const reader = record((trace, process) => {
    const thread = trace.thread(process, 'MainThread');
    const leaves = [code('memcpy', libc), code('memcpy', '/opt/other/libc.so.6'), code('add', umath), cart];
    for (const [at, leaf] of leaves.entries())
      trace.tick((at + 1) * 10 * ms, [{ thread, stack: trace.stack([main, 2], [leaf, 0]) }]);
  });
  expect(sorted(byModule(reader))).toEqual(
    sorted([
      ['shop', null, 0, 4],
      ['libc.so.6', libc, 1, 1],
      ['libc.so.6', '/opt/other/libc.so.6', 1, 1],
      ['_umath.cpython-311-x86_64-linux-gnu.so', umath, 1, 1],
      ['cart.dll', 'C:\\shop\\cart.dll', 1, 1],
    ]),
  );
  const asked = { ...cart, id: 1, kind: functionKind.python, qualname: null };
  expect(functionName(asked)).toBe('shop::Cart::add');
  expect(functionName({ ...asked, file: 'cart.py' })).toBe('_ZN4shop4Cart3addEi');
});

test('the innermost frame decides, callers count once, and a binary is told by its path', () => {
  expect(sorted(byModule(recordStacks()))).toEqual(
    sorted([
      ['shop', null, 2, 7],
      ['json', null, 0, 1],
      ['django.db', null, 1, 1],
      ['_umath.cpython-311-x86_64-linux-gnu.so', umath, 1, 2],
      ['libc.so.6', libc, 1, 1],
      ['libc.so.6', '/opt/other/libc.so.6', 1, 1],
      ['<code without a file>', null, 1, 1],
      ['<torn>', null, 0, 1],
      [null, null, 1, 1],
      ['[no Python frames]', null, 1, 1],
      ['[unknown]', null, 1, 1],
    ]),
  );
});

test('without native frames their time is the Python module that called them', () => {
  const rows = byModule(recordStacks(), { native: false });
  expect(rows.filter(([, binary]) => binary !== null)).toEqual([]);
  expect(rows).toContainEqual(['shop', null, 6, 7]);
});

test('--filter looks at the name and at the path', () => {
  const names = (filter: RegExp) => byModule(recordStacks(), {}, filter).map(([name]) => name);
  expect(names(/^django/)).toEqual(['django.db']);
  expect(names(/^\/opt/)).toEqual(['libc.so.6']);
});

test('modules have callers and callees', () => {
  const reader = recordStacks();
  const fold = foldWindow(reader, resolveWindow(reader, undefined, undefined), createFilter({}));
  const { key } = sumRows(reader, fold, 'module').find(({ row }) => row.file === umath)!;
  const { callers, callees } = findNeighbours(fold, new CodePaths(reader.processes()), { by: 'module', key });
  expect(callers.map(({ row, ns }) => [row.module!.name, ns / ms])).toEqual([['shop', 20]]);
  expect(callees.map(({ row, ns }) => [row.file, ns / ms])).toEqual([[libc, 10]]);
});
