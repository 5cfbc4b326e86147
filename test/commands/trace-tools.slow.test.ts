/** cut, merge and pack: what they write breaks no rule, and answers as what it was made of. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyTrace } from '../../src/format/verify/verify.js';
import { alterTrace } from '../format/alter-trace.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { makeTrace } from '../golden/make-traces.js';
import { until } from '../support/conditions.js';
import { runCli } from './run-cli.js';

let directory: string;
const at = (name: string) => join(directory, name);
const bin = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));
const golden = fileURLToPath(new URL('../golden/traces', import.meta.url));

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-tools-'));
  for (const name of ['v2-complete.trace', 'v2-before.trace', 'v2-after.trace', 'v2-crashed.trace'])
    makeTrace(directory, name);
  copyFileSync(join(golden, 'v1-complete.trace'), at('v1-complete.trace'));
  utimesSync(at('v2-crashed.trace'), 1e9, 1e9);
  const long = new TraceBuilder(at('long.trace'), { startedUtcNs: 1_714_557_000_000_000_000n });
  const thread = long.thread(long.process(), 'MainThread');
  for (let tick = 1; tick <= 60_000; tick++)
    long.tick(tick * 10e6, [
      {
        thread,
        stack: long.stack([{ name: `f${tick % 90}`, file: 'a.py', firstLine: 1 }, tick % 7]),
        cpuNs: tick % 9,
      },
    ]);
  long.end();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function well(...args: string[]): Promise<string> {
  const outcome = await runCli(...args);
  expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
  return outcome.stdout;
}

/** Everything that two traces answer, but for their names. */
async function answers(file: string, ...window: string[]) {
  const top = async (...args: string[]) => JSON.parse(await well('top', file, '--json', ...window, ...args));
  const folded = (...args: string[]) =>
    well('export', file, '-f', 'folded', ...window, ...args).then((text) => text.split('\n').sort());
  return {
    top: await top('--idle'),
    lines: await top('--by', 'line', '--gil'),
    threads: await top('--by', 'thread', '--cpu', '--idle'),
    folded: await folded('--threads', '--idle'),
  };
}

/** A picture, but for what the trace is called. */
const flame = (file: string, ...window: string[]) =>
  well('flame', file, '-o', '-', '--title', 'x', ...window);

/** All that does not depend on the time that ticks stand for; rows in the order of their names. */
function untimed({ top, lines, threads }: Awaited<ReturnType<typeof answers>>) {
  return [top, lines, threads].map((result) => ({
    ...timeless(result),
    rows: byName(result.rows).map(timeless),
  }));
}

const timeless = (figures: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(figures).filter(([key]) => !/_s$|_pct$/.test(key)));

const byName = (rows: Record<string, unknown>[]) =>
  [...rows].sort((a, b) => JSON.stringify(timeless(a)).localeCompare(JSON.stringify(timeless(b))));

/** Times of rows differ by no more than this, in s. */
function expectNearly(
  rows: Record<string, unknown>[],
  others: Record<string, unknown>[],
  most: number,
): void {
  const expected = byName(others);
  for (const [at, row] of byName(rows).entries())
    for (const key of ['self_s', 'total_s'])
      expect(Math.abs(Number(row[key]) - Number(expected[at]![key]))).toBeLessThanOrEqual(most);
}

async function expectNoFault(file: string): Promise<void> {
  const { problems, notes } = await verifyTrace(file, () => {});
  expect({ problems, notes }).toEqual({ problems: [], notes: [] });
}

