/** A recording that is sent while it grows: what is not sent waits in the trace, whatever happens to server and sender. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chooseSamples } from '../../../src/commands/options/filter.js';
import { currentSystem } from '../../../src/platform/system.js';
import { readers } from '../../commands/export/readers.js';
import { runCli } from '../../commands/run-cli.js';
import { TraceBuilder } from '../../format/trace-builder.js';
import { until as untilWithin } from '../../support/conditions.js';
import { Collector, status } from './collector.js';

// The sender looks every few seconds, and waits between attempts: a busy machine makes more of that.
vi.setConfig({ testTimeout: 180_000 });
const until = (what: string, look: () => boolean) => untilWithin(what, look, 150_000);

const pyspy = fileURLToPath(new URL('../../../bin/pyspy.js', import.meta.url));
let directory: string;
let trace: string;
let server: Collector;
let recording: Recording;

/** A recording that this process makes, at ten samples a second. */
class Recording {
  readonly builder: TraceBuilder;
  readonly #thread: number;
  readonly #stack: number;
  samples = 0;

  constructor(
    limits?: ConstructorParameters<typeof TraceBuilder>[2],
    startedUtcNs = 1_714_557_600_000_000_000n,
  ) {
    const bootId = currentSystem.readBootId() ?? '';
    this.builder = new TraceBuilder(
      trace,
      {
        ...{ rateHz: 10, recorderPid: process.pid, startedUtcNs },
        recorderStartTicks: currentSystem.readStartTicks(process.pid) ?? 0,
        host: { name: 'here', system: 'Linux', release: '', machine: '', cpuModel: '', cpus: 1, bootId },
      },
      limits,
    );
    this.#thread = this.builder.thread(this.builder.process(), 'MainThread');
    this.#stack = this.builder.stack([{ name: 'work', file: 'app.py', firstLine: 1 }, 2]);
  }

