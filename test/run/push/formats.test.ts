/** What servers of each kind are sent: real ones, on loopback. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readOtlp } from '../../commands/export/otlp-file.js';
import { runCli } from '../../commands/run-cli.js';
import { type Received, status } from './collector.js';
import {
  at,
  directory,
  expectSame,
  exported,
  push,
  secret,
  server,
  sumsOf,
  trace,
  usePushedTrace,
} from './pushed-trace.js';

usePushedTrace();

describe('Pyroscope', () => {
  test('gets the sums of an export, in pieces that say when they were', async () => {
    const { status: exit, stdout, stderr } = await push('--idle', '--every', '2s');
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' });
    expect(stderr).toMatch(/^sent (\d+) pieces \(\d+ (?:bytes|kB)\) to http:\/\/127\.0\.0\.1:\d+\/ingest\n$/);
    const { received } = server;
    expect(received.length).toBeGreaterThan(3);
    expectSame(sumsOf(received, 'pprof'), await exported('pprof'));
    const times = received.map(({ method, url, headers }) => {
      expect({ method, path: url.pathname, type: headers['content-type'] }).toEqual({
        ...{ method: 'POST', path: '/ingest', type: 'binary/octet-stream' },
      });
      const query = Object.fromEntries(url.searchParams);
      expect(query).toMatchObject({ name: 'shop{host=testhost}', format: 'pprof', spyName: 'pyspy-trace' });
      return [Number(query.from), Number(query.until)] as const;
    });
    const info = JSON.parse((await runCli('info', trace, '--json')).stdout) as {
      recordings: { started: string }[];
    };
    // Of 13 digits Pyroscope takes it for ms.
    expect(times[0]![0]).toBe(Date.parse(info.recordings[0]!.started));
    expect(times.slice(0, -1).every(([from, until]) => until - from === 2_000)).toBe(true);
    for (const [i, [from]] of times.slice(1).entries()) expect(from).toBe(times[i]![1]);
  });

  test('gets labels of people and of the pod, and none for each thread', async () => {
    Object.assign(process.env, { POD_NAME: 'shop-7d9f', NODE_NAME: 'node-3' });
    const { status: exit } = await push('--label', 'region=eu-1', '--label', 'node=mine', '--until', '2s');
    expect(exit).toBe(0);
    expect(server.received[0]!.url.searchParams.get('name')).toBe(
      'shop{host=testhost,node=mine,pod=shop-7d9f,region=eu-1}',
    );
    expect(gunzipSync(server.received[0]!.body).includes('thread_id')).toBe(false);
  });

  test('is told of nothing where no sample passes', async () => {
    const { status: exit, stderr } = await push('--thread', 'nobody');
    expect(exit).toBe(0);
    expect(stderr).toMatch(/^nothing to send to .*: no samples that were not sent, or none that passed/);
    expect(server.received).toEqual([]);
  });
});

describe('a collector', () => {
  const otlp = (...args: string[]) => push('-f', 'otlp', ...args);

  test('gets requests of the published definition, with the sums of an export', async () => {
    process.env.POD_NAME = 'shop-7d9f';
    expect(await otlp('--idle', '--label', 'region=eu-1')).toMatchObject({ status: 0 });
    expectSame(sumsOf(server.received, 'otlp'), await exported('otlp'));
    for (const { method, url, headers, body } of server.received) {
      expect([method, url.pathname]).toEqual(['POST', '/v1development/profiles']);
      expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' });
      const { attributes } = readOtlp(gunzipSync(body)).resourceProfiles[0]!.resource;
      const texts = Object.fromEntries(attributes.map(({ key, value }) => [key, value.value.value]));
      expect(texts).toMatchObject({
        ...{ 'service.name': 'shop', 'host.name': 'testhost', 'process.pid': 1001n, region: 'eu-1' },
        'k8s.pod.name': 'shop-7d9f',
      });
      expect(new Set(attributes.map(({ key }) => key)).size).toBe(attributes.length);
    }
  });

  test('that rejects a part is believed, and its words are told', async () => {
    // partial_success { rejected_profiles: 2 error_message: "no room" }
    const partial = Buffer.from([0x0a, 0x0b, 0x08, 0x02, 0x12, 0x07, ...Buffer.from('no room')]);
    server.otherwise = (response) =>
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partial);
    const { status: exit, stderr } = await otlp();
    expect(exit).toBe(69);
    expect(stderr).toMatch(/it took the request, but not 2 of its profiles: no room\nhint: /);
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['as a number', '{"partialSuccess":{"rejectedProfiles":2,"errorMessage":"no room"}}'],
    ['as a text', '{"partialSuccess":{"rejectedProfiles":"2","errorMessage":"no room"}}'],
  ])('that says so in JSON, %s, is believed', async (_, body) => {
    server.otherwise = status(200, { 'content-type': 'application/json; charset=utf-8' }, body);
    expect(await otlp()).toMatchObject({
      ...{ status: 69, stderr: expect.stringContaining('not 2 of its profiles: no room\nhint: ') },
    });
  });

  test('that refuses with a status in protobuf has its words told', async () => {
    // google.rpc.Status { code: 3 message: "too many stacks" }
    const body = Buffer.from([0x08, 0x03, 0x12, 0x0f, ...Buffer.from('too many stacks')]);
    server.otherwise = (response) =>
      response.writeHead(400, { 'content-type': 'application/x-protobuf' }).end(body);
    expect(await otlp()).toMatchObject({
      ...{ status: 69, stderr: expect.stringContaining('it answered 400: too many stacks\nhint: ') },
    });
  });

  test.each([
    ['garbage', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3])],
    ['a warning', Buffer.from([0x0a, 0x09, 0x12, 0x07, ...Buffer.from('careful')])],
  ])('that answers with %s has taken it', async (what, body) => {
    server.otherwise = (response) =>
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(body);
    const { status: exit, stderr } = await otlp('--until', '2s');
    expect(exit).toBe(0);
    expect(stderr.includes('says: careful')).toBe(what === 'a warning');
  });
});

describe('an object store', () => {
  test('gets the trace, under its own name in a folder', async () => {
    const url = `${server.url}/traces/`;
    expect(await runCli('push', trace, '--to', url, '-f', 'put')).toMatchObject({ status: 0 });
    const [{ method, url: to, body }] = server.received as [Received];
    expect([method, to.pathname]).toEqual(['PUT', '/traces/run.trace']);
    writeFileSync(at('got.trace'), body);
    const top = async (file: string) => JSON.parse((await runCli('top', file, '--json')).stdout).rows;
    expect(await top(at('got.trace'))).toEqual(await top(trace));
    expect((await runCli('verify', at('got.trace'))).status).toBe(0);
  });

  test('gets pieces, named after their beginning, whose samples are those of the trace', async () => {
    await runCli(
      'push',
      trace,
      '--to',
      `${server.url}/traces/?signature=${secret}`,
      '-f',
      'put',
      '--every',
      '4s',
    );
    const names = server.received.map(({ url }) => url.pathname);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^\/traces\/run-\d{8}T\d{6}\.\d{3}Z\.trace$/.test(name))).toBe(true);
    let samples = 0;
    for (const { url, body } of server.received) {
      expect(url.searchParams.get('signature')).toBe(secret);
      writeFileSync(at('got.trace'), body);
      samples += JSON.parse((await runCli('info', at('got.trace'), '--json')).stdout).samples;
    }
    expect(samples).toBe(JSON.parse((await runCli('info', trace, '--json')).stdout).samples);
  });

  test('gets pieces that begin within one second under names of their own', async () => {
    const put = ['push', trace, '--to', `${server.url}/traces/`, '-f', 'put'];
    // The recording began at …00.123.
    expect(await runCli(...put, '--from', '2.9s', '--every', '1s', '--until', '4s')).toMatchObject({
      status: 0,
    });
    expect(server.received.map(({ url }) => url.pathname)).toEqual([
      '/traces/run-20240501T100003.023Z.trace',
      '/traces/run-20240501T100003.123Z.trace',
    ]);
  });

  test('gets the other pieces where one cannot be read here, and that is counted', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = at('');
    try {
      server.answers.push(status(200), (response) => {
        const [folder] = readdirSync(directory, { withFileTypes: true }).filter((entry) =>
          entry.isDirectory(),
        );
        rmSync(at(`${folder!.name}/piece.trace`));
        response.writeHead(503, { 'retry-after': '0' }).end();
      });
      const put = ['push', trace, '--to', `${server.url}/traces/`, '-f', 'put', '--every', '4s', '--resume'];
      const { status: exit, stderr } = await runCli(...put);
      expect(exit).toBe(75);
      expect(stderr).toMatch(
        /4s to 8s was not sent to .*, and is left out: the file made of it cannot be read \(ENOENT\)\nhint: /,
      );
      expect(stderr).toMatch(
        /sent 2 pieces to .*; 1 that could not be read are left out\nhint: .*--from 4s --until 8s\.\n$/,
      );
      const again = ['--from', '4s', '--until', '8s'];
      expect(await runCli(...put.slice(0, -3), ...again)).toMatchObject({ status: 0 });
      expect(new Set(server.received.map(({ url }) => url.pathname)).size).toBe(3);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  test('needs no service, and takes no labels and no filters', async () => {
    const to = ['push', trace, '--to', `${server.url}/a.trace`, '-f', 'put'];
    for (const args of [['--idle'], ['--label', 'a=b'], ['--service', 'shop']])
      expect(await runCli(...to, ...args)).toMatchObject({
        ...{ status: 2, stderr: expect.stringContaining('sends traces as they are') },
      });
    expect(await runCli(...to, '--every', '5s')).toMatchObject({
      ...{ status: 2, stderr: expect.stringContaining('--to is the address of one') },
    });
    expect(server.received).toEqual([]);
  });
});
