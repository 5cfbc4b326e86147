/** Code objects that die, and other code objects at their addresses; another program in the same process. */
import { expect, test } from 'vitest';
import { currentPlatform } from '../../src/platform/index.js';
import { Peek } from '../../src/record/memory/peek.js';
import { attach } from '../../src/record/processes/attach.js';
import { until } from '../support/conditions.js';
import { describeEachPython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow, readSamples } from '../support/trace-view.js';

/** By how much the anchor of the trace's clock may be off. */
const toleranceNs = 5e6;

describeEachPython('code', (python) => {
  // py-spy has no cache and reads code objects anew for every frame; one by address alone shows names of the past.
  test('that was freed is never mistaken for code that runs now', async () => {
    const target = await startTarget(python, 'churn.py');
    const trace = traceName();
    const recorder = startPyspy(['record', '--pid', String(target.pid), '--rate', '1000', '-o', trace]);
    await until('much was seen', () => piecesIn(trace).size > 150);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    target.tell('enough');
    const runs = await target.told<[string, number, number][]>('runs');
    const ranAt = new Map(runs.map(([name, start, end]) => [name, [start, end] as const]));

    const wrong: string[] = [];
    const samples = readSamples(trace);
    // A sample is read after its time was taken, by a recorder that may have to wait for a processor meanwhile, but
    // before the next one.
    const ticks = [...new Set(samples.map(({ atNs }) => atNs))].sort((a, b) => a - b);
    const nextTick = new Map(ticks.map((at, i) => [at, ticks[i + 1] ?? at + 1e8]));
    for (const { atNs, functions } of samples)
      for (const name of functions) {
        if (!name.startsWith('piece_')) continue;
        const [start, end] = ranAt.get(name) ?? [Infinity, 0];
        if (nextTick.get(atNs)! < start - toleranceNs || atNs > end + toleranceNs)
          wrong.push(`${name}, ${start} to ${end}, at ${atNs}`);
      }
    expect(wrong).toEqual([]);
  });

  test('is counted where the row says so: the count moves while code comes and goes, and not else', async ({
    skip,
  }) => {
    const [churning, still] = [await startTarget(python, 'churn.py'), await startTarget(python, 'older.py')];
    const counterOf = async (pid: number): Promise<() => number | null> => {
      const { layout, runtime, variables } = await attach(pid);
      const place = layout.interpreter.codeGeneration;
      if (place === null) skip('this version has no such count');
      if (place === 'variable' && variables.codeVersions === null) skip('this Python is stripped');
      const memory = currentPlatform().openMemory(pid);
      atEnd(() => memory.close());
      const peek = new Peek(memory);
      return () =>
        peek.u32(
          typeof place === 'number'
            ? peek.pointer(runtime + layout.runtime.interpretersHead)! + place
            : variables.codeVersions!,
        );
    };
    // Before that it still compiles what it is made of.
    await still.told('threads');
    const [moving, resting] = [await counterOf(churning.pid), await counterOf(still.pid)];
    const [first, before] = [moving(), resting()];
    expect(first).toBeGreaterThan(0);
    expect(before).toBeGreaterThan(0);
    await until('code has come and gone', () => moving()! > first! + 20);
    expect(resting()).toBe(before);
  });

  // py-spy never attaches again: 48 samples, then 190 errors.
  test(
    'of a program that replaces itself (exec) is recorded as one process with two programs',
    measured(async () => {
      const target = await startTarget(python, 'exec.py');
      const trace = traceName();
      const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
      await until('it is being recorded', () => (infoNow(trace)?.samples ?? 0) > 50);
      target.tell('now');
      const { status, stderr } = await recorder.exited;
      expect(status).toBe(0);
      // Another program, and the same process.
      expect(stderr).toContain(`samples of process ${target.pid} `);
      expect((await pyspyWell('top', trace)).stdout).not.toContain('more)');
      const [info, top] = await Promise.all([ask('info', trace), ask('top', trace, '--limit', '100')]);
      expect(info).toMatchObject({ state: 'complete', recordings: [{ end_reason: 'target-exited' }] });
      // One process, which tells of both programs.
      const [found, ...others] = info.processes;
      expect(others).toEqual([]);
      expect(found).toMatchObject({ pid: target.pid, python: python.version });
      expect(found?.command.at(-1)).toBe('again');
      expect(found?.replaced).toMatchObject([{ python: python.version, first_s: found?.first_s }]);
      expect(found?.replaced?.[0]?.command.at(-1)).not.toBe('again');
      const totalOf = (name: string): number =>
        top.rows.filter((row) => row.function === name).reduce((sum, row) => sum + row.total_s, 0);
      expectFigure('before', totalOf('before'), { above: 0.1 });
      expectFigure('after', totalOf('after'), { above: 0.6, below: 1.1 });
    }),
  );
});

/** The pieces of churn.py that a trace has so far. */
function piecesIn(trace: string): Set<string> {
  const samples = infoNow(trace) === null ? [] : readSamples(trace);
  return new Set(samples.flatMap(({ functions }) => functions.filter((name) => name.startsWith('piece_'))));
}
