/** What servers are sent, and what is said of them: real ones, on loopback. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readOtlp } from '../../commands/export/otlp-file.js';
import { readers, type Sums } from '../../commands/export/readers.js';
import { runCli } from '../../commands/run-cli.js';
import { Collector, type Received, status } from './collector.js';

let directory: string;
let trace: string;
let server: Collector;
const at = (name: string) => join(directory, name);
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/push/${name}`, import.meta.url));
const secret = 'hunter2-and-more';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-push-'));
  trace = at('run.trace');
  copyFileSync(fileURLToPath(new URL('../../golden/traces/v2-complete.trace', import.meta.url)), trace);
  writeFileSync(at('token'), `${secret}\n`);
  writeFileSync(at('basic'), `someone:${secret}\n`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(async () => {
  server = await new Collector().open();
});
afterEach(async () => {
  await server.close();
  rmSync(`${trace}.pushed`, { force: true });
  for (const name of ['OTEL_SERVICE_NAME', 'PYSPY_PUSH_BEARER', 'PYSPY_PUSH_BASIC', 'POD_NAME', 'NODE_NAME'])
    delete process.env[name];
});

const push = (...args: string[]) => runCli('push', trace, '--to', server.url, '--service', 'shop', ...args);

/** Sums over requests, as those of an export with names alone would be. */
function sumsOf(requests: readonly Received[], format: 'pprof' | 'otlp'): Sums {
  const all: Sums = new Map();
  for (const { body } of requests)
    for (const [name, sums] of readers[format](format === 'otlp' ? gunzipSync(body) : body, 'wallNs')) {
      const sum = all.get(name) ?? {};
      for (const [measure, value] of Object.entries(sums))
        sum[measure as keyof typeof sum] = (sum[measure as keyof typeof sum] ?? 0) + value;
      all.set(name, sum);
    }
  return all;
}

async function exported(format: 'pprof' | 'otlp'): Promise<Sums> {
  await runCli('export', trace, '-f', format, '--names', '--idle', '-o', at('out'));
  return readers[format](readFileSync(at('out')), 'wallNs');
}

function expectSame(actual: Sums, expected: Sums): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { samples, wallNs, cpuNs = 0 }] of expected) {
    expect(actual.get(name)!.samples, name).toBe(samples);
    // Each sum is rounded, in each piece.
    expect(Math.abs(actual.get(name)!.wallNs! - wallNs!), name).toBeLessThan(1_000);
    expect(Math.abs((actual.get(name)!.cpuNs ?? 0) - cpuNs), name).toBeLessThan(1_000);
  }
}

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
    expect(times[0]![0]).toBe(Math.floor(Date.parse(info.recordings[0]!.started) / 1e3));
    expect(times.every(([from, until]) => until - from >= 2 && until - from <= 3)).toBe(true);
    expect(times.map(([from]) => from)).toEqual(times.map(([from]) => from).sort((a, b) => a - b));
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
    expect(names.every((name) => /^\/traces\/run-\d{8}T\d{6}Z\.trace$/.test(name))).toBe(true);
    let samples = 0;
    for (const { url, body } of server.received) {
      expect(url.searchParams.get('signature')).toBe(secret);
      writeFileSync(at('got.trace'), body);
      samples += JSON.parse((await runCli('info', at('got.trace'), '--json')).stdout).samples;
    }
    expect(samples).toBe(JSON.parse((await runCli('info', trace, '--json')).stdout).samples);
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

