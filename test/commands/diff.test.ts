/** The verdicts of diff and their exit statuses, from traces of programs whose truth is known. */
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiffResult } from '../../src/replay/diff-result.js';
import { createRandom } from '../format/random.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';
import { expectSchema } from './schemas.js';

let directory: string;
const at = (name: string) => join(directory, name);

interface Program {
  /** Share of the time in "target", 0 to 1; the rest is in "other". */
  readonly target: number;
  readonly seconds?: number;
  readonly rateHz?: number;
  readonly python?: string;
  readonly command?: readonly string[];
  readonly status?: number;
  readonly names?: readonly [string, string];
  readonly root?: string;
  readonly file?: string;
  readonly crash?: boolean;
  /** Seconds that it stays in one function. */
  readonly dwellS?: number;
}

let seed = 1;
function make(name: string, program: Program): string {
  const { target, seconds = 20, rateHz = 100, names = ['target', 'other'], root = '/home/a/repo' } = program;
  const random = createRandom(seed++);
  const trace = new TraceBuilder(at(name), { rateHz });
  const process = trace.process({
    cwd: root,
    command: program.command ?? ['python3', `${root}/app.py`],
    pythonVersion: program.python ?? '3.12.1',
  });
  const thread = trace.thread(process, 'MainThread');
  const code = (own: string) => ({
    name: own,
    file: `${root}/${program.file ?? 'app.py'}`,
    firstLine: root.length,
  });
  const stacks = names.map((own) => trace.stack([code('main'), 1], [code(own), 2]));
  let [state, leaves] = [0, 0];
  for (let tick = 1; tick <= seconds * rateHz; tick++) {
    if (tick / rateHz >= leaves) {
      state = random() < target ? 0 : 1;
      leaves = tick / rateHz + (program.dwellS ?? 0);
    }
    const bits = program.status === undefined ? {} : { status: program.status };
    trace.tick(tick * (1e9 / rateHz), [{ thread, stack: stacks[state]!, cpuNs: 5e8 / rateHz, ...bits }]);
  }
  if (program.crash) {
    trace.crash();
    // A file that has not been touched for long is not being recorded.
    for (const file of [at(name), `${at(name)}-wal`])
      if (existsSync(file)) utimesSync(file, new Date('2024-05-01'), new Date('2024-05-01'));
  } else trace.end();
  return at(name);
}

async function json(...args: string[]): Promise<{ status: number; result: DiffResult; stderr: string }> {
  const { status, stdout, stderr } = await runCli('diff', ...args, '--json');
  const result: DiffResult = JSON.parse(stdout);
  expectSchema('diff', result);
  return { status, result, stderr };
}

const rowOf = (result: DiffResult, name: string) => result.rows.find((row) => row.function === name)!;