describe('pack', () => {
  test.each(['v2-complete', 'v2-crashed', 'long'])('%s answers as before', async (name) => {
    const packed = at(`${name}.packed.trace`);
    expect((await runCli('pack', at(`${name}.trace`))).stderr).toMatch(
      /^wrote .*\.packed\.trace \(\d+ samples, /,
    );
    await expectNoFault(packed);
    expect(await answers(packed)).toEqual(await answers(at(`${name}.trace`)));
    const before = JSON.parse(await well('info', at(`${name}.trace`), '--json'));
    const after = JSON.parse(await well('info', packed, '--json'));
    expect({ ...after, file_bytes: 0, bytes_per_sample: 0 }).toEqual({
      ...before,
      file_bytes: 0,
      bytes_per_sample: 0,
    });
  });

  test('a flame graph of it is the same to the last byte', async () => {
    const file = at('v2-complete.trace');
    await well('pack', file, '-o', at('flame.trace'));
    expect(await flame(at('flame.trace'))).toBe(await flame(file));
  });

  test('a trace of version 1 answers as before, to the rounding of version 2, and is smaller', async () => {
    await well('pack', at('v1-complete.trace'), '-o', at('new.trace'));
    await expectNoFault(at('new.trace'));
    const before = await answers(at('v1-complete.trace'));
    const after = await answers(at('new.trace'));
    expect(after.folded).toEqual(before.folded);
    expect(after.top.total_s).toBeCloseTo(before.top.total_s, 2);
    expect(readFileSync(at('new.trace')).length).toBeLessThan(
      readFileSync(at('v1-complete.trace')).length / 2,
    );
  });

  test('a trace that is being recorded becomes what there is so far', async () => {
    const live = new TraceBuilder(at('live.trace'));
    const thread = live.thread(live.process(), 'MainThread');
    const stack = live.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
    for (let tick = 1; tick <= 300; tick++) live.tick(tick * 10e6, [{ thread, stack }]);
    live.flush();
    await well('pack', at('live.trace'), '-o', at('so-far.trace'));
    await expectNoFault(at('so-far.trace'));
    const info = JSON.parse(await well('info', at('so-far.trace'), '--json'));
    expect(info).toMatchObject({ state: 'complete', samples: 300, recordings: [{ end_reason: 'snapshot' }] });
    const forced = await runCli('pack', at('live.trace'), '-o', at('live.trace'), '--force');
    expect(forced).toMatchObject({ status: 2, stderr: expect.stringMatching(/is being recorded just now/) });
    live.end();
    expect(readdirSync(directory).filter((name) => /-wal|-shm|tmp|journal/.test(name))).toEqual([]);
  });

  test('replaces its file only when forced, and then with the same answers', async () => {
    copyFileSync(at('v2-complete.trace'), at('own.trace'));
    const before = await answers(at('own.trace'));
    const refused = await runCli('pack', at('own.trace'), '-o', at('own.trace'));
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/is being read\nhint: .*--force/),
    });
    await well('pack', at('own.trace'), '-o', at('own.trace'), '--force');
    expect(await answers(at('own.trace'))).toEqual(before);
  });

  test('says what it leaves out', async () => {
    copyFileSync(at('v2-complete.trace'), at('newer.trace'));
    alterTrace(at('newer.trace'), "INSERT INTO feature VALUES ('gpu', 0, '')");
    const { stderr } = await runCli('pack', at('newer.trace'));
    expect(stderr).toMatch(/left out of .*newer\.trace: "gpu", which this version does not know/);
  });
});

