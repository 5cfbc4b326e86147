/** Every rule of the format, broken once: verify finds it, says where, and ends. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Packr, unpack } from 'msgpackr';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import { encodeBatch } from '../../../src/format/codec/batch-encoder.js';
import { type VerifyResult, verifyTrace } from '../../../src/format/verify/verify.js';
import { runCli } from '../../commands/run-cli.js';
import { expectSchema } from '../../commands/schemas.js';
import { makeTrace } from '../../golden/make-traces.js';
import { alterTrace } from '../alter-trace.js';
import { createRandom } from '../random.js';
import { TraceBuilder } from '../trace-builder.js';

const golden = fileURLToPath(new URL('../../golden/traces', import.meta.url));

let directory: string;
let good: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-verify-'));
  makeTrace(directory, 'v2-complete.trace');
  good = join(directory, 'v2-complete.trace');
  path = join(directory, 'damaged.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => copyFileSync(good, path));

async function verify(file = path): Promise<VerifyResult> {
  const result = await verifyTrace(file, () => {});
  expectSchema('verify', result);
  return result;
}

test.each(readdirSync(golden))('%s breaks no rule', async (name) => {
  copyFileSync(join(golden, name), path);
  const result = await verify();
  expect(result.problems).toEqual([]);
  expect(result).toMatchObject({ ok: true, problems_total: 0 });
  expect(result.checked.samples).toBeGreaterThan(200);
});

test('a trace that kept a window breaks no rule', async () => {
  const trace = new TraceBuilder(path, {}, { keepNs: 20e9, maxBytes: null });
  const thread = trace.thread(trace.process(), 'MainThread');
  for (let tick = 1; tick <= 6_000; tick++)
    trace.tick(tick * 10e6, [
      { thread, stack: trace.stack([{ name: `f${Math.floor(tick / 500)}`, file: 'a.py', firstLine: 1 }, 2]) },
    ]);
  trace.end();
  const result = await verify();
  expect(result.problems).toEqual([]);
  expect(result.checked.samples).toBeLessThan(4_500);
});

/** The samples of batch 1 as they are stored, changed. */
function changeBatch(change: (map: Record<string, unknown>) => void): void {
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 50; tick++) trace.tick(tick * 10e6, [{ thread, stack }]);
  trace.end();
  const { data } = encodeBatch(
    {
      tickNs: Float64Array.from({ length: 50 }, (_, at) => (at + 1) * 10e6),
      weightNs: new Float64Array(50).fill(10e6),
      threads: [
        {
          thread,
          firstTick: 0,
          runLength: Uint32Array.of(50),
          runStack: Uint32Array.of(stack),
          runStatus: Uint32Array.of(1),
          cpuNs: new Float64Array(50),
        },
      ],
    },
    10e6,
  );
  const map = unpack(data) as Record<string, unknown>;
  change(map);
  const changed = new Packr({ useRecords: false }).pack(map).toString('hex');
  alterTrace(path, `UPDATE batch SET encoding = 0, data = x'${changed}'`);
}

