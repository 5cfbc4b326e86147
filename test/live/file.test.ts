/** What happens to the file while it is being recorded: moved, deleted, out of room; and a machine that sleeps. */
import { existsSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeBatch } from '../../src/format/codec/batch-decoder.js';
import { formatVersion, type Segment } from '../../src/format/vocabulary.js';
import { currentPlatform } from '../../src/platform/index.js';
import { packSegment } from '../../src/record/batch/gathered-batch.js';
import { attach } from '../../src/record/processes/attach.js';
import { Recorder } from '../../src/record/sampling/recorder.js';
import { control, gauges } from '../../src/record/sampling/thread-messages.js';
import type { Child } from '../support/child.js';
import { isAlive, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, pyspyWell, startBehind, startPyspy, traceName } from '../support/pyspy.js';
import type { Python } from '../support/pythons.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

describeOnePython('the file of a recording', (python) => {
  test('that is moved is complete where it is now, and the recording ends', async () => {
    const { target, trace, recorder } = await startRecording(python);
    const moved = join(dirname(trace), 'elsewhere.trace');
    const before = infoNow(trace)!.samples;
    renameSync(trace, moved);
    const { status, stderr } = await recorder.exited;
    expect(stderr).toContain(`recording to ${trace} stopped: the file was moved to ${moved}`);
    expect(status).toBe(74);
    expect(readdirSync(dirname(trace))).toEqual([basename(moved)]);
    const info = await ask('info', moved);
    expect(info).toMatchObject({ state: 'complete', recordings: [{ end_reason: 'output-failed' }] });
    expect(info.samples).toBeGreaterThanOrEqual(before);
    await ask('top', moved);
    expect(isAlive(target.pid)).toBe(true);
  });

  test('that is deleted is missed, and the recording ends', async () => {
    const { target, trace, recorder } = await startRecording(python);
    rmSync(trace);
    const { status, stderr } = await recorder.exited;
    expect(stderr).toContain(`recording to ${trace} stopped: the file was deleted`);
    expect(status).toBe(74);
    expect(readdirSync(dirname(trace))).toEqual([]);
    expect(isAlive(target.pid)).toBe(true);
  });

  test.each([
    ['that is emptied', /somebody cut the file from \d+ to 0 bytes/, (trace: string) => truncateSync(trace)],
    [
      'whose place another file takes',
      /another file was put in its place/,
      (trace: string) => {
        writeFileSync(`${trace}.new`, '');
        renameSync(`${trace}.new`, trace);
      },
    ],
  ])('%s ends the recording, and is not written to any more', async (_, words, harm) => {
    const { target, trace, recorder } = await startRecording(python);
    harm(trace);
    const { status, stderr } = await recorder.exited;
    expect(stderr).toMatch(words);
    expect(status).toBe(74);
    expect(readdirSync(dirname(trace))).toEqual([basename(trace)]);
    expect(statSync(trace).size).toBe(0);
    expect(isAlive(target.pid)).toBe(true);
  });

  test('whose shared memory is cut is recorded on', async () => {
    const { target, trace, recorder } = await startRecording(python);
    const before = infoNow(trace)!.samples;
    truncateSync(`${trace}-shm`);
    await until('more is recorded', () => infoNow(trace)!.samples > before);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    await pyspyWell('verify', trace);
    expect(isAlive(target.pid)).toBe(true);
  });

  test('that may not grow any more (RLIMIT_FSIZE) is readable, and the recording ends', async () => {
    const target = await startTarget(python, 'churn.py');
    const trace = traceName();
    const limited = ['sh', '-c', `ulimit -f 100; trap '' XFSZ; exec "$@"`, 'sh'];
    const recorder = startBehind(limited, ['record', '--pid', String(target.pid), '-r', '2000', '-o', trace]);
    const { status, stderr } = await recorder.exited;
    expect(stderr).toMatch(/recording to \S+ stopped: /);
    expect(status).toBe(74);
    expect((await ask('info', trace)).samples).toBeGreaterThan(20);
    await ask('top', trace, '--idle');
    expect(isAlive(target.pid)).toBe(true);
  }, 150_000);

  test('takes marks while it is recorded: by SIGUSR1, and from another process', async () => {
    const { target, trace, recorder } = await startRecording(python, ['--mark-names', 'warm']);
    recorder.kill('SIGUSR1');
    await until('the first is made', () => infoNow(trace)?.marks.length === 1);
    expect(await pyspyWell('mark', trace, 'from elsewhere')).toMatchObject({ stdout: '' });
    recorder.kill('SIGUSR1');
    const marks = await until('the third is made', () => {
      const now = infoNow(trace)!.marks;
      return now.length === 3 ? now : null;
    });
    expect(marks.map(({ name }) => name)).toEqual(['warm', 'from elsewhere', 'mark-1']);
    // The program gets no signal, and goes on.
    expect(isAlive(target.pid)).toBe(true);
    const before = infoNow(trace)!.samples;
    await until('more is recorded', () => infoNow(trace)!.samples > before);
    recorder.kill('SIGINT');
    const { status, stderr } = await recorder.exited;
    expect(status).toBe(0);
    expect(stderr).toMatch(/^pyspy: warm is at \d+\.\d s\npyspy: mark-1 is at/);
    const top = await ask('top', trace, '--from', 'warm', '--to', 'mark:mark-1', '--idle');
    expect(top.window).toEqual({ from_s: marks[0]!.at_s, to_s: marks[2]!.at_s });
    await pyspyWell('verify', trace);
  });

  test('of a window (--keep) says from when on it holds data', async () => {
    const { target, trace, recorder } = await startRecording(python, ['--keep', '10s', '--max-size', '5MB']);
    const info = await until(
      'it has forgotten something',
      () => {
        const now = infoNow(trace);
        return now !== null && now !== undefined && now.kept_from_s > 0 ? now : null;
      },
      90_000,
    );
    expect(info.duration_s - info.kept_from_s).toBeGreaterThan(9);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    const top = await ask('top', trace, '--idle');
    expect(top.window.from_s).toBeGreaterThanOrEqual(info.kept_from_s);
    expect(top.total_s).toBeLessThan(30);
    expect(existsSync(`${trace}-wal`)).toBe(false);
    expect(isAlive(target.pid)).toBe(true);
  }, 150_000);

  test('shows the sleep of a machine as a gap and gives its time to no sample', async () => {
    const target = await startTarget(python, 'share.py');
    const sleptNs = 8 * 3_600e9;
    const platform = currentPlatform();
    const clock = platform.openClock();
    let startNs: number | undefined;
    // As a clock that goes on while the machine sleeps looks to a program that does not.
    const slept = () => {
      startNs ??= clock.now();
      return clock.now() - startNs > 500e6 ? sleptNs : 0;
    };
    const segments: Segment[] = [];
    const recorder = new Recorder({
      arrivals: null,
      target: await attach(target.pid),
      budgetShare: null,
      rateHz: 100,
      durationNs: sleptNs + 1.5e9,
      realtime: false,
      native: false,
      sampler: 'memory',
      platform: {
        ...platform,
        openClock: () => ({
          now: () => clock.now() + slept(),
          sleepUntil: (deadline) => clock.sleepUntil(deadline - slept()),
        }),
      },
      control: new Int32Array(new SharedArrayBuffer(control.slots * 4)),
      gauges: new Float64Array(new SharedArrayBuffer(gauges.slots * 8)),
      send: (segment) => segments.push(packSegment(segment)),
    });
    expect(recorder.run()).toMatchObject({ reason: 'duration' });
    const gaps = segments.flatMap((segment) => segment.gaps);
    expect(gaps.filter(({ fromNs, toNs }) => toNs - fromNs > 0.99 * sleptNs)).toHaveLength(1);
    const weightNs = segments.flatMap(({ batch }) =>
      batch === null
        ? []
        : [
            ...decodeBatch({ ...batch, data: new Uint8Array(batch.data), formatVersion }, 'a batch').batch
              .weightNs,
          ],
    );
    expect(weightNs.length).toBeGreaterThan(20);
    expect(weightNs.reduce((sum, ns) => sum + ns, 0)).toBeLessThan(2e9);
    expect(Math.max(...segments.map(({ batch }) => (batch ? batch.lastNs - batch.firstNs : 0)))).toBeLessThan(
      10e9,
    );
  });
});

async function startRecording(
  python: Python,
  options: readonly string[] = [],
): Promise<{ target: Child; trace: string; recorder: Child }> {
  const target = await startTarget(python, 'share.py');
  const trace = traceName();
  const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace, ...options]);
  await until('it is being recorded', () => infoNow(trace)?.samples);
  return { target, trace, recorder };
}
