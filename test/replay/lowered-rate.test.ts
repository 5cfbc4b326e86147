/** A rate that was lowered to keep to a budget: times are right all the same, and results, info and parts of a trace say so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../commands/run-cli.js';
import { expectSchema } from '../commands/schemas.js';
import { alterTrace } from '../format/alter-trace.js';
import { createRandom } from '../format/random.js';
import { type Code, TraceBuilder } from '../format/trace-builder.js';

let directory: string;
let path: string;

const fast: Code = { name: 'fast', file: '/srv/app.py', firstLine: 1 };
const slow: Code = { name: 'slow', file: '/srv/app.py', firstLine: 9 };

/** 60 s of a program that is in `fast` for the first half of each second: 30 s at 100 Hz, then 30 s at 10 Hz. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-budget-'));
  path = join(directory, 'a.trace');
  const trace = new TraceBuilder(path, { budgetPct: 1.5 });
  const thread = trace.thread(trace.process(), 'MainThread');
  const random = createRandom(3);
  const tick = (atS: number) =>
    trace.tick(Math.round(atS * 1e9), [{ thread, stack: trace.stack([atS % 1 < 0.5 ? fast : slow, 2]) }]);
  for (let period = 0; period < 3000; period++) tick((period + random()) / 100);
  for (let period = 0; period < 300; period++) {
    tick(30 + (period + random()) / 10);
    trace.spare(9);
  }
  trace.end(60e9);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function ask(...words: string[]) {
  const { stdout, stderr, status } = await runCli(...words);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

test('time is what went by, however far ticks were from each other', async () => {
  const result = JSON.parse(await ask('top', path, '--json'));
  expectSchema('top', result);
  const seconds = (name: string) =>
    result.rows.find((row: { function: string }) => row.function === name).self_s as number;
  expect(seconds('fast')).toBeGreaterThan(29);
  expect(seconds('fast')).toBeLessThan(31);
  expect(seconds('fast') + seconds('slow')).toBeCloseTo(60, 0);
  expect(result).toMatchObject({ ticks: 3300, missed: 0, spared: 2700, lowered_hz: 55, budget_pct: 1.5 });
});

test('results say it, those of a window what is true in it', async () => {
  expect(await ask('top', path)).toContain(
    'the rate was lowered to 55 Hz on average, to keep to the budget of 1.5 % of a CPU',
  );
  const late = JSON.parse(await ask('top', path, '--from', '45s', '--json'));
  expect(late.lowered_hz).toBeCloseTo(10, 0);
  const early = await ask('top', path, '--to', '15s');
  expect(early).not.toContain('lowered');
  expect(await ask('tree', path)).toContain('lowered to 55 Hz');
});

test('info says it', async () => {
  expect(await ask('info', path)).toMatch(/^rate .*55 Hz reached; the rate was lowered to 55 Hz on average/m);
  const info = JSON.parse(await ask('info', path, '--json'));
  expectSchema('info', info);
  expect(info).toMatchObject({ spared: 2700, lowered_hz: 55, recordings: [{ budget_pct: 1.5 }] });
});

test('parts of a trace, and several put together, keep it', async () => {
  const part = join(directory, 'part.trace');
  await runCli('cut', path, '--from', '15s', '--to', '45s', '-o', part);
  const cut = JSON.parse(await ask('info', part, '--json'));
  expect(Math.abs(cut.spared - 1350)).toBeLessThan(20);
  expect(cut.recordings).toMatchObject([{ budget_pct: 1.5 }]);
  const merged = join(directory, 'merged.trace');
  await runCli('cut', path, '--from', '45s', '-o', join(directory, 'rest.trace'));
  await runCli('merge', part, join(directory, 'rest.trace'), '-o', merged);
  expect(JSON.parse(await ask('info', merged, '--json')).spared).toBe(2700);
  expect(await ask('verify', merged)).toContain('valid');
});

test('what cannot be is found by verify', async () => {
  const wrong = join(directory, 'wrong.trace');
  await runCli('pack', path, '-o', wrong);
  alterTrace(
    wrong,
    'UPDATE batch SET spared = -1 WHERE batch_id = 1',
    'UPDATE recording SET budget_pct = 250',
  );
  const { stdout, stderr } = await runCli('verify', wrong);
  expect(stdout + stderr).toMatch(/spared/);
  expect(stdout + stderr).toMatch(/budget_pct/);
});