  growTo(seconds: number): void {
    while (this.samples < seconds * 10)
      this.builder.tick(++this.samples * 100e6, [{ thread: this.#thread, stack: this.#stack }]);
    this.builder.flush();
  }
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-follow-'));
  trace = join(directory, 'run.trace');
  server = await new Collector().open();
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const args = (...more: string[]) => [
  'push',
  trace,
  '--to',
  server.url,
  '--service',
  'shop',
  '--follow',
  ...more,
];

/** How far the trace was sent by what its state file says. */
function sentNs(): number {
  if (!existsSync(`${trace}.pushed`)) return 0;
  const { sent } = JSON.parse(readFileSync(`${trace}.pushed`, 'utf8')) as {
    sent: Record<string, { untilNs: number }>;
  };
  return Object.values(sent)[0]!.untilNs;
}

/** `pyspy` as a process of its own. */
function startSender(words: readonly string[]) {
  const child = spawn(process.execPath, [pyspy, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close').then(([code]) => ({ status: code as number | null, stderr }));
  return {
    stderr: () => stderr,
    closed,
    stop(signal: NodeJS.Signals) {
      child.kill(signal);
      return closed;
    },
  };
}

const samplesOf = (requests: Collector['received']) =>
  requests.reduce((sum, { body }) => sum + readers.pprof(body, 'wallNs').get('work')!.samples!, 0);

test('pieces are sent as they are full, and the rest at the end', async () => {
  recording = new Recording();
  recording.growTo(15);
  const outcome = runCli(...args('--every', '5s'));
  await until('two pieces are there', () => server.received.length === 2);
  recording.growTo(24);
  await until('two more are there', () => server.received.length === 4);
  // 20 s to 24 s may go on: it is sent when nothing more can come.
  recording.growTo(27);
  recording.builder.end();
  expect(await outcome).toMatchObject({ status: 0, stderr: expect.stringContaining('sent 6 pieces') });
  expect(samplesOf(server.received)).toBe(270);
  expect(server.received.map(({ body }) => readers.pprof(body, 'wallNs').get('work')!.samples)).toEqual([
    ...[49, 50, 50, 50, 50, 21],
  ]);
});

test('a server that is busy is told of once, and gets everything when it is back', async () => {
  recording = new Recording();
  recording.growTo(15);
  let refusals = 0;
  server.otherwise = (response) => {
    refusals++;
    response.writeHead(503, { 'retry-after': '0' }).end('full');
  };
  const outcome = runCli(...args('--every', '5s', '--retries', '9'));
  await until('it was refused often', () => refusals >= 12);
  recording.growTo(20);
  const before = server.received.length;
  server.otherwise = status(200);
  recording.builder.end();
  const { status: exit, stderr } = await outcome;
  expect(exit).toBe(0);
  expect(stderr.match(/it answered 503: full; what is not sent waits in/g)).toHaveLength(1);
  expect(stderr).toContain('takes profiles again');
  expect(samplesOf(server.received.slice(before))).toBe(200);
});

test('a piece that the server will not take is left out, and counted', async () => {
  recording = new Recording();
  recording.growTo(15);
  server.answers.push(status(200), status(413));
  const outcome = runCli(...args('--every', '5s'));
  await until('both were sent', () => server.received.length === 2);
  recording.growTo(20);
  recording.builder.end();
  const { status: exit, stderr } = await outcome;
  expect(exit).toBe(0);
  expect(stderr).toMatch(/did not take 5s to 10s, which is left out: it answered 413/);
  expect(stderr).toMatch(/sent 4 pieces .*; 1 that the server did not take are left out\n$/);
});

test('what the recording has deleted before it was sent is told', async () => {
  recording = new Recording({ keepNs: 10e9, maxBytes: null });
  recording.growTo(15);
  const first = runCli(...args('--every', '5s'));
  await until('two pieces are there', () => server.received.length === 2);
  server.otherwise = status(503, { 'retry-after': '0' });
  recording.growTo(20);
  await until('one was refused', () => server.received.length > 5);
  recording.growTo(80);
  server.otherwise = status(200);
  recording.builder.end();
  const { status: exit, stderr } = await first;
  expect(exit).toBe(0);
  expect(stderr).toMatch(/\d+(?:\.\d+)?s were deleted from .*run\.trace before they could be sent \(--keep/);
});

test('credentials that are refused are tried again, until they are others', async () => {
  const token = join(directory, 'token');
  writeFileSync(token, 'old');
  recording = new Recording();
  recording.growTo(15);
  server.otherwise = (response, { headers }) =>
    response.writeHead(headers.authorization === 'Bearer new' ? 200 : 401).end();
  const outcome = runCli(...args('--bearer-file', token));
  await until('they were refused', () => server.received.length === 1);
  writeFileSync(token, 'new');
  await until('they were taken', () => server.received.at(-1)!.headers.authorization === 'Bearer new');
  recording.builder.end();
  const { status: exit, stderr } = await outcome;
  expect(exit).toBe(0);
  expect(stderr).toMatch(
    /it answered 401; what is not sent waits in .*\nhint: It does not accept these credentials/,
  );
});

test('a recording that takes the place of another is sent from its beginning', async () => {
  recording = new Recording();
  recording.growTo(15);
  server.answers.push((response) => {
    recording.builder.end();
    recording = new Recording(undefined, 1_714_567_600_000_000_000n);
    recording.growTo(15);
    response.end();
  });
  const outcome = runCli(...args('--every', '5s'));
  await until('the other is sent', () => server.received.length === 3);
  recording.builder.end();
  expect(await outcome).toMatchObject({ status: 0 });
  expect(samplesOf(server.received.slice(1))).toBe(150);
});

test('a sender that is killed goes on where it was', async () => {
  recording = new Recording();
  recording.growTo(15);
  server.answers.push(status(200), status(200), () => {});
  const sender = spawn(process.execPath, [pyspy, ...args('--every', '4s')], { stdio: 'ignore' });
  try {
    await until('the third piece was sent', () => server.received.length === 3);
  } finally {
    sender.kill('SIGKILL');
  }
  await once(sender, 'exit');
  const taken = server.received.slice(0, 2);
  server.received.length = 0;
  recording.builder.end();
  expect(await runCli(...args('--every', '4s'))).toMatchObject({ status: 0 });
  expect(samplesOf([...taken, ...server.received])).toBe(150);
  expect(JSON.parse(readFileSync(`${trace}.pushed`, 'utf8'))).toMatchObject({ version: 1 });
});

test('SIGTERM ends it well, and a second run sends the rest', async () => {
  recording = new Recording();
  recording.growTo(15);
  const sender = startSender(args('--every', '4s'));
  // That is written when the answer has come.
  await until('three pieces were taken', () => sentNs() === 12e9);
  const { status: exit, stderr } = await sender.stop('SIGTERM');
  expect(exit).toBe(0);
  expect(stderr).toMatch(
    /^pyspy: stopped by SIGTERM: sent 3 pieces .* to http:.*, and nothing from 12s on\nhint: To go on from there: pyspy push \S+run\.trace --to http:\S+ -f pyroscope --resume\.\n$/,
  );
  recording.builder.end();
  expect(await runCli(...args('--every', '4s'))).toMatchObject({ status: 0 });
  expect(samplesOf(server.received)).toBe(150);
});

test.each([
  ['SIGINT', [], '--from 5s'],
  ['SIGTERM', ['--resume'], 'pyspy push \\S+run\\.trace --to http:\\S+ -f pyroscope --resume'],
] as const)('%s ends what is no --follow, which says what is there: %j', async (signal, more, rest) => {
  recording = new Recording();
  recording.growTo(15);
  server.answers.push(status(200), () => {});
  const sender = startSender([...args('--every', '5s').filter((arg) => arg !== '--follow'), ...more]);
  await until('the second piece was sent', () => server.received.length === 2);
  const { status: exit, stderr } = await sender.stop(signal);
  expect(exit).toBe(130);
  expect(stderr).toMatch(
    new RegExp(
      `^pyspy: stopped by ${signal}: sent 1 piece .* to http:.*, and nothing from 5s on\\nhint: .*: ${rest}\\.\\n$`,
    ),
  );
});

test('a recorder that is told to stop sending says what is left', async () => {
  recording = new Recording();
  recording.growTo(15);
  server.answers.push(status(200), () => {});
  const { RecordedPush } = await import('../../../src/run/push/recorded-push.js');
  const sending = new RecordedPush({
    ...{ to: server.url, format: 'pyroscope', service: 'shop', labels: [], everyNs: 5e9 },
    ...{ bearerFile: null, basicFile: null, caFile: null },
    samples: chooseSamples({}),
  });
  sending.begin(trace);
  await until('the second piece was sent', () => server.received.length === 2);
  const ended = sending.end();
  process.emit('SIGHUP', 'SIGHUP');
  await expect(ended).rejects.toMatchObject({
    kind: 'unsent',
    message: expect.stringMatching(/^stopped by SIGHUP: sent 1 piece .*, and nothing from 5s on$/),
    hint: expect.stringMatching(/: pyspy push \S+run\.trace --to http:\S+ -f pyroscope --resume\.$/),
  });
});

test('a beginning that is counted from the end stays where it was', async () => {
  recording = new Recording();
  recording.growTo(25);
  const outcome = runCli(...args('--every', '5s', '--from', '-10s'));
  await until('a piece is there', () => server.received.length === 1);
  for (const seconds of [33, 41, 49]) {
    const before = server.received.length;
    recording.growTo(seconds);
    await until('more is there', () => server.received.length > before);
  }
  recording.builder.end();
  expect(await outcome).toMatchObject({ status: 0 });
  // Its end was just behind the sample at 25 s: those behind that at 15 s, up to 49 s.
  expect(samplesOf(server.received)).toBe(340);
});

test('a window that the recording has not reached is waited for, and its end is the end', async () => {
  recording = new Recording();
  recording.growTo(15);
  const sender = startSender(args('--every', '5s', '--from', '20s', '--until', '28s'));
  await until('that is told', () => sender.stderr().startsWith('pyspy: not yet: the window from 20s'));
  recording.growTo(29);
  await until('a piece is there', () => server.received.length === 1);
  recording.growTo(40);
  const { status: exit, stderr } = await sender.closed;
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.stringMatching(/^.*\nsent 2 pieces .*\n$/) });
  expect(samplesOf(server.received)).toBe(80);
  recording.builder.end();
});

test('an end that is counted from the end is refused', async () => {
  recording = new Recording();
  recording.growTo(15);
  for (const time of ['-5s', '50%'])
    expect(await runCli(...args('--until', time))).toMatchObject({
      ...{ status: 2, stderr: expect.stringMatching(/--until \S+ is counted from the end.*\nhint: /) },
    });
  expect(server.received).toEqual([]);
  recording.builder.end();
});

test('what is recorded meanwhile is no part of a push that does not follow', async () => {
  recording = new Recording();
  recording.growTo(15);
  server.otherwise = (response) => {
    // Each piece that is sent finds another one to send.
    if (server.received.length < 20) recording.growTo(15 + server.received.length);
    response.end();
  };
  const sent = await runCli(...args('--every', '10s').filter((arg) => arg !== '--follow'));
  expect(sent).toMatchObject({ status: 0, stderr: expect.stringContaining('sent 2 pieces') });
  expect(samplesOf(server.received)).toBe(150);
  recording.builder.end();
});

test('a thousand refusals take no memory', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const used = (): number => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  recording = new Recording();
  recording.growTo(15);
  recording.builder.end();
  const measured: number[] = [];
  server.otherwise = (response) => {
    // What the test itself keeps is no part of it.
    server.received.length = 0;
    asked++;
    if (asked === 200 || asked === 1_001) measured.push(used());
    response.writeHead(503, { 'retry-after': '0' }).end('full');
  };
  let asked = 0;
  expect(await runCli(...args('--retries', '1000'))).toMatchObject({
    ...{ status: 75, stderr: expect.stringContaining('in 1001 attempts') },
  });
  expect(measured).toHaveLength(2);
  // A leak of its answers, sockets or timers would be tens of megabytes.
  expect(measured[1]! - measured[0]!).toBeLessThan(8e6);
});
