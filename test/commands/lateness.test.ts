/** How late ticks came: what results say of it, through cutting, packing, merging and rollups. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyTrace } from '../../src/format/verify/verify.js';
import { writeRollups } from '../../src/format/writing/rollup-writer.js';
import { alterTrace } from '../format/alter-trace.js';
import { createRandom } from '../format/random.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';

let directory: string;
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-late-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let traces = 0;

/** 30 seconds at 100 Hz. @param lateNs of each tick; undefined for a recorder that did not tell */
function makeTrace(
  name: string,
  lateNs: (tick: number) => number | undefined,
  scheduling = 'real-time',
): string {
  const trace = new TraceBuilder(at(name), {
    scheduling,
    startedUtcNs: 1_714_557_600_000_000_000n + BigInt(++traces),
  });
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 3_000; tick++)
    trace.tick(tick * 10e6, [{ thread, stack }], undefined, lateNs(tick));
  trace.end();
  return at(name);
}

async function well(...args: string[]) {
  const outcome = await runCli(...args);
  expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
  return outcome;
}

const json = async (...args: string[]) => JSON.parse((await well(...args, '--json')).stdout);

/** Late in the second half: every fourth tick by 2 ms, the others by 0.1 ms. */
const secondHalf = (tick: number): number => (tick <= 1_500 || tick % 4 ? 1e5 : 2e6);
const leans = /the recorder got a processor late in 2[45] % of ticks: functions that run just before/;