test.each<[string, string[], string, RegExp]>([
  [
    'a required that is neither',
    ["INSERT INTO feature VALUES ('x', 7, '')"],
    'feature',
    /required is neither 0 nor 1|needs/,
  ],
  ['a recording of no host', ['UPDATE recording SET host_id = 9'], 'recording', /host_id is no host/],
  ['a negative rate', ['UPDATE recording SET rate_hz = -1'], 'recording', /rate_hz is negative/],
  ['an end without a reason', ['UPDATE recording SET end_reason = NULL'], 'recording', /only one/],
  [
    'an end before the beginning',
    ['UPDATE recording SET offset_ns = ended_ns + 1'],
    'recording',
    /ended before it began/,
  ],
  ['a command that is no list', ["UPDATE process SET command = '{'"], 'process', /no JSON array of strings/],
  ['a command of numbers', ["UPDATE process SET command = '[1]'"], 'process', /no JSON array of strings/],
  [
    'a process of no recording',
    ['UPDATE process SET recording_id = 5'],
    'process',
    /recording_id is no recording/,
  ],
  [
    'a process that started itself',
    ['UPDATE process SET parent_id = process_id'],
    'process',
    /started itself/,
  ],
  [
    'a process of another parent',
    ['UPDATE process SET parent_id = 77'],
    'process',
    /parent_id is no process/,
  ],
  [
    'a thread of no process',
    ['UPDATE thread SET process_id = 77 WHERE thread_id = 2'],
    'thread',
    /process_id is no process/,
  ],
  [
    'a time before zero',
    ['UPDATE thread SET first_ns = -1 WHERE thread_id = 2'],
    'thread',
    /first_ns is negative/,
  ],
  [
    'a name of no thread',
    ['UPDATE thread_name SET thread_id = 77 WHERE thread_id = 2'],
    'thread_name',
    /no thread/,
  ],
  [
    'a build that is no string',
    ['UPDATE function SET build_id = 7777, code_offset = 1 WHERE function_id = 1'],
    'function',
    /build_id is no string/,
  ],
  [
    'a build without a place in it',
    ['UPDATE function SET build_id = 1 WHERE function_id = 1'],
    'function',
    /no code_offset/,
  ],
  [
    'a place in front of its binary',
    ['UPDATE function SET code_offset = -1 WHERE function_id = 1'],
    'function',
    /code_offset is negative/,
  ],
  ['a name that is no string', ['UPDATE thread_name SET string_id = 7777'], 'thread_name', /no string/],
  [
    'a text without end',
    ["UPDATE string SET text = printf('%.*c', 2000000, 'x') WHERE string_id = 2"],
    'string',
    /longer than/,
  ],
  [
    'a missing string',
    ['DELETE FROM string WHERE string_id = (SELECT name_id FROM function LIMIT 1)'],
    'function',
    /name_id is no string/,
  ],
  [
    'a missing function',
    ['DELETE FROM function WHERE function_id = 2'],
    'frame',
    /function_id is no function/,
  ],
  ['a missing frame', ['DELETE FROM frame WHERE frame_id = 2'], 'stack', /frame_id is no frame/],
  [
    'a missing stack',
    ['DELETE FROM stack WHERE stack_id = (SELECT max(stack_id) FROM stack)'],
    'batch',
    /its stack \d+ is not in the trace/,
  ],
  ['a missing parent', ['DELETE FROM stack WHERE stack_id = 1'], 'stack', /parent is no stack/],
  [
    'stacks that go round',
    ['UPDATE stack SET parent_id = stack_id'],
    'stack',
    /parent does not come before it/,
  ],
  ['a stack 0', ['INSERT INTO stack VALUES (0, 0, 1)'], 'stack', /number is not above 0/],
  [
    'missing threads',
    ['DELETE FROM thread WHERE thread_id = 1'],
    'batch',
    /its thread 1 is not in the trace/,
  ],
  [
    'ticks that are not there',
    ['UPDATE batch SET ticks = ticks + 1 WHERE batch_id = 1'],
    'batch',
    /says \d+ ticks, and its data has \d+/,
  ],
  [
    'samples that are not there',
    ['UPDATE batch SET samples = 1 WHERE batch_id = 1'],
    'batch',
    /says 1 samples/,
  ],
  ['wrong torn', ['UPDATE batch SET torn = 99'], 'batch', /says 99 torn/],
  ['wrong failed', ['UPDATE batch SET failed = 99'], 'batch', /says 99 failed/],
  ['wrong truncated', ['UPDATE batch SET truncated = 99'], 'batch', /says 99 truncated/],
  ['a batch of no recording', ['UPDATE batch SET recording_id = 3'], 'batch', /recording_id is no recording/],
  [
    'a batch of another recording',
    [
      'INSERT INTO recording SELECT 2, host_id, recorder, recorder_pid, recorder_start_ticks, recorder_command, rate_hz, jitter, scheduling, sampler, budget_pct, offset_ns, started_monotonic_ns, started_utc_ns, kept_from_ns, ended_ns, command_status, end_reason FROM recording',
      'UPDATE batch SET recording_id = 2',
    ],
    'batch',
    /thread 1 is of recording 1, and the batch of 2/,
  ],
  [
    'a batch that ends too late',
    ['UPDATE batch SET last_ns = last_ns + 5000000 WHERE batch_id = 1'],
    'batch',
    /last tick is at/,
  ],
  [
    'a batch that ends before it begins',
    ['UPDATE batch SET last_ns = first_ns - 1 WHERE batch_id = 1'],
    'batch',
    /ends before it begins|is from/,
  ],
  [
    'a batch after the end',
    ['UPDATE recording SET ended_ns = 5000000000'],
    'batch',
    /after the end of its recording/,
  ],
  [
    'a batch before what is kept',
    ['UPDATE recording SET kept_from_ns = 5000000000'],
    'batch',
    /before what its recording has kept/,
  ],
  [
    'batches that overlap',
    [
      'UPDATE batch SET first_ns = first_ns - 5000000000, last_ns = last_ns - 5000000000 WHERE batch_id = (SELECT max(batch_id) FROM batch)',
    ],
    'batch',
    /begins before batch \d+ of the same recording ends|stands for/,
  ],
  [
    'a batch out of time',
    ['UPDATE batch SET first_ns = -5, last_ns = -5 WHERE batch_id = 1'],
    'batch',
    /can be found by their time/,
  ],
  ['an encoding of the future', ['UPDATE batch SET encoding = 7'], 'batch', /encoded in way 7/],
  ['a batch of nothing', ["UPDATE batch SET data = x''"], 'batch', /./],
  ['a failure of no batch', ["INSERT INTO failure VALUES (777, 'x', 1)"], 'failure', /no batch/],
  ['a failure of nothing', ['UPDATE failure SET count = 0'], 'failure', /counts nothing/],
  ['a gap that goes back', ['UPDATE gap SET to_ns = from_ns - 1'], 'gap', /ends before it begins/],
  ['a gap after the end', ['UPDATE gap SET to_ns = 99000000000'], 'gap', /after the end/],
  ['a mark without a name', ["INSERT INTO mark VALUES (1, 1, 5, '')"], 'mark', /no name/],
  ['a mark after the end', ["INSERT INTO mark VALUES (1, 1, 99000000000, 'x')"], 'mark', /after the end/],
  ['a mark of no recording', ["INSERT INTO mark VALUES (1, 8, 5, 'x')"], 'mark', /no recording/],
  ['a trigger', ['CREATE TRIGGER t AFTER INSERT ON mark BEGIN SELECT 1; END'], 'file', /the trigger "t"/],
  ['a view', ['CREATE VIEW v AS SELECT hex(zeroblob(900000000))'], 'file', /the view "v"/],
  ['a virtual table', ['CREATE VIRTUAL TABLE f USING fts5(a)'], 'file', /virtual table "f"/],
  ['a computed index', ['CREATE INDEX i ON string (hex(text))'], 'file', /index "i" is computed/],
  ['a computed column', ['CREATE TABLE other (a, b AS (a || a))'], 'file', /has a column that is computed/],
  [
    'an index that leaves rows out',
    ['CREATE INDEX i ON string (text) WHERE string_id > 5'],
    'file',
    /index "i" leaves rows out/,
  ],
])('%s is found', async (_, statements, table, what) => {
  alterTrace(path, ...statements);
  let result: VerifyResult;
  try {
    result = await verify();
  } catch (error) {
    // What a reader refuses at once, verify refuses in the same words.
    expect(error).toMatchObject({ kind: 'trace', message: expect.stringMatching(what) });
    return;
  }
  expect(result.ok).toBe(false);
  const texts = result.problems.filter((problem) => problem.table === table).map((problem) => problem.what);
  expect(
    texts.some((text) => what.test(text)),
    JSON.stringify(result.problems),
  ).toBe(true);
});

