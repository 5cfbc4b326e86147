/** Marks: made in a file, shown by info, taken by --from, --to and --at. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TraceReader } from '../../src/format/reading/reader.js';
import { verifyTrace } from '../../src/format/verify/verify.js';
import { alterTrace } from '../format/alter-trace.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { makeTrace } from '../golden/make-traces.js';
import { runCli } from './run-cli.js';
import { expectSchema } from './schemas.js';

let directory: string;
let trace: string;
const work = { name: 'work', file: 'a.py', firstLine: 1 };

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-marks-'));
  makeTrace(directory, 'v2-complete.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  trace = join(directory, 'run.trace');
  copyFileSync(join(directory, 'v2-complete.trace'), trace);
});

async function info(file = trace) {
  const { stdout } = await runCli('info', file, '--json');
  expectSchema('info', JSON.parse(stdout));
  return JSON.parse(stdout);
}

async function windowOf(...args: string[]) {
  const { stdout, stderr } = await runCli('top', trace, '--json', ...args);
  expect(stderr).toBe('');
  return JSON.parse(stdout).window;
}

test('a mark is a time wherever one is taken, and shown by info', async () => {
  expect(await runCli('mark', trace, 'warm', '--at', '2.5s')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: `marked 2.5s of ${trace} as warm\n`,
  });
  await runCli('mark', trace, '7s', '--at', '-1s');
  await runCli('mark', trace, 'load done', '--at', '50%');
  const extent = (await info()).duration_s;
  expect((await info()).marks).toEqual([
    { name: 'warm', at_s: 2.5 },
    { name: 'load done', at_s: extent / 2 },
    { name: '7s', at_s: extent - 1 },
  ]);
  expect((await runCli('info', trace)).stdout).toMatch(/^mark +warm at 2\.5s\nmark +load done at 5\.\d+s$/m);
  expect(await windowOf('--from', 'warm', '--to', 'load done')).toEqual({ from_s: 2.5, to_s: extent / 2 });
  expect(await windowOf('--from', 'mark:warm')).toMatchObject({ from_s: 2.5 });
  // What reads as a time is one; the prefix says otherwise.
  expect(await windowOf('--from', '7s')).toMatchObject({ from_s: 7 });
  expect(await windowOf('--from', 'mark:7s')).toMatchObject({ from_s: extent - 1 });
  expect(await runCli('dump', trace, '--at', 'warm')).toMatchObject({ status: 0 });
  expect((await verifyTrace(trace, () => {})).problems).toEqual([]);
});

test('what is no mark and no time is refused, with the marks that there are', async () => {
  expect(await runCli('top', trace, '--from', 'mark:warm')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/--from "mark:warm" is no mark of .*\nhint: It has no marks/),
  });
  await runCli('mark', trace, 'warm', '--at', '2s');
  expect(await runCli('top', trace, '--to', 'warn')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /--to "warn" is not a time, and no mark of .*\nhint: It has the marks "warm"\./,
    ),
  });
  alterTrace(trace, "INSERT INTO mark VALUES (7, 1, 5000000000, 'warm')");
  expect(await runCli('top', trace, '--to', 'warm')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/is the name of 2 marks.*\nhint: .*2s, 5s\./),
  });
});

test.each<[string, string[], RegExp]>([
  ['a name that is taken', ['there', '--at', '3s'], /has a mark "there" already, at 1s/],
  ['no name', ['', '--at', '3s'], /no name for a mark: it is empty/],
  ['a name that commands the terminal', ['\x1b[2J', '--at', '3s'], /control character/],
  ['a long name', ['x'.repeat(101), '--at', '3s'], /longer than 100/],
  ['a moment outside', ['x', '--at', '100s'], /--at 100s is outside the recording/],
  ['no moment', ['x'], /is not being recorded, so there is no "now" in it/],
])('%s is refused', async (_, args, message) => {
  await runCli('mark', trace, 'there', '--at', '1s');
  const before = readFileSync(trace);
  expect(await runCli('mark', trace, ...args)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(message),
  });
  expect(readFileSync(trace).equals(before)).toBe(true);
});

test.each([
  ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON mark BEGIN DELETE FROM batch; END'],
  ['a computed index', 'CREATE INDEX i ON mark (hex(name))'],
  ['a computed column', 'ALTER TABLE mark ADD COLUMN more TEXT AS (hex(name))'],
  [
    'a computed default',
    `UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ', more TEXT DEFAULT (hex(randomblob(9)))) STRICT') WHERE name = 'mark'`,
  ],
])('%s of a hostile file does not run', async (_, statement) => {
  alterTrace(trace, statement);
  const before = readFileSync(trace);
  expect(await runCli('mark', trace, 'x', '--at', '1s')).toMatchObject({
    status: 6,
    stderr: expect.stringMatching(/something in it would run|holds the trigger|is computed/),
  });
  expect(readFileSync(trace).equals(before)).toBe(true);
});

test('a file of a killed recorder takes marks', async () => {
  const crashed = new TraceBuilder(trace);
  const thread = crashed.thread(crashed.process(), 'MainThread');
  for (let tick = 1; tick <= 300; tick++)
    crashed.tick(tick * 10e6, [{ thread, stack: crashed.stack([work, 2]) }]);
  crashed.crash();
  expect(await runCli('mark', trace, 'half', '--at', '1.5s')).toMatchObject({ status: 0 });
  utimesSync(trace, 1e9, 1e9);
  expect(await windowOf('--from', 'half')).toMatchObject({ from_s: 1.5 });
  expect(readdirSync(directory).filter((name) => /-wal|-shm/.test(name))).toEqual([]);
});

test('one that is being recorded takes marks between the commits of its recorder', async () => {
  const live = new TraceBuilder(
    trace,
    { startedUtcNs: BigInt(Date.now()) * 1_000_000n },
    { keepNs: 20e9, maxBytes: null },
  );
  const thread = live.thread(live.process(), 'MainThread');
  for (let second = 0; second < 45; second++) {
    for (let tick = 1; tick <= 100; tick++)
      live.tick(second * 1e9 + tick * 10e6, [{ thread, stack: live.stack([work, second]) }]);
    live.flush();
    if (second % 5 === 0)
      expect(await runCli('mark', trace, `second ${second}`, '--at', `${second}s`)).toMatchObject({
        status: 0,
      });
    expect(live.writer.mark(second * 1e9 + 5e8, null)).toBe(`mark-${second + 1}`);
  }
  expect(await runCli('mark', trace, 'now')).toMatchObject({ status: 0 });
  live.end();
  const { kept_from_s: keptFrom, marks, state } = await info();
  expect(state).toBe('complete');
  expect(keptFrom).toBeGreaterThan(9);
  // Those of what was deleted are gone with it.
  expect(marks.every((mark: { at_s: number }) => mark.at_s >= keptFrom)).toBe(true);
  expect(marks.map((mark: { name: string }) => mark.name)).toContain('second 40');
  expect((await verifyTrace(trace, () => {})).problems).toEqual([]);
});

test('a name that is given and taken gets a number', () => {
  const live = new TraceBuilder(trace);
  expect([live.writer.mark(1, 'a'), live.writer.mark(2, 'a'), live.writer.mark(3, 'a')]).toEqual([
    'a',
    'a-2',
    'a-3',
  ]);
  // One that was made after the end, as far as the recorder is concerned, is moved there.
  live.writer.mark(9e9, 'late');
  live.end(1e9);
  const reader = TraceReader.open(trace);
  expect(reader.marks().at(-1)).toEqual({ recording: 1, atNs: 1e9, name: 'late' });
  reader.close();
});