describe('cut', () => {
  test.each<[string, string[]]>([
    ['v2-complete', ['--from', '2s', '--to', '4.5s']],
    ['v2-complete', ['--from', '6.5s']],
    ['v2-complete', ['--to', '4.9s']],
    ['long', ['--from', '12.34s', '--to', '71.5s']],
  ])('%s %j answers as that window did, but for the time of the ticks at its ends', async (name, window) => {
    const file = at(`${name}.trace`);
    await well('cut', file, ...window, '-o', at('cut.trace'), '--force');
    await expectNoFault(at('cut.trace'));
    const before = await answers(file, ...window);
    const after = await answers(at('cut.trace'));
    expect(after.folded).toEqual(before.folded);
    expect(untimed(after)).toEqual(untimed(before));
    for (const key of ['top', 'lines', 'threads'] as const)
      expectNearly(after[key].rows, before[key].rows, 0.02);
    expect(await answers(at('cut.trace'), ...window)).toEqual(after);
    // The time line is still that of the recording.
    const dump = (trace: string) => well('dump', trace, '--at', `${before.top.window.from_s + 1}s`, '--json');
    expect(await dump(at('cut.trace'))).toBe(await dump(file));
  });

  test('clips gaps, and takes the marks that lie in it', async () => {
    copyFileSync(at('v2-complete.trace'), at('marks.trace'));
    alterTrace(
      at('marks.trace'),
      "INSERT INTO mark VALUES (1, 1, 1000, 'early'), (2, 1, 5000000000, 'late')",
    );
    await well('cut', at('marks.trace'), '--from', '4s', '--to', '5.5s', '-o', at('clip.trace'));
    await expectNoFault(at('clip.trace'));
    const info = JSON.parse(await well('info', at('clip.trace'), '--json'));
    expect(info).toMatchObject({ gaps: [{ from_s: 5, to_s: 5.5 }], kept_from_s: 4, duration_s: 5.5 });
    expect(info.recordings[0]).toMatchObject({ ended_s: 5.5, end_reason: 'cut' });
  });

  test('keeps no more rows than it needs', async () => {
    await well('cut', at('long.trace'), '--from', '1s', '--to', '1.05s', '-o', at('short.trace'));
    const { checked } = await verifyTrace(at('short.trace'), () => {});
    expect(checked).toMatchObject({ samples: 5, stacks: 5, frames: 5, functions: 5, strings: 7, threads: 1 });
  });

  test('pieces of a recording, merged again, are the whole', async () => {
    await well('cut', at('long.trace'), '--to', '200s', '-o', at('p1.trace'));
    await well('cut', at('long.trace'), '--from', '200s', '-o', at('p2.trace'));
    await well('merge', at('p1.trace'), at('p2.trace'), '-o', at('whole.trace'));
    await expectNoFault(at('whole.trace'));
    const before = await answers(at('long.trace'));
    const after = await answers(at('whole.trace'));
    expect({ ...after, threads: 0, flame: 0, folded: 0 }).toEqual({
      ...before,
      threads: 0,
      flame: 0,
      folded: 0,
    });
  });

  test('refuses an empty window and the file itself, and leaves nothing', async () => {
    const from = ['cut', at('v2-complete.trace'), '--from', '5.2s', '--to', '5.4s'];
    expect(await runCli(...from, '-o', at('none.trace'))).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no samples/),
    });
    expect(await runCli(...from, '-o', at('v2-complete.trace'), '--force')).toMatchObject({ status: 2 });
    expect(readdirSync(directory).filter((name) => /none|tmp/.test(name))).toEqual([]);
  });
});

describe('merge', () => {
  test('puts runs on one time line, by the calendar or from zero', async () => {
    const files = [at('v2-before.trace'), at('v2-after.trace')];
    await well('merge', ...files, '-o', at('utc.trace'));
    await well('merge', ...files, '-o', at('zero.trace'), '--align', 'zero');
    for (const name of ['utc.trace', 'zero.trace']) await expectNoFault(at(name));
    const info = async (name: string) => JSON.parse(await well('info', at(name), '--json'));
    const [utc, zero] = [await info('utc.trace'), await info('zero.trace')];
    expect(utc.recordings.map((recording: { offset_s: number }) => recording.offset_s)).toEqual([0, 3600]);
    expect(zero.recordings.map((recording: { offset_s: number }) => recording.offset_s)).toEqual([0, 0]);
    expect([utc.samples, zero.samples, utc.processes.length]).toEqual([900, 900, 2]);
    expect([utc.achieved_hz, zero.achieved_hz]).toEqual([100, 100]);
    // Each run is still there, and is what it was.
    const rows = async (file: string, ...window: string[]) => (await answers(file, ...window)).top.rows;
    expect(await rows(at('utc.trace'), '--to', '1h')).toEqual(await rows(files[0]!));
    expect(await rows(at('utc.trace'), '--from', '1h')).toEqual(await rows(files[1]!));
    const [a, b] = [await answers(files[0]!), await answers(files[1]!)];
    const total = (await answers(at('zero.trace'))).top.total_s;
    expect(total).toBeCloseTo(a.top.total_s + b.top.total_s, 5);
    const diff = async (...args: string[]) => JSON.parse(await well('diff', ...args, '--json')).rows;
    expect(await diff(at('utc.trace'), files[1]!)).not.toEqual(await diff(...files));
    const cutBack = at('back.trace');
    await well('cut', at('utc.trace'), '--from', '1h', '-o', cutBack);
    await expectNoFault(cutBack);
    expect(await diff(files[0]!, cutBack)).toEqual(await diff(...files));
  });

  test('takes no recording twice, no single file, and none that is years away', async () => {
    const [before, complete] = [at('v2-before.trace'), at('v2-complete.trace')];
    copyFileSync(before, at('copy.trace'));
    const out = ['-o', at('never.trace')];
    expect(await runCli('merge', before, at('copy.trace'), ...out)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/the same recording/),
    });
    expect(await runCli('merge', before, ...out)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/two traces or more/),
    });
    alterTrace(at('copy.trace'), 'UPDATE recording SET started_utc_ns = started_utc_ns + 31536000000000000');
    expect(await runCli('merge', complete, at('copy.trace'), ...out)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/too far[\s\S]*--align zero/),
    });
    expect(existsSync(at('never.trace'))).toBe(false);
    expect(await runCli('merge', complete, at('copy.trace'), ...out, '--align', 'zero')).toMatchObject({
      status: 0,
    });
  });
});