test.each<[string, (map: Record<string, unknown>) => void, RegExp]>([
  [
    'two samples of a thread at a tick',
    (map) =>
      Object.assign(map, {
        thread: [1, 1],
        from: [0, 0],
        runs: [[25], [25]],
        stack: [[0], [1]],
        status: [[1], [1]],
        cpu: [[], []],
      }),
    /two samples at tick 0/,
  ],
  [
    'spans that the trace does not tell of',
    (map) => Object.assign(map, { spans: (map.ticks as number[]).map(() => 1) }),
    /does not say that it needs "spans"/,
  ],
  ['a failed sample with a stack', (map) => Object.assign(map, { status: [[17]] }), /failed and has stack/],
  ['no GIL and somebody who held it', (map) => Object.assign(map, { status: [[2049]] }), /ran without a GIL/],
])('%s is found', async (_, change, what) => {
  changeBatch(change);
  const { problems } = await verify();
  expect(problems.map((problem) => problem.what).join('\n')).toMatch(what);
});

test('bits and columns of the future are noted and no problem', async () => {
  changeBatch((map) => Object.assign(map, { status: [[1 | (1 << 20)]], gpu: [] }));
  alterTrace(path, "INSERT INTO feature VALUES ('gpu', 0, '')", 'CREATE TABLE gpu (a INTEGER)');
  const { ok, notes } = await verify();
  expect(ok).toBe(true);
  expect(notes.join('\n')).toMatch(/gpu[\s\S]*tables not known[\s\S]*sample column[\s\S]*status bits/);
});

