/** How recordings end, cleanly and not, and that the program under watch never notices. */
import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Child } from '../support/child.js';
import { cpuTicks, isAlive, processStatus, until } from '../support/conditions.js';
import { describeEachPythonAtOnce, describeOnePython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { scoped } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

describeEachPythonAtOnce('a recording', (python) => {
  test(
    'ends with its target',
    scoped(async () => {
      const target = await startTarget(python, 'workers.py');
      target.tell('start worker');
      await target.told('started worker');
      const trace = traceName();
      const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
      await until('it is being recorded', () => infoNow(trace)?.samples);
      target.tell('exit 7');
      expect(await target.exited).toMatchObject({ status: 7, stderr: '' });
      expect(await recorder.exited).toMatchObject({ status: 0, stdout: '' });
      expect(filesBeside(trace)).toEqual([basename(trace)]);
      const info = await ask('info', trace);
      expect(info).toMatchObject({ state: 'complete', recordings: [{ end_reason: 'target-exited' }] });
      const names = info.threads.map(({ name }) => name);
      expect(names.sort(), JSON.stringify(info.threads)).toEqual(['MainThread', 'worker']);
    }),
  );
});

describeOnePython('a recording', (python) => {
  describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('that gets %s', (signal) => {
    // py-spy has its results in memory only; SIGTERM loses them all.
    test('ends with a complete trace', async () => {
      const { target, trace, recorder } = await startRecording(python);
      recorder.kill(signal);
      const { status, stdout, stderr } = await recorder.exited;
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      expect(stderr).toContain(trace);
      expect(filesBeside(trace)).toEqual([basename(trace)]);
      const info = await ask('info', trace);
      expect(info).toMatchObject({ state: 'complete', recordings: [{ end_reason: 'interrupted' }] });
      await expectUnharmed(target);
    });
  });

  // Of py-spy and perf nothing is left.
  test(
    'can be read while it is made; killed, it lacks at most the last second',
    measured(async () => {
      const { target, trace, recorder } = await startRecording(python);
      await until('it holds more than one second', () => (infoNow(trace)?.duration_s ?? 0) > 1.5);
      const [info, top] = await Promise.all([ask('info', trace), ask('top', trace)]);
      expect(info).toMatchObject({ state: 'recording', recordings: [{ ended_s: null, end_reason: null }] });
      expect(top).toMatchObject({ state: 'recording' });
      expect(top.rows.map((row) => row.function)).toContain('main');
      expect(processStatus(target.pid, 'TracerPid')).toBe('0');

      const elapsed = (Date.now() - Date.parse(info.recordings[0]!.started!)) / 1000;
      recorder.kill('SIGKILL');
      expect(await recorder.exited).toMatchObject({ status: 137 });
      const after = await ask('info', trace);
      expect(after).toMatchObject({ state: 'crashed', recordings: [{ ended_s: null }] });
      expectFigure('duration', after.duration_s, { above: elapsed - 1.5 });
      const crashed = await ask('top', trace);
      expect(crashed.state).toBe('crashed');
      expectFigure('shown', crashed.total_s, { above: elapsed - 1.6 });
      await expectUnharmed(target);
      // What is there is as good as any trace.
      await pyspyWell('flame', trace, '-o', `${trace}.svg`);
    }),
  );

  // py-spy, which pauses, fails at a program that is stopped already.
  test(
    'of a program that is stopped (SIGSTOP) goes on, and so does the program',
    measured(async () => {
      const target = await startTarget(python, 'share.py');
      target.kill('SIGSTOP');
      await until('it is stopped', () => processStatus(target.pid, 'State')?.startsWith('T'));
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '--duration', '0.3s', '-o', trace);
      // Nobody's time, but there: an idle thread.
      const top = await ask('top', trace, '--idle');
      expectFigure('samples', top.samples, { above: 20 });
      expect(top.rows.map((row) => row.function)).toContain('main');
      expect((await ask('top', trace)).samples).toBeLessThanOrEqual(1);
      target.kill('SIGCONT');
      await expectUnharmed(target);
    }),
  );
});

async function startRecording(python: Python): Promise<{ target: Child; trace: string; recorder: Child }> {
  const target = await startTarget(python, 'share.py');
  const trace = traceName();
  const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
  await until('it is being recorded', () => infoNow(trace)?.samples);
  return { target, trace, recorder };
}

/** The program runs, untraced, and its clock of CPU time goes on. */
async function expectUnharmed(target: Child): Promise<void> {
  expect(isAlive(target.pid)).toBe(true);
  expect(processStatus(target.pid, 'TracerPid')).toBe('0');
  const before = cpuTicks(target.pid);
  await until('it runs', () => isAlive(target.pid) && cpuTicks(target.pid) > before);
}

function filesBeside(trace: string): string[] {
  return readdirSync(dirname(trace));
}
