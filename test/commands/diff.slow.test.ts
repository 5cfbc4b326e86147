/** The verdicts of diff and their exit statuses, from traces of programs whose truth is known. */
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiffResult } from '../../src/replay/diff/diff-result.js';
import { createRandom } from '../format/random.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';
import { expectSchema } from './schemas.js';

let directory: string;
const at = (name: string) => join(directory, name);

interface Program {
  /** Share of the time in the first function, 0 to 1; each of the others has as much of the rest. */
  readonly target: number;
  readonly seconds?: number;
  readonly rateHz?: number;
  readonly python?: string;
  readonly command?: readonly string[];
  readonly status?: number;
  readonly names?: readonly string[];
  /** Which the command ended with, where it was started for the recording and ended by itself. */
  readonly ended?: number;
  readonly cpuShare?: number;
  readonly root?: string;
  readonly file?: string;
  readonly crash?: boolean;
  /** Seconds that it stays in one function. */
  readonly dwellS?: number;
}

const defaultNames = ['target', 'other', 'third', 'fourth', 'fifth'];

let seed = 1;
function make(name: string, program: Program): string {
  const { target, seconds = 20, rateHz = 100, names = defaultNames, root = '/home/a/repo' } = program;
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
      state = random() < target ? 0 : 1 + Math.floor(random() * (names.length - 1));
      leaves = tick / rateHz + (program.dwellS ?? 0);
    }
    const bits = program.status === undefined ? {} : { status: program.status };
    trace.tick(tick * (1e9 / rateHz), [
      { thread, stack: stacks[state]!, cpuNs: ((program.cpuShare ?? 0.5) * 1e9) / rateHz, ...bits },
    ]);
  }
  if (program.crash) {
    trace.crash();
    // A file that has not been touched for long is not being recorded.
    for (const file of [at(name), `${at(name)}-wal`])
      if (existsSync(file)) utimesSync(file, new Date('2024-05-01'), new Date('2024-05-01'));
  } else if (program.ended === undefined) trace.end();
  else trace.end(undefined, 'target-exited', program.ended);
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
  test('is of any change that is significant at a threshold of 0, and says so', async () => {
    // A fifth more of a fifth: far from the default threshold's certainty, but no chance.
    const little = make('little.trace', { target: 0.24, seconds: 60 });
    const base = make('base.trace', { target: 0.2, seconds: 60 });
    const usual = await json(base, little);
    expect(rowOf(usual.result, 'target').verdict).not.toBe('regression');
    for (const zero of ['0', '0%', '0,0%']) {
      const { status, result } = await json(base, little, '--threshold', zero, '--gate');
      expect([status, result.verdict]).toEqual([1, 'regression']);
      expect(rowOf(result, 'target')).toMatchObject({ verdict: 'regression', total: { threshold_pct: 0 } });
    }
    const { stdout } = await runCli('diff', base, little, '--threshold', '0');
    expect(stdout.replaceAll('\n', ' ')).toContain('What counts: any change that is significant.');
    expect(stdout).not.toContain('too noisy to tell');
  });

  test('takes nothing for a change at a threshold of 0 that is none; nor can that be shown', async () => {
    const twin = make('twin.trace', { target: 0.2 });
    const { status, result } = await json(before!, twin, '--threshold', '0', '--gate');
    expect([status, result.verdict]).toEqual([0, 'inconclusive']);
    expect(result.reasons.join()).toMatch(/without a significant change$/);
    const demanding = await runCli('diff', before!, twin, '--threshold', '0', '--require-power');
    expect(demanding.status).toBe(4);
    expect(demanding.stderr).toContain('That nothing changed at all cannot be shown.');
    expect((await runCli('help', 'diff')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '0: any change that is significant',
    );
  });

  test('is a regression, and fails the gate only if asked', async () => {
    const { status, result } = await json(before!, slower!);
    expect(status).toBe(0);
    expect(result).toMatchObject({ verdict: 'regression', variance: 'blocks', forced: false, per: 'share' });
    expect(result.basis_reason).toMatch(/^shares, since .*before\.trace is no command that record started/);
    const row = rowOf(result, 'target');
    expect(row).toMatchObject({ verdict: 'regression', presence: 'both', matched: 'same' });
    expect(row.self).toEqual(row.total);
    expect(row.q!).toBeLessThan(0.05);
    expect(row.ci_pct![0]).toBeLessThan(row.delta_pct);
    expect(row.total!.threshold_pct).toBeCloseTo(Math.max(1, row.a_pct / 10), 3);
    // The others have less of the time, and take as long as before: 0.4 of all is now what 0.2 / 0.8 · 0.6 was.
    expect(result.common).toMatchObject({ is_clear: true });
    expect(result.counts.improvement).toBe(0);
    expect(rowOf(result, 'other').b_pct / rowOf(result, 'other').a_pct).toBeCloseTo(1, 0);
    expect(rowOf(result, 'target').b_pct / row.a_pct).toBeGreaterThan(2.2);
    expect(result.whole!.b_pct).toBeGreaterThan(120);
    expect(rowOf(result, 'main').total).toEqual(result.whole);
    const gated = await runCli('diff', before!, slower!, '--gate');
    expect(gated).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^pyspy: regression: \d of 6 slower/),
    });
    expect(gated.stdout).toMatch(/^slower +[\d.]+ +[\d.]+ +\+[\d.]+ .* target +app\.py$/m);
    for (const line of gated.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await runCli('diff', before!, slower!, '--gate', '--threshold', '40')).status).toBe(0);
    expect((await runCli('diff', before!, slower!, '--gate', '--filter', 'other')).status).toBe(1);
    expect(await json(slower!, before!, '--gate')).toMatchObject({
      status: 0,
      result: { verdict: 'improvement' },
    });
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
    expect((await json(...sides, '--test', '^main$')).result.family.tests).toBe(1);
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