test('an index that does not fit its table is found by SQLite', async () => {
  alterTrace(
    path,
    'CREATE INDEX more ON frame (function_id)',
    "UPDATE sqlite_schema SET sql = 'CREATE INDEX more ON frame (line)' WHERE name = 'more'",
  );
  const { problems } = await verify();
  expect(problems.some(({ table }) => table === 'file')).toBe(true);
});

test('many faults are counted, and listed up to a limit', async () => {
  alterTrace(path, 'DELETE FROM string', "UPDATE batch SET data = x'00'");
  const { problems, problems_total: total } = await verify();
  expect(total).toBeGreaterThan(problems.length);
  expect(problems.filter(({ table }) => table === 'function')).toHaveLength(20);
  expect(problems.some(({ table }) => table === 'batch')).toBe(true);
});

describe('the command', () => {
  test('ends with 0 for a good trace, and 6 for one that is not, in text and JSON', async () => {
    expect(await runCli('verify', good)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/: valid\nchecked 2 batches, 1000 ticks, 3300 samples/),
      stderr: '',
    });
    alterTrace(path, 'DELETE FROM frame WHERE frame_id = 2', "UPDATE gap SET reason = '\x1b[31m'");
    const text = await runCli('verify', path);
    expect(text.status).toBe(6);
    expect(text.stdout).toMatch(/stack +\d+ +its frame_id is no frame of the trace/);
    expect(text.stderr).toMatch(/is damaged: \d+ problems?\nhint: /);
    const json = await runCli('verify', path, '--json');
    expect(json.status).toBe(6);
    expectSchema('verify', JSON.parse(json.stdout));
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, state: 'complete' });
  });

  test('refuses what is no trace', async () => {
    writeFileSync(path, 'hello');
    expect(await runCli('verify', path)).toMatchObject({ status: 6, stdout: '' });
    expect(await runCli('verify', join(directory, 'none'))).toMatchObject({ status: 6, stdout: '' });
  });
});

test('a file damaged at random is checked to the end, or refused', async () => {
  const whole = readFileSync(good);
  const random = createRandom(11);
  const outcomes = { ok: 0, problems: 0, refused: 0 };
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(whole);
    for (let wound = 0; wound <= random() * 20; wound++)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    writeFileSync(path, bytes);
    try {
      const { ok } = await verifyTrace(path, () => {});
      outcomes[ok ? 'ok' : 'problems']++;
    } catch (error) {
      if (!(error instanceof PyspyError) || error.kind !== 'trace')
        throw new Error(`round ${round}`, { cause: error });
      outcomes.refused++;
    }
  }
  expect(outcomes.problems).toBeGreaterThan(50);
  expect(outcomes.refused).toBeGreaterThan(5);
});