describe('lateness', () => {
  test('is told by info, and counted in windows', async () => {
    const file = makeTrace('half.trace', secondHalf, 'refused');
    const { lateness, recordings } = await json('info', file);
    expect(lateness).toEqual({
      ...{ ticks: 3_000, late: 375, late_pct: 12.5 },
      ...{ looked_at: 3_000, median_ms: 0.1, p95_ms: 2, max_ms: 2 },
    });
    expect(recordings[0].scheduling).toBe('refused');
    const { stdout } = await well('info', file);
    expect(stdout).toMatch(/^late +12\.5 % of ticks by 0\.5 ms or more; median 0\.1 ms/m);
    expect(stdout).toMatch(/^priority +as other programs: real-time was not allowed$/m);
    expect(await json('top', file, '--to', '15.005s')).toMatchObject({
      late: 0,
      late_known: 1500,
      may_lean: false,
    });
    expect(await json('top', file, '--from', '15.005s', '--to', '19.005s')).toMatchObject({
      ...{ ticks: 400, late: 100, late_known: 400, may_lean: true },
    });
  });

  test('that makes figures lean is a warning in every result', async () => {
    const file = makeTrace('lean.trace', secondHalf);
    const quiet = makeTrace('quiet.trace', (tick) => (tick % 50 ? 0 : 9e6));
    const window = ['--from', '15.005s'];
    expect((await well('top', file, ...window)).stdout).toMatch(leans);
    expect((await well('flame', file, ...window, '-o', '-')).stdout).toMatch(/ticks late: may lean/);
    expect((await well('export', file, '-f', 'folded', ...window, '-o', at('x.folded'))).stderr).toMatch(
      // Of the batch that the window cuts, all ticks count.
      /the recorder got a processor late in 1\d % of ticks/,
    );
    expect((await runCli('diff', quiet, file, '--b-from', '15.005s')).stdout).toMatch(/375 late: may lean/);
    for (const command of ['top', 'info']) expect((await well(command, quiet)).stdout).not.toMatch(/may/);
    expect((await well('flame', quiet, '-o', '-')).stdout).not.toMatch(/may lean/);
  });

  test('survives packing, cutting and merging', async () => {
    const random = createRandom(3);
    const lates = Array.from({ length: 3_001 }, () => Math.floor(random() ** 6 * 50) * 1e5);
    const file = makeTrace('some.trace', (tick) => lates[tick]);
    const before = (await json('info', file)).lateness;
    expect(before.late).toBe(lates.slice(1).filter((ns) => ns >= 5e5).length);
    await well('pack', file, '-o', at('packed.trace'));
    expect((await json('info', at('packed.trace'))).lateness).toEqual(before);
    await well('cut', file, '--to', '12.345s', '-o', at('first.trace'));
    await well('cut', file, '--from', '12.345s', '-o', at('second.trace'));
    const [first, second] = [await json('info', at('first.trace')), await json('info', at('second.trace'))];
    expect(first.lateness.late + second.lateness.late).toBe(before.late);
    expect(first.lateness.ticks).toBe(1_234);
    await well('merge', at('second.trace'), at('first.trace'), '-o', at('merged.trace'), '--align', 'zero');
    const merged = await json('info', at('merged.trace'));
    expect(merged.lateness).toEqual(before);
    expect(merged.recordings.map(({ scheduling }: { scheduling: string }) => scheduling)).toEqual([
      ...['real-time', 'real-time'],
    ]);
    for (const name of ['some', 'packed', 'first', 'second', 'merged']) {
      const { problems, notes } = await verifyTrace(at(`${name}.trace`), () => {});
      expect({ problems, notes }).toEqual({ problems: [], notes: [] });
    }
  });

  test('that is not known of a part is not made up for it', async () => {
    const known = makeTrace('known.trace', () => 1e6);
    const unknown = makeTrace('unknown.trace', () => undefined);
    expect((await json('info', unknown)).lateness).toBeNull();
    expect((await well('top', unknown)).stdout).not.toMatch(/ late|may /);
    await well('merge', known, unknown, '-o', at('both.trace'), '--align', 'zero');
    expect((await json('info', at('both.trace'))).lateness).toMatchObject({ ticks: 3_000, late: 3_000 });
    expect(await json('top', at('both.trace'))).toMatchObject({
      ticks: 6_000,
      late: 3_000,
      late_known: 3_000,
    });
    // As a recorder of an earlier version writes it.
    alterTrace(unknown, 'ALTER TABLE batch DROP COLUMN late', 'ALTER TABLE recording DROP COLUMN scheduling');
    expect(await json('info', unknown)).toMatchObject({ lateness: null, recordings: [{ scheduling: null }] });
    expect(await json('top', unknown)).toMatchObject({
      ticks: 3_000,
      late: 0,
      late_known: 0,
      may_lean: false,
    });
    const { problems } = await verifyTrace(unknown, () => {});
    expect(problems).toEqual([]);
  });

  test('is the same with rollups and without', async () => {
    const file = makeTrace('rolled.trace', secondHalf);
    const before = await json('top', file, '--no-rollups');
    expect(before).toMatchObject({ late: 375, late_known: 3_000 });
    expect(writeRollups(file, { samples: 500 })).toBe(true);
    expect(await json('top', file)).toEqual(before);
    expect(await json('top', file, '--from', '17s')).toEqual(
      await json('top', file, '--from', '17s', '--no-rollups'),
    );
  });

  test('in a row that its samples do not bear out is found by verify', async () => {
    const file = makeTrace('wrong.trace', secondHalf);
    alterTrace(file, 'UPDATE batch SET late = late + 1 WHERE batch_id = 1');
    const { problems } = await verifyTrace(file, () => {});
    expect(problems.map(({ what }) => what)).toEqual(['its row says 1 late ticks, and its data has 0']);
  });
});

describe('missed ticks', () => {
  test.each([
    [30, 'ticks missed because the recorder was late\n'],
    [
      600,
      '600 ticks missed because the recorder was late, 17 % of those due: chance errors are 10 % larger\n',
    ],
  ])('%i of them are said with what they do to figures', async (missed, words) => {
    const trace = new TraceBuilder(at('missed.trace'));
    const thread = trace.thread(trace.process(), 'MainThread');
    const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
    for (let tick = 1; tick <= 3_000; tick++) {
      if (tick === 2_000) trace.miss(missed);
      trace.tick(tick * 10e6, [{ thread, stack }]);
    }
    trace.end();
    expect((await well('top', at('missed.trace'))).stdout).toContain(words);
  });
});
