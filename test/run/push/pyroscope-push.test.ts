/** Pyroscope's push API: what a real server on loopback is sent, by the published definition, and what its errors mean. */
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { beforeEach, describe, expect, test } from 'vitest';
import { readers } from '../../commands/export/readers.js';
import { type Answer, status } from './collector.js';
import { readPushRequest } from './push-request.js';
import { expectSame, exported, push as pushAny, server, sumsOf, usePushedTrace } from './pushed-trace.js';

usePushedTrace();

const path = '/push.v1.PusherService/Push';
const push = (...args: string[]) => pushAny('-f', 'pyroscope-push', ...args);
/** PushResponse has no fields: no bytes. */
const taken = status(200, { 'content-type': 'application/proto' });
const error = (code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  status(code, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));

beforeEach(() => {
  server.otherwise = taken;
});

/** Types of values and of the period, as Pyroscope puts its names of profiles together. */
function typesOf(name: string, profile: Buffer): string[] {
  const { stringTable, sampleType, periodType } = Profile.decode(gunzipSync(profile));
  const text = ({ type, unit }: { type: number | bigint; unit: number | bigint }) =>
    [type, unit].map((at) => stringTable.strings[Number(at)]).join(':');
  return sampleType.map((type) => `${name}:${text(type)}:${text(periodType!)}`);
}