describe('credentials', () => {
  test.each([
    ['a token in a file', ['--bearer-file', 'token'], {}, `Bearer ${secret}`],
    ['a password in a file', ['--basic-file', 'basic'], {}, `Basic ${btoa(`someone:${secret}`)}`],
    ['a token in the environment', [], { PYSPY_PUSH_BEARER: secret }, `Bearer ${secret}`],
    [
      'a password in the environment',
      [],
      { PYSPY_PUSH_BASIC: `a:b:${secret}` },
      `Basic ${btoa(`a:b:${secret}`)}`,
    ],
    [
      'a file before the environment',
      ['--bearer-file', 'token'],
      { PYSPY_PUSH_BASIC: 'a:b' },
      `Bearer ${secret}`,
    ],
    ['none', [], {}, undefined],
  ])('%s', async (_, args, environment, header) => {
    Object.assign(process.env, environment);
    const files = args.map((arg) => (arg.startsWith('--') ? arg : at(arg)));
    expect(await push('--until', '2s', ...files)).toMatchObject({ status: 0 });
    expect(server.received[0]!.headers.authorization).toBe(header);
  });

  test('are in no message, whatever a server sends back, and in no file', async () => {
    const encoded = btoa(`someone:${secret}`);
    const before = readdirSync(directory).filter((name) => name !== 'run.trace.pushed');
    for (const echo of [secret, `x`.repeat(190) + secret, encoded, `Basic ${encoded}`]) {
      server.otherwise = (response, { headers }) =>
        response.writeHead(401, { 'content-type': 'text/plain' }).end(`${echo} ${headers.authorization}`);
      const { status: exit, stderr } = await push('--basic-file', at('basic'), '--resume');
      expect(exit).toBe(69);
      expect(stderr).toContain('[secret]');
      expect(stderr).not.toContain(secret);
      expect(stderr).not.toContain(secret.slice(0, 8));
      expect(stderr).not.toContain(encoded.slice(0, 12));
    }
    server.otherwise = (response) =>
      response.writeHead(307, { location: `http://127.0.0.1/${secret}` }).end();
    expect((await push('--bearer-file', at('token'))).stderr).not.toContain(secret);
    expect(readdirSync(directory)).toEqual(before);
    expect(readFileSync(trace).includes(secret)).toBe(false);
  });

  test('that are none, or two, or on the command line, are refused, and not shown', async () => {
    writeFileSync(at('lines'), `${secret}\nmore`);
    writeFileSync(at('nothing'), '\n');
    writeFileSync(at('long'), secret.repeat(2_000));
    const bad: [string[], RegExp][] = [
      [['--bearer-file', at('token'), '--basic-file', at('basic')], /--bearer-file and --basic-file exclude/],
      [['--bearer-file', at('lines')], /--bearer-file holds no credentials/],
      [['--basic-file', at('lines')], /--basic-file holds no credentials/],
      [['--bearer-file', at('nothing')], /--bearer-file holds no credentials/],
      [['--basic-file', at('token')], /--basic-file is not USER:PASSWORD/],
      [['--bearer-file', at('long')], /cannot read .*long: it is no file, or has more than 16 kB/],
      [['--bearer-file', directory], /cannot read .*: it is no file/],
      [['--ca', at('token')], /cannot read .*token: it has no certificate in PEM/],
      [['--bearer-file', at('missing')], /cannot read .*missing: there is no such file/],
      [['--to', `http://someone:${secret}@127.0.0.1:${server.port}/`], /--to has a user or a password in it/],
      [['--to', `someone:${secret}@127.0.0.1`], /--to is not an address of HTTP/],
      [['--to', `127.0.0.1 ${secret}`], /--to is not an address\n/],
    ];
    for (const [args, message] of bad) {
      const { status: exit, stderr } = await push(...args);
      expect({ exit, args }).toEqual({ exit: 2, args });
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain(secret);
    }
    expect(server.received).toEqual([]);
  });
});

describe('a server that does not take it', () => {
  test.each([
    [401, 69, /it answered 401: denied\nhint: It wants credentials: --bearer-file/],
    [403, 69, /it answered 403/],
    [404, 69, /it answered 404.*\nhint: Look at the address, and at --format/],
    [413, 69, /it answered 413.*\nhint: Send less at once: --every 5s/],
    [422, 69, /it answered 422/],
    [301, 69, /it answered 301 and leads to http:\/\/elsewhere\.invalid\/\nhint: pyspy follows no redirect/],
    [304, 69, /it answered 304 and leads to http/],
  ])('because of %i is not asked again', async (code, exit, message) => {
    server.otherwise = status(code, { location: 'http://elsewhere.invalid/' }, 'denied');
    const outcome = await push('--every', '2s');
    expect(outcome).toMatchObject({ status: exit, stdout: '', stderr: expect.stringMatching(message) });
    expect(outcome.stderr).toMatch(/^pyspy: 0s to 2s was not taken by http:/);
    expect(server.received).toHaveLength(1);
  });

  test('in the middle has what was before, and the place to go on from is told', async () => {
    server.answers.push(status(200), status(200), status(400, {}, 'bad\x1b[31m profile\n::error::'));
    const { status: exit, stderr } = await push('--idle', '--every', '2s');
    expect(exit).toBe(69);
    expect(stderr).toMatch(
      /^pyspy: sent 2 pieces .*, then 4s to \d+(?:\.\d+)?s was not taken by .*: it answered 400: bad/,
    );
    expect(stderr).toMatch(/To go on from there: --from 4s\.\n$/);
    expect(stderr).not.toContain('\x1b');
  });

  test.each([408, 429, 500, 502, 503, 504])('for now (%i) is asked again when it says', async (code) => {
    server.answers.push(status(code, { 'retry-after': '0' }), status(code, { 'retry-after': '0' }));
    expect(await push('--until', '2s')).toMatchObject({ status: 0 });
    expect(server.received).toHaveLength(3);
    expect(new Set(server.received.map(({ body }) => body.toString('hex'))).size).toBe(1);
  });

  test('for ever is left alone after some attempts', async () => {
    server.otherwise = status(503, { 'retry-after': '0' }, 'overloaded');
    const { status: exit, stderr } = await push('--retries', '3');
    expect(exit).toBe(75);
    expect(stderr).toMatch(
      /^pyspy: 0s to 10s could not be sent to .* in 4 attempts: it answered 503: overloaded\nhint: /,
    );
    expect(server.received).toHaveLength(4);
  });

  test('and asks for an hour is not waited for', async () => {
    for (const hour of ['3600', new Date(Date.now() + 3_600_000).toUTCString()]) {
      server.otherwise = status(429, { 'retry-after': hour });
      expect(await push()).toMatchObject({ status: 75, stderr: expect.stringContaining('it answered 429') });
    }
    expect(server.received).toHaveLength(2);
  });

  test('a collector is not asked again where its protocol forbids it', async () => {
    server.otherwise = status(500, { 'retry-after': '0' });
    expect(await push('-f', 'otlp')).toMatchObject({ status: 69 });
    expect(server.received).toHaveLength(1);
  });
});