let [before, same, slower, slow]: string[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-diff-'));
  before = make('before.trace', { target: 0.2 });
  same = make('same.trace', { target: 0.2, root: '/srv/checkout', seconds: 30, rateHz: 250 });
  slower = make('slower.trace', { target: 0.4 });
  slow = make('phases.trace', { target: 0.3, dwellS: 3 });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the verdict', () => {
  test('is a regression, and fails the gate only if asked', async () => {
    const { status, result } = await json(before!, slower!);
    expect(status).toBe(0);
    expect(result).toMatchObject({ verdict: 'regression', variance: 'blocks', forced: false, whole: null });
    const row = rowOf(result, 'target');
    expect(row).toMatchObject({ verdict: 'regression', presence: 'both', matched: 'same' });
    expect(row.self).toEqual(row.total);
    expect(row.q!).toBeLessThan(0.05);
    expect(row.ci_pct![0]).toBeLessThan(row.delta_pct);
    expect(row.total!.threshold_pct).toBeCloseTo(Math.max(1, row.a_pct / 10), 3);
    expect(rowOf(result, 'other').verdict).toBe('improvement');
    expect(rowOf(result, 'main')).toMatchObject({ verdict: 'not-tested', total: null });
    const gated = await runCli('diff', before!, slower!, '--gate');
    expect(gated).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^pyspy: regression: 1 of 2 tests/),
    });
    expect(gated.stdout).toMatch(/^slower +[\d.]+ +[\d.]+ +\+[\d.]+ .* target +app\.py$/m);
    for (const line of gated.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await runCli('diff', before!, slower!, '--gate', '--threshold', '40')).status).toBe(0);
    expect((await runCli('diff', slower!, before!, '--gate', '--filter', 'target')).status).toBe(1);
    expect((await json(before!, slower!, '--threshold', '400%', '--gate')).status).toBe(0);
  });

  test('of equal programs is none, at another rate and length and in another checkout', async () => {
    const { status, result } = await json(before!, same!, '--gate');
    expect(status).toBe(0);
    expect(result.counts).toMatchObject({ regression: 0, improvement: 0 });
    expect(result.notes.join()).toMatch(/the rate differs: 100 Hz in A, 250 Hz in B/);
    expect(rowOf(result, 'target')).toMatchObject({ presence: 'both', file: 'app.py' });
    const wide = await json(before!, same!, '--gate', '--require-power', '--threshold', '20');
    expect(wide).toMatchObject({ status: 0, result: { verdict: 'pass' } });
  });

  test('is inconclusive where long phases leave nothing to be told', async () => {
    const { status, result } = await json(slow!, same!);
    expect(status).toBe(0);
    expect(result.verdict).toBe('inconclusive');
    const row = rowOf(result, 'target');
    expect(row.total!.effective_a!).toBeLessThan(100);
    expect(row.mde_pct!).toBeGreaterThan(row.total!.threshold_pct);
    const strict = await runCli('diff', slow!, same!, '--gate', '--require-power');
    expect(strict).toMatchObject({ status: 4, stderr: expect.stringMatching(/too little data/) });
  });

  test('over several runs of each rests on what differs between them', async () => {
    const many = (name: string, target: number) =>
      [1, 2, 3, 4].map((run) => make(`${name}${run}.trace`, { target, seconds: 10 }));
    const [a, b] = [many('a', 0.2), many('b', 0.32)];
    const { status, result } = await json(...a, '--', ...b, '--gate');
    expect(status).toBe(1);
    expect(result).toMatchObject({ verdict: 'regression', variance: 'runs' });
    expect(result.a.runs.map(({ file }) => file)).toEqual(a);
    expect(result.a.samples).toBe(4_000);
    expect(rowOf(result, 'target').total!.permutation_p).toBeCloseTo(1 / 70, 4);
    expect(result.notes.join()).not.toMatch(/within-run only/);
    expect((await json(...a.slice(0, 2), '--', ...a.slice(2))).result.counts.regression).toBe(0);
    expect((await json(a[0]!, '--', ...b)).result.notes[0]).toMatch(/within-run only/);
  });

  test('of functions that are named needs less evidence, and no less is known of how runs differ', async () => {
    const many = (name: string, target: number) =>
      [1, 2, 3, 4].map((run) => make(`named-${name}${run}.trace`, { target, seconds: 10 }));
    const sides = [...many('a', 0.2), '--', ...many('b', 0.21)];
    const all = (await json(...sides)).result;
    const { status, result } = await json(...sides, '--test', '^target$');
    expect(status).toBe(0);
    expect(result.family).toMatchObject({
      functions: 1,
      tests: 1,
      rule: expect.stringMatching(/match \^target\$$/),
    });
    expect(rowOf(result, 'other')).toMatchObject({ verdict: 'not-tested', self: null, total: null });
    expect(result.rows[0]!.function).toBe('target');
    const [one, of] = [rowOf(result, 'target').total!, rowOf(all, 'target').total!];
    expect(one).toMatchObject({ p: of.p, mde_pct: of.mde_pct, q_any: one.p });
    expect(of.q_any).toBeGreaterThanOrEqual(one.q_any);
    expect((await json(...sides, '--test', 'app\\.py')).result.family.tests).toBe(all.family.tests);
    const none = await json(...sides, '--test', 'x y', '--gate', '--require-power');
    expect(none).toMatchObject({ status: 2, result: { verdict: 'inconclusive', family: { tests: 0 } } });
    expect(none.stderr).toMatch(/^pyspy: no function was tested: none that matches x y has 1 %/);
    // All of the time is in main, whatever changes.
    expect((await json(...sides, '--test', '^main$', '--gate')).status).toBe(2);
    const wall = ['--metric', 'wall', '--test', '^target$'];
    const [whole, part] = [await json(...sides, ...wall.slice(0, 2)), await json(...sides, ...wall)];
    expect(part.result.whole).toBeNull();
    expect(rowOf(part.result, 'target').total!.p).toBe(rowOf(whole.result, 'target').total!.p);
    const bad = await runCli('diff', before!, same!, '--test', '(');
    expect(bad).toMatchObject({ status: 2, stderr: expect.stringMatching(/--test/) });
  });

  test('per wall second, per CPU second and per unit of work', async () => {
    const wall = (await json(before!, slower!, '--metric', 'wall')).result;
    expect(wall.whole).toMatchObject({ a_pct: 100, b_pct: 100 });
    const cpu = (await json(before!, slower!, '--metric', 'cpu')).result;
    expect(cpu).toMatchObject({ metric: 'cpu', basis: 'cpu' });
    expect(cpu.whole!.a_pct).toBeCloseTo(50, 3);
    // Twice the units in the same time: everything but target takes less for each.
    const work = (await json(before!, slower!, '--work', '100,200')).result;
    expect(work.scale.one_hundred_pct).toBeCloseTo(0.2, 5);
    expect(work.whole).toMatchObject({ a_pct: 100, b_pct: 50, verdict: 'improvement' });
    expect(rowOf(work, 'other').verdict).toBe('improvement');
  });

  test('of two windows of one trace, and of windows of two', async () => {
    const { result } = await json(before!, '--a-to', '50%', '--b-from', '50%');
    expect(result.a.window.to_s).toBe(result.b.window.from_s);
    expect(result).toMatchObject({
      variance: 'blocks-of-one',
      a: { samples: 1000 },
      b: { samples: 1000 },
    });
    const two = await json(before!, slower!, '--from', '2s', '--b-from', '5s');
    expect(two.result).toMatchObject({ a: { window: { from_s: 2 } }, b: { window: { from_s: 5 } } });
  });
});