test('a damaged trace leaves nothing half written', async () => {
  for (const [name, statement] of [
    ['frames', 'DELETE FROM frame WHERE frame_id > 3'],
    ['threads', 'DELETE FROM thread WHERE thread_id = 3'],
    ['batches', "UPDATE batch SET data = x'00' WHERE batch_id = (SELECT max(batch_id) FROM batch)"],
    ['recordings', 'UPDATE process SET recording_id = 9'],
    ['times', 'UPDATE thread SET first_ns = 9223372036854775807'],
  ] as const) {
    const file = at(`bad-${name}.trace`);
    copyFileSync(at('v2-complete.trace'), file);
    alterTrace(file, statement);
    for (const args of [
      ['pack', file],
      ['cut', file, '--to', '90%'],
      ['merge', at('long.trace'), file],
    ]) {
      const outcome = await runCli(...args, '-o', at('bad-out.trace'));
      expect(outcome, name).toMatchObject({ status: 6, stderr: expect.stringMatching(/\nhint: /) });
      expect(readdirSync(directory).filter((other) => /bad-out|tmp/.test(other))).toEqual([]);
    }
  }
});

test('processes that started each other are copied', async () => {
  copyFileSync(at('v2-complete.trace'), at('round.trace'));
  alterTrace(
    at('round.trace'),
    'INSERT INTO process SELECT 2, recording_id, 1, pid, start_ticks, command, executable, cwd, python_version, python_build, first_ns FROM process',
    'UPDATE process SET parent_id = 2 WHERE process_id = 1',
  );
  await well('pack', at('round.trace'));
});

test('Ctrl-C stops the work and leaves nothing', async () => {
  const before = process.listenerCount('SIGINT');
  const running = runCli('pack', at('long.trace'), '-o', at('stopped.trace'));
  await until('the work has begun', () => process.listenerCount('SIGINT') > before);
  process.emit('SIGINT', 'SIGINT');
  expect(await running).toMatchObject({
    status: 130,
    stderr: expect.stringMatching(/^pyspy: stopped by SIGINT\nhint: Nothing was written/),
  });
  expect(process.listenerCount('SIGINT')).toBe(before);
  expect(readdirSync(directory).filter((name) => /stopped|tmp/.test(name))).toEqual([]);
});

test('a real SIGINT does so, too', async () => {
  const child = spawn(process.execPath, [bin, 'pack', at('long.trace'), '-o', at('stopped.trace')]);
  const status = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  await until('it writes', () => readdirSync(directory).some((name) => name.startsWith('stopped')));
  child.kill('SIGINT');
  expect(await status).toBe(130);
  expect(readdirSync(directory).filter((name) => name.startsWith('stopped'))).toEqual([]);
});

test('a full disk is said, and leaves nothing', async () => {
  const line = `ulimit -f 20; trap '' XFSZ; "${process.execPath}" "${bin}" pack "${at('long.trace')}" -o "${at('full.trace')}"`;
  const child = spawn('bash', ['-c', line]);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect(stderr).toMatch(/writing \S+full\.trace failed: /);
  expect(status).toBe(74);
  expect(readdirSync(directory).filter((name) => name.startsWith('full'))).toEqual([]);
});

test('an existing file is replaced only when forced', async () => {
  writeFileSync(at('there.trace'), 'mine');
  const args = ['cut', at('long.trace'), '--to', '1s', '-o', at('there.trace')];
  expect(await runCli(...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(/exists already/) });
  expect(readFileSync(at('there.trace'), 'utf8')).toBe('mine');
  await well(...args, '--force');
  await expectNoFault(at('there.trace'));
});
