/** Differences of small recordings: which functions are compared, and by which shares. */
import { describe, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { compareWindows } from '../../../src/replay/diff/diff.js';
import { describeDifference } from '../../../src/replay/diff/diff-rows.js';
import { buildDiffTree } from '../../../src/replay/diff/diff-tree.js';
import { defaultThreshold } from '../../../src/replay/diff/judgement.js';
import { judgeComparison } from '../../../src/replay/diff/verdict.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { code, ms, record, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

describe('a difference', () => {
  const run = (file: string, root: string, shares: Record<string, number>, library: string) =>
    record((trace) => {
      const process = trace.process({ cwd: root, command: ['python3', 'x.py'] });
      const thread = trace.thread(process, 'MainThread');
      let tick = 0;
      for (const [name, count] of Object.entries(shares))
        for (let at = 0; at < count; at++) {
          const own = code(name, `${root}/pkg/${name}.py`, root.length);
          const lib = code('loads', `${library}/json/__init__.py`, 299);
          trace.tick(++tick * 10 * ms, [{ thread, stack: trace.stack([own, root.length], [lib, 300]) }]);
        }
    }, file);

  const compare = (a: TraceReader, b: TraceReader) =>
    compareWindows(
      [{ reader: a, window: resolveWindow(a, undefined, undefined) }],
      [{ reader: b, window: resolveWindow(b, undefined, undefined) }],
      createFilter({}),
    );
  const describeRows = (comparison: ReturnType<typeof compare>) =>
    describeDifference(
      judgeComparison(comparison, {
        chosen: { basis: 'share', isPerRun: false, reason: '' },
        work: null,
        threshold: defaultThreshold,
        only: null,
        force: false,
      }),
      { measure: 'total', limit: null, filter: null },
    );

  test('matches functions across checkouts and installs, and normalises each run by itself', () => {
    const a = run('a.trace', '/home/a/repo', { keep: 50, gone: 50 }, '/usr/lib/python3.12');
    const b = run('b.trace', '/srv/build/b', { keep: 150, born: 50 }, '/opt/py/lib/python3.12');
    const comparison = compare(a, b);
    const result = describeRows(comparison);
    const shown = result.rows.map((row) => [
      ...[row.function, row.file, row.a_pct, row.b_pct, row.delta_pct, row.presence],
    ]);
    expect(shown.sort()).toEqual([
      ['born', 'pkg/born.py', 0, 25, 25, 'new'],
      ['gone', 'pkg/gone.py', 50, 0, -50, 'gone'],
      ['keep', 'pkg/keep.py', 50, 75, 25, 'both'],
      ['loads', 'json/__init__.py', 100, 100, 0, 'both'],
    ]);
    expect(result).toMatchObject({ obstacles: [], a: { total_s: 1 }, b: { total_s: 2 } });
    const tree = buildDiffTree(comparison, { inverted: false, factor: 1 });
    expect(tree.nodes[0]).toMatchObject({ aTotal: 1, bTotal: 1, aSelf: 0 });
    expect(
      tree.nodes.filter((node) => node.parent === 0).map((node) => [node.name, node.aTotal, node.bTotal]),
    ).toEqual([
      ['keep', 0.5, 0.75],
      ['gone', 0.5, 0],
      ['born', 0, 0.25],
    ]);
    expect(comparison.match.functions[tree.nodes.find((node) => node.name === 'keep')!.function]!.name).toBe(
      'keep',
    );
  });

  test('matches a run that was started from another directory of the checkout', () => {
    const a = run('a.trace', '/home/a/repo', { keep: 10 }, '/usr/lib/python3.12');
    const b = record((trace) => {
      const process = trace.process({ cwd: '/home/b/repo/pkg', command: ['python3', '-m', 'x'] });
      const thread = trace.thread(process, 'MainThread');
      for (let tick = 1; tick <= 10; tick++)
        trace.tick(tick * 10 * ms, [
          { thread, stack: trace.stack([code('keep', '/home/b/repo/pkg/keep.py'), 1]) },
        ]);
    }, 'b.trace');
    const { rows } = describeRows(compare(a, b));
    expect(rows.find((row) => row.function === 'keep')).toMatchObject({ presence: 'both', delta_pct: 0 });
  });
});