describe('what does not compare', () => {
  const refused = async (a: string, b: string, kind: string, message: RegExp, ...args: string[]) => {
    const plain = await runCli('diff', a, b, '--gate', ...args);
    expect(plain).toMatchObject({ status: 3, stdout: '' });
    expect(plain.stderr).toMatch(message);
    const { status, result } = await json(a, b, ...args);
    expect(status).toBe(3);
    expect(result).toMatchObject({ verdict: 'not-comparable', forced: false });
    expect(result.obstacles.map((obstacle) => obstacle.kind)).toContain(kind);
    expect(result.rows.every((row) => row.verdict === 'not-comparable' && row.total === null)).toBe(true);
    const forced = await json(a, b, '--force', ...args);
    expect(forced.status).toBe(0);
    expect(forced.result.verdict).not.toBe('not-comparable');
    expect(forced.result.forced).toBe(true);
  };

  test('another Python, another command, other functions', async () => {
    const python = make('python.trace', { target: 0.2, python: '3.11.7' });
    await refused(before!, python, 'python', /Python differs: 3\.12 in A, 3\.11 in B/);
    const command = make('command.trace', {
      target: 0.2,
      command: ['/opt/bin/python3.12', 'app.py', '--fast'],
    });
    await refused(before!, command, 'command', /the command differs: app\.py in A, app\.py --fast in B/);
    const others = make('others.trace', { target: 0.2, names: ['x', 'y'], file: 'else.py' });
    await refused(before!, others, 'overlap', /hardly any functions are in both: 0 % of the time/);
  });

  test('too short, ended early, or not known to be idle', async () => {
    const short = make('short.trace', { target: 0.2, seconds: 0.8 });
    await refused(before!, short, 'short', /too short: 0\.8\d*s/);
    const crashed = make('crashed.trace', { target: 0.2, seconds: 5, crash: true });
    await refused(before!, crashed, 'crashed', /ended early, after 5/);
    const unknown = make('unknown.trace', { target: 0.2, status: 32 });
    await refused(before!, unknown, 'idle', /what counts as idle differs/);
    await refused(before!, unknown, 'metric', /the metric differs/, '--cpu');
    expect((await json(before!, unknown, '--idle')).status).toBe(0);
  });

  test('a tenth of a second, where nothing is known of chance', async () => {
    const window = ['--from', '1s', '--to', '1.1s', '--force'];
    const { status, result } = await json(before!, slower!, ...window, '--gate', '--threshold', '0');
    expect(status).toBe(0);
    expect(result.counts.regression).toBe(0);
  });

  test('is not drawn', async () => {
    const python = make('python3.trace', { target: 0.2, python: '3.13.0' });
    const outcome = await runCli('diff', before!, python, '--flame', at('none.svg'));
    expect(outcome).toMatchObject({ status: 3, stdout: '' });
  });

  test('filters that let nothing through', async () => {
    const outcome = await runCli('diff', before!, same!, '--thread', 'nobody', '--force');
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringMatching(/too few samples: 0 passed/) });
  });
});
