/** Flame trees of small recordings: what they merge, and what is under what. */
import { describe, expect, test } from 'vitest';
import { createFilter } from '../../../src/commands/options/filter.js';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { foldWindow } from '../../../src/replay/sums/fold.js';
import { buildFlameTree, type FlameTree } from '../../../src/replay/trees/flame-tree.js';
import { resolveWindow } from '../../../src/replay/window/window.js';
import { fast, main, ms, record, slow, useSmallRecordings } from '../small-recordings.js';

useSmallRecordings();

function outline(tree: FlameTree): string[] {
  return tree.nodes.map((node, at) => {
    let name = node.name;
    for (let parent = node.parent; parent > 0; parent = tree.nodes[parent]!.parent)
      name = `${tree.nodes[parent]!.name}>${name}`;
    if (at > 0 && node.parent >= at) throw new Error('a child stands before its parent');
    return `${name} ${node.selfSamples}/${node.totalSamples}`;
  });
}

describe('a flame tree', () => {
  const build = (reader: TraceReader, options: Partial<Parameters<typeof buildFlameTree>[2]> = {}) =>
    buildFlameTree(
      foldWindow(reader, resolveWindow(reader, undefined, undefined), createFilter({ idle: true })),
      new CodePaths(reader.processes()),
      { lines: false, threads: false, inverted: false, ...options },
    );

  const small = () =>
    record((trace, process) => {
      const one = trace.thread(process, 'one', { osId: 11 });
      const two = trace.thread(process, 'two', { osId: 22 });
      trace.tick(10 * ms, [
        { thread: one, stack: trace.stack([main, 2], [slow, 21]) },
        { thread: two, stack: trace.stack([main, 3], [slow, 22]) },
      ]);
      trace.tick(20 * ms, [
        { thread: one, stack: trace.stack([main, 2], [fast, 11], [slow, 21]) },
        { thread: two, stack: trace.stack([main, 2]) },
      ]);
    });

  test('has a root for each kind of thread where there are many', () => {
    const reader = record((trace, process) => {
      const stack = trace.stack([main, 2]);
      const named = (name: string) => ({ thread: trace.thread(process, name), stack });
      const workers = Array.from({ length: 60 }, (_, at) => named(`Thread-${at} (serve)`));
      trace.tick(10 * ms, [named('MainThread'), ...workers, named('pool-1')]);
    });
    const roots = build(reader, { threads: true }).nodes.filter(({ parent }) => parent === 0);
    expect(roots.map(({ name, totalSamples }) => [name.replace(/ \(\d+\)$/, ''), totalSamples])).toEqual([
      ['MainThread', 1],
      ['Thread-N (serve) × 60', 60],
      ['pool-1', 1],
    ]);
  });

  test('merges by function, or by line, under a root for each thread or one for all', () => {
    const reader = small();
    expect(outline(build(reader))).toEqual([
      'all 0/4',
      'main 1/4',
      'main>slow 2/2',
      'main>fast 0/1',
      'main>fast>slow 1/1',
    ]);
    expect(build(reader).nodes[2]).toMatchObject({
      file: '/srv/app/app.py',
      line: 20,
      module: 'app',
      totalS: 0.02,
    });
    expect(outline(build(reader, { lines: true }))).toHaveLength(7);
    expect(outline(build(reader, { threads: true }))).toContain('two (22) 0/2');
  });

  test('inverted has callers under callees, and the same sum', () => {
    const tree = build(small(), { inverted: true });
    expect(outline(tree).sort()).toEqual([
      'all 0/4',
      'main 1/1',
      'slow 0/3',
      'slow>fast 0/1',
      'slow>fast>main 1/1',
      'slow>main 2/2',
    ]);
  });
});