describe('a server that lies', () => {
  const endless = (code: number) => (response: import('node:http').ServerResponse) => {
    response.writeHead(code, { 'content-type': 'text/plain' });
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };

  test('without an end is cut off', async () => {
    server.otherwise = endless(200);
    expect(await push()).toMatchObject({
      ...{ status: 69, stderr: expect.stringContaining('it answered 200 with more than 64 kB') },
    });
    server.otherwise = endless(400);
    const { status: exit, stderr } = await push();
    expect(exit).toBe(69);
    expect(stderr.length).toBeLessThan(600);
  });

  test('by a page for people is not believed', async () => {
    server.otherwise = status(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>Sign in</html>');
    expect(await push()).toMatchObject({
      status: 69,
      stderr: expect.stringContaining('a page for browsers'),
    });
  });

  test('about being HTTP is found out', async () => {
    const sockets: Socket[] = [];
    const liar = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {}).once('data', () => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
      socket.resume();
    });
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    const { port } = liar.address() as AddressInfo;
    try {
      expect(await push('--to', `http://127.0.0.1:${port}`)).toMatchObject({
        ...{ status: 69, stderr: expect.stringMatching(/its answer is no HTTP \(HPE_\w+\)\nhint: /) },
      });
    } finally {
      for (const socket of sockets) socket.destroy();
      liar.close();
    }
  });

  test('by hanging up is asked again', async () => {
    server.otherwise = (response) => response.destroy();
    expect(await push('--retries', '0')).toMatchObject({
      ...{ status: 75, stderr: expect.stringContaining('it closed the connection without an answer') },
    });
    server.otherwise = (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setImmediate(() => response.destroy());
    };
    expect(await push('--retries', '0')).toMatchObject({ status: 75 });
  });
});

test('a server that never answers is waited for as long as was asked', async () => {
  server.otherwise = () => {};
  expect(await push('--retries', '0', '--timeout', '1')).toMatchObject({
    ...{ status: 75, stderr: expect.stringContaining('no answer came in time') },
  });
});

test('a server that is away is named', async () => {
  // Nobody listens there (tcpmux).
  const outcome = await push('--to', 'http://127.0.0.1:1', '--retries', '0');
  expect(outcome).toMatchObject({
    ...{
      status: 75,
      stderr: expect.stringMatching(/nobody listens there \(ECONNREFUSED\)\nhint: Look at the address/),
    },
  });
});