describe('what it gets', () => {
  test('are the sums of an export, a profile of wall time and one of CPU time', async () => {
    const { status: exit, stdout, stderr } = await push('--idle', '--every', '2s');
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' });
    expect(stderr).toMatch(/^sent \d+ pieces \(\d+ (?:bytes|kB)\) to http:\/\/127.0.0.1:\d+\/push\.v1\./);
    expect(server.received.length).toBeGreaterThan(3);
    const profiles = { wall: [] as { body: Buffer }[], process_cpu: [] as { body: Buffer }[] };
    const types = new Set<string>();
    for (const { method, url, headers, body } of server.received) {
      expect({ method, path: url.pathname + url.search }).toEqual({ method: 'POST', path });
      expect(headers).toMatchObject({
        ...{ 'content-type': 'application/proto', 'connect-protocol-version': '1' },
      });
      expect(headers).not.toHaveProperty('content-encoding');
      for (const { labels, profile, id } of readPushRequest(body)) {
        const { __name__: name, ...others } = labels;
        expect(others).toEqual({
          ...{ service_name: 'shop', host: 'testhost', __delta__: 'false', pyroscope_spy: 'pyspy' },
        });
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        profiles[name as keyof typeof profiles].push({ body: profile });
        for (const type of typesOf(name!, profile)) types.add(type);
      }
    }
    expect([...types].sort()).toEqual([
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      'wall:samples:count:wall:nanoseconds',
      'wall:wall:nanoseconds:wall:nanoseconds',
    ]);
    const wanted = await exported('pprof');
    const isUsed = (ns: number | undefined) => (ns ?? 0) > 0;
    const expected = (keep: (sums: { cpuNs?: number }) => object) =>
      new Map([...wanted].map(([name, sums]) => [name, keep(sums)] as const));
    const wall = sumsOf(profiles.wall, 'pprof');
    expectSame(
      wall,
      expected(({ cpuNs: _, ...sums }) => sums),
    );
    const cpu = sumsOf(profiles.process_cpu, 'pprof');
    const users = [...wanted].filter(([, { cpuNs }]) => isUsed(cpuNs));
    expect(users.length).toBeGreaterThan(0);
    expect([...cpu.keys()].sort()).toEqual(users.map(([name]) => name).sort());
    for (const [name, { cpuNs }] of users)
      expect(Math.abs(cpu.get(name)!.cpuNs! - cpuNs!)).toBeLessThan(1_000);
  });

  test('with --cpu is CPU time alone', async () => {
    expect(await push('--cpu', '--until', '4s')).toMatchObject({ status: 0 });
    const [series, ...others] = readPushRequest(server.received[0]!.body);
    expect(others).toEqual([]);
    expect(typesOf(series!.labels.__name__!, series!.profile)).toEqual([
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    ]);
    expect([...readers.pprof(series!.profile, 'cpuNs').values()].every(({ cpuNs }) => cpuNs! > 0)).toBe(true);
  });

  test('has labels of people with any signs, and of the pod', async () => {
    Object.assign(process.env, { POD_NAME: 'shop-7d9f', NODE_NAME: 'node-3' });
    const labels = ['--label', 'team={a,b}', '--label', 'node=mine', '--service', 'two words'];
    expect(await push(...labels, '--until', '2s')).toMatchObject({ status: 0 });
    for (const series of readPushRequest(server.received[0]!.body))
      expect(series.labels).toMatchObject({
        ...{ service_name: 'two words', team: '{a,b}', node: 'mine', pod: 'shop-7d9f', host: 'testhost' },
      });
    expect(await push('--label', 'service_name=x')).toMatchObject({
      ...{ status: 2, stderr: expect.stringContaining('--service says that') },
    });
  });

  test('is the same, id included, where it is sent again', async () => {
    server.answers.push(error(503, { code: 'unavailable' }, { 'retry-after': '0' }));
    expect(await push('--until', '2s')).toMatchObject({ status: 0 });
    expect(await push('--until', '2s')).toMatchObject({ status: 0 });
    expect(new Set(server.received.map(({ body }) => body.toString('hex')))).toHaveProperty('size', 1);
    const ids = readPushRequest(server.received[0]!.body).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  test('is told by the address alone, and other addresses by theirs', async () => {
    for (const prefix of ['', '/tenant'])
      expect(await pushAny('--to', `${server.url}${prefix}${path}`, '--until', '2s')).toMatchObject({
        status: 0,
      });
    expect(await pushAny('--to', `${server.url}/v1development/profiles/`, '--until', '2s')).toMatchObject({
      status: 0,
    });
    expect(await pushAny('--to', `${server.url}/ingest?a=${path}`, '--until', '2s')).toMatchObject({
      status: 0,
    });
    expect(server.received.map(({ url, headers }) => [url.pathname, headers['content-type']])).toEqual([
      [path, 'application/proto'],
      [`/tenant${path}`, 'application/proto'],
      ['/v1development/profiles', 'application/x-protobuf'],
      ['/ingest', 'binary/octet-stream'],
    ]);
  });
});

describe('its errors', () => {
  test.each([
    [400, 'invalid_argument', 69, /it answered 400 \(invalid_argument\): too old\nhint: Look into its log/],
    [401, 'unauthenticated', 69, /it answered 401 \(unauthenticated\): too old\nhint: It wants credentials/],
    [
      403,
      'permission_denied',
      69,
      /it answered 403 \(permission_denied\): too old\nhint: It wants credentials/,
    ],
    [404, 'unimplemented', 69, /it answered 404 \(unimplemented\): too old\nhint: Look at the address/],
    [501, 'unimplemented', 69, /it answered 501 \(unimplemented\): too old\nhint: Look at the address/],
    [
      429,
      'resource_exhausted',
      75,
      /in 2 attempts: it answered 429 \(resource_exhausted\): too old\nhint: Try again/,
    ],
    [409, 'aborted', 75, /in 2 attempts: it answered 409 \(aborted\)/],
    [500, 'internal', 75, /in 2 attempts: it answered 500 \(internal\)/],
    [503, 'unavailable', 75, /in 2 attempts: it answered 503 \(unavailable\)/],
    [504, 'deadline_exceeded', 75, /in 2 attempts: it answered 504 \(deadline_exceeded\)/],
  ])('%i %s', async (code, name, exit, message) => {
    server.otherwise = error(code, { code: name, message: 'too old', details: [] }, { 'retry-after': '0' });
    expect(await push('--retries', '1')).toMatchObject({
      ...{ status: exit, stdout: '', stderr: expect.stringMatching(message) },
    });
    expect(server.received).toHaveLength(exit === 69 ? 1 : 2);
  });

  test('for now are waited for as long as it says, not for an hour', async () => {
    server.answers.push(error(429, { code: 'resource_exhausted' }, { 'retry-after': '0' }));
    expect(await push('--until', '2s')).toMatchObject({ status: 0 });
    server.otherwise = error(429, { code: 'resource_exhausted' }, { 'retry-after': '3600' });
    expect(await push('--until', '2s')).toMatchObject({
      ...{ status: 75, stderr: expect.stringMatching(/it answered 429 \(resource_exhausted\)\nhint: /) },
    });
    expect(server.received).toHaveLength(3);
  });

  test('of a message that is too large is not taken for one of a server that is busy', async () => {
    const message = 'message size 5000000 is larger than configured max 4194304';
    server.otherwise = error(429, { code: 'resource_exhausted', message });
    expect(await push()).toMatchObject({
      ...{ status: 69, stderr: expect.stringContaining(`${message}\nhint: Send less at once: --every 5s`) },
    });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['no JSON', '{"code":', /it answered 400: \{"code":\n/],
    ['no object', '[1]', /it answered 400: \[1\]\n/],
    ['a code that is none', '{"code":"free\\u001b[31m","message":"x"}', /it answered 400: \{"code":"free/],
    ['a code alone', '{"code":"data_loss"}', /it answered 400 \(data_loss\)\n/],
    ['a message that is no text', '{"code":"data_loss","message":[1]}', /it answered 400 \(data_loss\)\n/],
    ['brackets without end', '['.repeat(60_000), /it answered 400: \[{200}…\n/],
    [
      'signs of terminals',
      '{"code":"data_loss","message":"a\\u001b[31mb\\n::error::c"}',
      /\(data_loss\): a.*b/,
    ],
  ])('with %s are shown as they are', async (_, body, message) => {
    server.otherwise = status(400, { 'content-type': 'application/json' }, body);
    const { status: exit, stderr } = await push();
    expect({ exit, stderr }).toEqual({ exit: 69, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain('\x1b');
    expect(stderr).not.toContain('\n::');
  });

  test.each(['text/plain', 'application/json', ''])(
    'are told of 200 with %j, which its API does not say',
    async (type) => {
      server.otherwise = status(200, type === '' ? {} : { 'content-type': type }, 'ok');
      expect(await push()).toMatchObject({
        ...{ status: 69, stderr: expect.stringContaining('not as its push API does, so nothing shows that') },
      });
    },
  );
});
