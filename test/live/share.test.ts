/** Where the time went is shown as it was: by pid and by command, by function and by line, and window by window. */
import { expect, type TestContext, test } from 'vitest';
import type { TopResult, TopRow } from '../../src/replay/answers/top.js';
import { readBuild } from '../support/builds.js';
import { Child } from '../support/child.js';
import { describeEachPython, qualified } from '../support/each-python.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { ask, pyspyWell, startPyspy, traceName, window } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { atEnd } from '../support/scope.js';
import { commandOf, markedLines, programPath, startTarget } from '../support/targets.js';
import { readTicks } from '../support/trace-view.js';

const marked = markedLines('share.py');
const line = (name: string): number => marked.get(name)!;

describeEachPython('a program that is 70 % in one function and 30 % in another', (python) => {
  test(
    'by pid',
    measured(async () => {
      const target = await startTarget(python, 'share.py');
      const trace = traceName();
      await pyspyWell(
        'record',
        '--pid',
        String(target.pid),
        '--rate',
        '500',
        '--duration',
        '1.5s',
        '-o',
        trace,
      );
      const file = await programPath(python, 'share.py');
      await expectShares(python, trace, file);
      const info = await ask('info', trace);
      expect(info).toMatchObject({ state: 'complete', rate_hz: 500, gaps: [] });
      expect(info.processes).toMatchObject([{ pid: target.pid, python: python.version }]);
      expect(info.recordings).toMatchObject([{ end_reason: 'duration' }]);
      expect(info.duration_s).toBeGreaterThanOrEqual(1.5);
      expect(info.duration_s).toBeLessThan(2);
      // Every period has its tick or is counted as missed.
      expect(info.ticks + info.missed).toBeGreaterThan(740);
      expect(info.ticks + info.missed).toBeLessThanOrEqual(751);
      expect(info.errors).toBe(0);
    }),
  );

  test(
    'by command, and in the windows of its two phases',
    measured(async () => {
      const trace = traceName();
      const command = await commandOf(python, 'share.py', '1.3', '0.5', '3');
      const recorder = startPyspy(['record', '--rate', '500', '-o', trace, '--', ...command]);
      expect((await recorder.exited).status).toBe(3);
      const phases = await recorder.told<number[]>('phases');
      const info = await ask('info', trace);
      expect(info.recordings).toMatchObject([{ end_reason: 'target-exited' }]);
      // Both clocks are the wall clock; the recording's start is known to the millisecond.
      const began = Date.parse(info.recordings[0]!.started!) / 1000;
      const [started, turned, ended] = phases.map((at) => at - began) as [number, number, number];
      const margin = 0.02;
      const mixed = window(Math.max(0, started), turned - margin);
      const file = await programPath(python, 'share.py');
      await expectShares(python, trace, file, mixed);
      const [before, after] = await Promise.all([
        ask('top', trace, ...mixed),
        ask('top', trace, ...window(turned + margin, ended - margin)),
      ]);
      expect(before.rows.map((row) => row.function)).not.toContain('tail');
      expect(after.rows).toMatchObject([
        { function: 'tail', file, self_pct: 100, total_pct: 100 },
        { function: '<module>', file, self_pct: 0, total_pct: 100 },
        { function: 'main', file, self_pct: 0, total_pct: 100 },
      ]);
      // One thread ran all the time, so it has all time between the ticks but what the recorder, being late, calls lost.
      const { from_s, to_s } = after.window;
      const ticks = readTicks(trace).filter(({ atS }) => atS < to_s);
      const within = ticks.findIndex(({ atS }) => atS >= from_s);
      const lost = ticks.slice(within).reduce((sum, { lostS }) => sum + lostS, 0);
      const lastS = ticks.at(-1)!.atS;
      // At either end of it, and of each loss, a tick stands for some two periods of 2 ms or less.
      const losses = ticks.slice(within).filter(({ lostS }) => lostS > 0).length;
      expectNear(
        'tail, in s by the ticks',
        after.total_s + lost,
        lastS - ticks[within - 1]!.atS,
        0.008 * (1 + losses),
      );
      expectFigure('known of', after.total_s + lost + to_s - lastS, { above: 0.5 - 2 * margin - 0.05 });
      expectFigure('tail', after.total_s, { below: 0.5 + 0.2 });
    }),
  );

  // sys._jit came with 3.14.
  if (Number(python.minor.split('.')[1]) >= 14)
    test(
      'with the JIT on',
      measured(async ({ skip }: TestContext) => {
        if ((await readBuild(python)).jit === 'none') skip('it was built without a JIT');
        const file = await programPath(python, 'share.py');
        const target = new Child([python.path, '-s', file], { env: { ...process.env, PYTHON_JIT: '1' } });
        atEnd(() => target.stop());
        expect(await target.told('jit')).toBe(true);
        const trace = traceName();
        const pid = String(target.pid);
        await pyspyWell('record', '--pid', pid, '--rate', '500', '--duration', '1.5s', '-o', trace);
        await expectShares(python, trace, file);
        expect((await ask('info', trace)).errors).toBe(0);
      }),
    );
});

async function expectShares(
  python: Python,
  trace: string,
  file: string,
  options: readonly string[] = [],
): Promise<void> {
  const [top, byLine] = await Promise.all([
    ask('top', trace, ...options),
    ask('top', trace, '--by', 'line', '--limit', '100', ...options),
  ]);
  const slow = rowOf(top, qualified(python, 'Work.slow'), file);
  const fast = rowOf(top, qualified(python, 'Work.fast'), file);
  const mix = rowOf(top, qualified(python, 'Work.mix'), file);
  // No line of the class body or of main is ever waited in.
  expectNear('slow', slow.self_pct, 70, 4);
  expectNear('fast', fast.self_pct, 30, 4);
  expectFigure('mix', mix.total_pct, { above: 98 });
  expect([slow.line, fast.line, mix.line]).toEqual([
    line('slow') - 2,
    line('fast') - 2,
    line('calls_slow') - 1,
  ]);

  const shareAt = (at: number, kind: 'self_pct' | 'total_pct'): number =>
    byLine.rows
      .filter((row) => row.file === file && row.line === at)
      .reduce((sum, row) => sum + row[kind], 0);
  // The body of the loop is "pass", whose only instruction some versions count to its own line.
  const slowLoop = shareAt(line('slow'), 'self_pct') + shareAt(line('slow') + 1, 'self_pct');
  const fastLoop = shareAt(line('fast'), 'self_pct') + shareAt(line('fast') + 1, 'self_pct');
  expectNear('the loop of slow', slowLoop, 70, 4);
  expectNear('the loop of fast', fastLoop, 30, 4);
  expectNear('calls slow', shareAt(line('calls_slow'), 'total_pct'), 70, 4);
  expectNear('calls fast', shareAt(line('calls_fast'), 'total_pct'), 30, 4);
}

function rowOf(top: TopResult, name: string, file: string): TopRow {
  const row = top.rows.find((candidate) => candidate.function === name && candidate.file === file);
  expect(row, `${name} in ${JSON.stringify(top.rows)}`).toBeDefined();
  return row!;
}