test('TLS is held to certificates that are trusted', async () => {
  const received: string[] = [];
  const key = {
    key: readFileSync(fixture('localhost.key.pem')),
    cert: readFileSync(fixture('localhost.cert.pem')),
  };
  const secure = createSecureServer(key, (request, response) => {
    received.push(request.url!);
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const to = ['--to', `https://127.0.0.1:${(secure.address() as AddressInfo).port}`, '--until', '2s'];
  try {
    expect(await push(...to)).toMatchObject({
      ...{
        status: 69,
        stderr: expect.stringMatching(/its certificate is not trusted \(\w+\)\nhint: .*--ca FILE/),
      },
    });
    expect(received).toEqual([]);
    expect(await push(...to, '--ca', fixture('localhost.cert.pem'))).toMatchObject({ status: 0 });
    expect(received).toHaveLength(1);
    expect(await push(...to, '--ca', at('missing'))).toMatchObject({ status: 2 });
  } finally {
    secure.close();
  }
});

describe('wrong usage', () => {
  test.each([
    [['--label', 'region'], /it has no "="/],
    [['--label', '__name__=x'], /names begin with a letter/],
    [['--label', 'a=b', '--label', 'a=c'], /a is there twice/],
    [['--label', 'a=b,c'], /Pyroscope has no way to write "," or braces/],
    [['--service', 'two words'], /Pyroscope takes no service of the name "two words"/],
    [['--every', '10ms'], /--every "10ms" is not a length of time of at least 1s/],
    [['--until', '1s', '--from', '2s'], /the window is reversed: --from is 2s and --until is 1s/],
    [['--timeout', '0'], /It must be 1 to 3600 seconds/],
  ])('%j', async (args, message) => {
    const { status: exit, stderr } = await push(...args);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(message) });
    expect(server.received).toEqual([]);
  });

  test('without a service, which the environment may name', async () => {
    const to = ['push', trace, '--to', server.url, '--until', '2s'];
    expect(await runCli(...to)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('OTEL_SERVICE_NAME'),
    });
    process.env.OTEL_SERVICE_NAME = 'till';
    expect(await runCli(...to)).toMatchObject({ status: 0 });
    expect(server.received[0]!.url.searchParams.get('name')).toMatch(/^till\{/);
  });
});

describe('--resume', () => {
  test('sends each piece once, whatever comes between', async () => {
    const args = ['--idle', '--every', '2s', '--resume', '--retries', '0'];
    server.answers.push(status(200), status(200), status(503), (response) => response.destroy());
    expect(await push(...args)).toMatchObject({
      status: 75,
      stderr: expect.stringContaining('answered 503'),
    });
    expect(await push(...args)).toMatchObject({
      status: 75,
      stderr: expect.stringContaining('closed the connection'),
    });
    // These were not taken.
    server.received.splice(2, 2);
    expect(await push(...args)).toMatchObject({ status: 0 });
    expectSame(sumsOf(server.received, 'pprof'), await exported('pprof'));
    expect(await push(...args)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('nothing to send'),
    });
  });

  test('is of each destination and of the recording alone', async () => {
    const args = ['--idle', '--resume'];
    await push(...args);
    const first = server.received.length;
    await push('-f', 'otlp', ...args);
    expect(server.received.length).toBe(2 * first);
    const state = JSON.parse(readFileSync(`${trace}.pushed`, 'utf8'));
    writeFileSync(`${trace}.pushed`, JSON.stringify({ ...state, recording: 'another' }));
    await push(...args);
    expect(server.received.length).toBe(3 * first);
    for (const text of [
      '',
      'null',
      '[]',
      '{"version":1,"recording":"a","sent":{"x":{"untilNs":-1}}}',
      '{"version":2}',
    ]) {
      writeFileSync(`${trace}.pushed`, text);
      expect(await push(...args)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('it is no such file'),
      });
    }
  });

  test('leaves no file where it was not asked for', async () => {
    expect(await push()).toMatchObject({ status: 0 });
    expect(existsSync(`${trace}.pushed`)).toBe(false);
  });
});

describe('record --push', () => {
  const record = (...args: string[]) => runCli('record', ...args, '--', 'true');

  test.each([
    [
      ['--push', `http://someone:${secret}@127.0.0.1/`, '--service', 'shop'],
      /--to has a user or a password in it/,
    ],
    [
      ['--push', `http://127.0.0.1/?key=${secret}`, '--service', 'shop'],
      /--push has a query, which may be a secret/,
    ],
    [['--push', 'http://127.0.0.1/'], /push needs the name of the service/],
    [
      ['--push', 'http://127.0.0.1/a', '--push-format', 'put', '--service', 'shop'],
      /--service would have no effect/,
    ],
    [['--push', 'http://127.0.0.1/a', '--push-format', 'put'], /--to is the address of one/],
    [['--service', 'shop'], /go with --push/],
    [['--label', 'a=b'], /go with --push/],
  ])('is refused before anything is recorded: %j', async (args, message) => {
    const { status: exit, stderr } = await record(...args);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain(secret);
  });
});
