/** Stacks that are deeper than is kept: both ends are there, and what is missing between them is marked. */
import { expect, test } from 'vitest';
import { describeSomePythons } from '../support/each-python.js';
import { ask, dumpThreads, pyspyWell, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';

const kept = { innermost: 100_000, outermost: 1_000 };

describeSomePythons('a recursion', (python) => {
  test('of 50,000 calls is whole', { timeout: 120_000 }, async () => {
    const target = await startTarget(python, 'deep.py', '50000');
    const thread = (await dumpThreads(target.pid)).find(({ name }) => name === 'deep')!;
    expect(thread).toMatchObject({ torn: false, failed: false });
    const names = thread.frames.map((frame) => frame.function);
    expect(names.filter((name) => name === 'descend')).toHaveLength(50_001);
    expect(names.indexOf('first')).toBe(50_003);
  });

  test('of 120,000 calls keeps its innermost and its outermost frames', { timeout: 120_000 }, async () => {
    const target = await startTarget(python, 'deep.py', '120000');
    const thread = (await dumpThreads(target.pid)).find(({ name }) => name === 'deep')!;
    expect(thread).toMatchObject({ torn: false, failed: false });
    const names = thread.frames.map((frame) => frame.function);
    // Frames of the interpreter's own count where the stack is cut, but are not shown.
    const marker = names.indexOf('<frames left out: 10,000 or more>');
    expect(marker).toBeGreaterThan(kept.innermost - 10);
    expect(marker).toBeLessThanOrEqual(kept.innermost);
    expect(names.length - marker - 1).toBeGreaterThan(kept.outermost - 10);
    expect(names.length - marker - 1).toBeLessThanOrEqual(kept.outermost);
    expect(names.slice(0, 2)).toEqual(['bottom', 'descend']);
    expect(names.lastIndexOf('descend')).toBe(names.indexOf('second') - 1);
    expect(names.indexOf('first')).toBe(names.indexOf('second') + 1);

    const trace = traceName();
    await pyspyWell('record', '--pid', String(target.pid), '--duration', '0.5s', '-o', trace);
    const [info, top] = await Promise.all([
      ask('info', trace),
      ask('top', trace, '--idle', '--limit', '0', '--thread', '^deep$'),
    ]);
    expect(info).toMatchObject({ errors: 0, torn: 0 });
    expect(info.truncated).toBeGreaterThan(0);
    expect(top.samples).toBe(info.truncated);
    const first = top.rows.find((row) => row.function === 'first')!;
    expect(first.total_s).toBeCloseTo(top.total_s, 3);
  });
});