describe('what is compared', () => {
  /** Whole runs that did the same work, of which a side's target took so many seconds and the others two each. */
  const whole = (name: string, target: number, ended: number, runs = 4) =>
    Array.from({ length: runs }, (_, at) => {
      const seconds = target + 8;
      return make(`${name}${at}.trace`, { target: target / seconds, seconds, ended, cpuShare: 1 });
    });

  test('are CPU seconds of whole runs, where the time of each is its own', async () => {
    const [a, b] = [whole('whole-a', 2, 0), whole('whole-b', 6, 0)];
    const { status, result } = await json(...a, '--', ...b, '--gate');
    expect(status).toBe(1);
    expect(result).toMatchObject({
      basis: 'cpu',
      per: 'run',
      metric: 'cpu',
      common: null,
      verdict: 'regression',
    });
    expect(result.basis_reason).toMatch(/^CPU seconds per run, since .* ended by itself with status 0$/);
    expect(result.scale).toEqual({ unit: 'CPU time of A per run, in seconds', one_hundred_pct: 10 });
    expect(result.whole).toMatchObject({ a_pct: 100, b_pct: 140, verdict: 'regression' });
    expect(rowOf(result, 'target').delta_pct).toBeGreaterThan(30);
    for (const name of ['other', 'third', 'fourth', 'fifth'])
      expect(rowOf(result, name).verdict).toMatch(/pass|inconclusive/);
    expect(result.a.work).toBeNull();
    const text = (await runCli('diff', ...a, '--', ...b)).stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/CPU time of A per run, in seconds \(100 % is 10\.00 s\)/);
    expect(text).toMatch(/Compared are CPU seconds per run, since each is a whole run/);
    expect(text).toMatch(/Verdict: regression: slower in B: .*; \d of 6 slower, /);
    const shares = (await json(...a, '--', ...b, '--metric', 'share')).result;
    expect(shares).toMatchObject({ basis: 'share', per: 'share', verdict: 'regression' });
    expect(shares.basis_reason).toBe('shares, as --metric says');
    expect(shares.counts.improvement).toBe(0);
    const faster = (await json(...b, '--', ...a)).result;
    expect(faster).toMatchObject({ verdict: 'improvement', counts: { regression: 0 } });
  });

  test('are shares, with the reason, where one run is no whole one or ended otherwise', async () => {
    const [good, failed, killed] = [
      whole('good', 2, 0, 1),
      whole('failed', 2, 1, 1),
      whole('killed', 2, 137, 1),
    ];
    const why = async (...args: string[]) => {
      const { result } = await json(...args);
      expect(result).toMatchObject({ basis: 'share', per: 'share' });
      return result.basis_reason;
    };
    expect(await why(good[0]!, failed[0]!)).toMatch(/different statuses \(0, 1\)/);
    expect(await why(killed[0]!, killed[0]!)).toMatch(/a signal ended the command of .* \(status 137\)/);
    expect(await why(good[0]!, good[0]!, '--from', '1s')).toMatch(/looked at in a window/);
    expect(await why(good[0]!, good[0]!, '--idle')).toMatch(/idle time is no CPU time/);
    expect(await why(good[0]!, before!)).toMatch(/no command that record started/);
    const unknown = (seconds: number) =>
      make(`no-cpu${seconds}.trace`, { target: 0.2, ended: 0, status: 32, seconds });
    expect(await why(unknown(20), unknown(21))).toBe('shares, since CPU time is not known');
    const other = whole('failed-longer', 4, 1, 1);
    expect((await json(failed[0]!, other[0]!)).result).toMatchObject({ per: 'run' });
    expect((await json(good[0]!, good[0]!, '--work', '5')).result).toMatchObject({
      per: 'work',
      basis: 'wall',
    });
  });

  test('are shares where runs worked for a given time, so that less of the others is no improvement', async () => {
    const runs = (name: string, target: number, lengths: readonly number[]) =>
      lengths.map((seconds, at) => make(`${name}${at}.trace`, { target, seconds, ended: 0, cpuShare: 1 }));
    const even = [20, 20, 20.1, 20.1];
    const [a, b] = [runs('timed-a', 0.2, even), runs('timed-b', 0.4, even)];
    const equal = (await json(...a, '--', ...b)).result;
    expect(equal).toMatchObject({
      metric: 'cpu',
      per: 'share',
      verdict: 'regression',
      counts: { improvement: 0 },
    });
    expect(equal.basis_reason).toMatch(/^shares of CPU time, since runs take as long whatever/);
    // Their lengths differ, since each ends what it began.
    const uneven = [19.2, 20.5, 19.8, 20.5];
    const [c, d] = [runs('loose-a', 0.2, uneven), runs('loose-b', 0.4, uneven)];
    const loose = (await json(...c, '--', ...d)).result;
    expect(loose).toMatchObject({
      metric: 'cpu',
      per: 'share',
      verdict: 'regression',
      counts: { improvement: 0 },
    });
    expect(loose.basis_reason).toMatch(/runs take as long whatever their functions do/);
    const asked = (await json(...c, '--', ...d, '--metric', 'cpu', '--work', '1')).result;
    expect(asked).toMatchObject({ per: 'work', counts: { improvement: expect.any(Number) } });
  });

  test('are shares that say nothing where nobody knows which of two functions changed', async () => {
    const names = ['target', 'other'];
    const [a, b] = [make('two-a.trace', { target: 0.3, names }), make('two-b.trace', { target: 0.6, names })];
    for (const sides of [
      [a, b],
      [b, a],
    ]) {
      const { result } = await json(...sides, '--flame', at('two.svg'));
      expect(result).toMatchObject({ verdict: 'inconclusive', common: { is_clear: false }, whole: null });
      expect(result.counts).toMatchObject({ regression: 0, improvement: 0, pass: 0 });
      expect(result.reasons.join()).toMatch(/shares do not show what stayed the same/);
    }
    expect((await json(a, b, '--metric', 'wall')).result.verdict).toBe('regression');
  });

  test('are shown where they were tested, and the others with --limit 0', async () => {
    const names = [...defaultNames, ...Array.from({ length: 200 }, (_, at) => `import${at}`)];
    const rare = make('rare.trace', { target: 0.2, names, rateHz: 200 });
    const text = (await runCli('diff', rare, rare)).stdout;
    expect(text).not.toMatch(/import\d/);
    expect(text).toMatch(/^204 more rows, not tested \(--limit 0 shows all\)\.$/m);
    expect((await runCli('diff', rare, rare, '--limit', '0')).stdout).toMatch(/import199/);
    expect((await runCli('diff', rare, rare, '--format', 'markdown')).stdout).not.toMatch(/import\d/);
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
