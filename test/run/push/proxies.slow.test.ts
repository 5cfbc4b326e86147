/** Proxies that the environment names: real ones, on loopback, before real servers of each format. */
import { readFileSync } from 'node:fs';
import { createServer as createSecureServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../commands/run-cli.js';
import { status } from './collector.js';
import { ForwardProxy } from './forward-proxy.js';
import { proxyVariables, push, secret, server, trace, usePushedTrace } from './pushed-trace.js';

usePushedTrace();

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/push/${name}`, import.meta.url));
const ca = fixture('localhost.cert.pem');
const key = { key: readFileSync(fixture('localhost.key.pem')), cert: readFileSync(ca) };

let proxy: ForwardProxy;
let secure: Server;
/** Paths and headers of what came over TLS. */
const received: { path: string; headers: Record<string, unknown>; length: number }[] = [];

beforeEach(async () => {
  proxy = await new ForwardProxy().open();
  received.length = 0;
  secure = createSecureServer(key, (request, response) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => {
      received.push({ path: request.url!, headers: request.headers, length });
      response.writeHead(200, { 'content-type': 'application/proto' }).end();
    });
  });
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await proxy.close();
  secure.closeAllConnections();
  await new Promise<void>((resolve) => secure.close(() => resolve()));
});

const address = (user = '') => `http://${user}127.0.0.1:${proxy.port}`;
const securePort = () => (secure.address() as AddressInfo).port;
const overTls = (...args: string[]) =>
  push('--to', `https://localhost:${securePort()}`, '--ca', ca, '--until', '2s', ...args);

describe('a proxy', () => {
  test.each([
    ['pyroscope', '/ingest'],
    ['otlp', '/v1development/profiles'],
    ['put', '/run.trace'],
  ])('is asked for the whole address of %s over http, whose host it looks up', async (format, path) => {
    process.env.http_proxy = address();
    proxy.places.set('collector.invalid:4040', server.port);
    const to = ['push', trace, '--to', 'http://collector.invalid:4040/', '-f', format];
    const service = format === 'put' ? [] : ['--service', 'shop', '--until', '2s'];
    expect(await runCli(...to, ...service)).toMatchObject({ status: 0 });
    expect(proxy.asked.map(({ method, target }) => [method, target.replace(/\?.*/, '')])).toEqual([
      [format === 'put' ? 'PUT' : 'POST', `http://collector.invalid:4040${path}`],
    ]);
    const [{ url, headers, body }] = server.received as [(typeof server.received)[0]];
    expect(headers.host).toBe('collector.invalid:4040');
    expect(headers).not.toHaveProperty('proxy-authorization');
    expect(url.pathname).toBe(path);
    expect(body.length).toBe(Number(headers['content-length']));
  });

  test.each(['pyroscope', 'pyroscope-push', 'otlp', 'put'])(
    'leads to where %s is sent over https, and sees nothing of it',
    async (format) => {
      process.env.HTTPS_PROXY = address();
      const to = ['push', trace, '--to', `https://localhost:${securePort()}/`, '--ca', ca, '-f', format];
      process.env.PYSPY_PUSH_BEARER = secret;
      const service = format === 'put' ? [] : ['--service', 'shop', '--until', '2s'];
      expect(await runCli(...to, ...service)).toMatchObject({ status: 0 });
      expect(proxy.asked).toEqual([
        {
          ...{ method: 'CONNECT', target: `localhost:${securePort()}` },
          headers: expect.not.objectContaining({ authorization: expect.anything() }),
        },
      ]);
      expect(proxy.asked[0]!.headers).not.toHaveProperty('proxy-authorization');
      expect(received).toHaveLength(1);
      expect(received[0]!.headers).toMatchObject({
        ...{ host: `localhost:${securePort()}`, authorization: `Bearer ${secret}` },
        'content-length': String(received[0]!.length),
      });
    },
  );

  test('that speaks TLS leads there, too', async () => {
    const own = await new ForwardProxy(key).open();
    try {
      process.env.HTTPS_PROXY = `https://localhost:${own.port}`;
      expect(await overTls()).toMatchObject({ status: 0 });
      expect(await overTls('--to', `https://127.0.0.1:${securePort()}`)).toMatchObject({ status: 0 });
      process.env.http_proxy = process.env.HTTPS_PROXY;
      own.places.set('collector.invalid', server.port);
      expect(await overTls('--to', 'http://collector.invalid')).toMatchObject({ status: 0 });
      expect(own.asked.map(({ method }) => method)).toEqual(['CONNECT', 'CONNECT', 'POST']);
      expect([received.length, server.received.length]).toEqual([2, 1]);
      expect(await push('--to', `https://localhost:${securePort()}`, '--until', '2s')).toMatchObject({
        status: 69,
        stderr: expect.stringMatching(/its proxy https:\/\/localhost:\d+: its certificate is not trusted/),
      });
    } finally {
      await own.close();
    }
  });

  test('does not change what certificates are looked at for', async () => {
    process.env.HTTPS_PROXY = address();
    proxy.places.set('collector.invalid:443', securePort());
    expect(await overTls('--to', 'https://collector.invalid')).toMatchObject({
      status: 69,
      stderr: expect.stringMatching(/: its certificate is not trusted \(\w+\)\nhint: /),
    });
    expect(await push('--to', `https://127.0.0.1:${securePort()}`, '--until', '2s')).toMatchObject({
      status: 69,
    });
    expect(received).toEqual([]);
    expect(await overTls('--to', `https://127.0.0.1:${securePort()}`)).toMatchObject({ status: 0 });
  });

  test('is sent the user and the password of its address, and the server is not', async () => {
    const user = `some%40one:${secret}%25@`;
    const header = `Basic ${btoa(`some@one:${secret}%`)}`;
    process.env.https_proxy = address(user);
    process.env.http_proxy = address(user);
    expect(await overTls()).toMatchObject({ status: 0 });
    expect(await push('--until', '2s')).toMatchObject({ status: 0 });
    expect(proxy.asked.map(({ method, headers }) => [method, headers['proxy-authorization']])).toEqual([
      ['CONNECT', header],
      ['POST', header],
    ]);
    expect(received[0]!.headers).not.toHaveProperty('proxy-authorization');
  });

  test('of a server that asks again is asked again', async () => {
    process.env.http_proxy = address();
    server.answers.push(status(503, { 'retry-after': '0' }));
    expect(await push('--until', '2s')).toMatchObject({ status: 0 });
    expect(proxy.asked).toHaveLength(2);
  });
});

describe('which proxy', () => {
  const used = async (environment: Readonly<Record<string, string>>, isSecure: boolean): Promise<number> => {
    for (const name of proxyVariables) delete process.env[name];
    for (const [name, value] of Object.entries(environment)) process.env[name] = value;
    const asked = proxy.asked.length;
    expect(await (isSecure ? overTls() : push('--until', '2s'))).toMatchObject({ status: 0 });
    return proxy.asked.length - asked;
  };

  test.each([
    ['http_proxy', true, false],
    ['HTTP_PROXY', false, false],
    ['https_proxy', false, true],
    ['HTTPS_PROXY', false, true],
    ['all_proxy', true, true],
    ['ALL_PROXY', true, true],
  ])('%s is for http: %s, for https: %s', async (name, isForHttp, isForHttps) => {
    // On Windows these are one variable.
    if (process.platform === 'win32' && name === 'HTTP_PROXY') return;
    expect(await used({ [name]: address() }, false)).toBe(isForHttp ? 1 : 0);
    expect(await used({ [name]: address().replace('http://', '') }, true)).toBe(isForHttps ? 1 : 0);
  });

  test('is that of lower case before that of upper case, that of a scheme before that of all, an empty one none', async () => {
    const wrong = 'http://127.0.0.1:1';
    expect(await used({ https_proxy: address(), HTTPS_PROXY: wrong, all_proxy: wrong }, true)).toBe(1);
    expect(await used({ https_proxy: '', HTTPS_PROXY: address() }, true)).toBe(1);
    expect(await used({ https_proxy: '' }, true)).toBe(0);
    expect(await used({ all_proxy: address(), ALL_PROXY: wrong }, false)).toBe(1);
  });

  test('is none for a host that is left out', async () => {
    expect(await used({ https_proxy: address(), no_proxy: 'localhost' }, true)).toBe(0);
    expect(await used({ http_proxy: address(), NO_PROXY: '10.0.0.0/8, 127.0.0.0/8' }, false)).toBe(0);
    expect(await used({ http_proxy: address(), no_proxy: 'localhost', NO_PROXY: '*' }, false)).toBe(1);
  });
});

describe('a proxy that does not lead there', () => {
  const reply = (text: string) => (socket: Socket) => socket.end(text);

  beforeEach(() => {
    process.env.https_proxy = address();
  });

  test.each([
    [
      407,
      69,
      /it answered 407\nhint: It wants credentials: write USER:PASSWORD@ before the host in https_proxy\. To go/,
    ],
    [403, 69, /it answered 403\nhint: Does it let others through to there\? https_proxy names it; NO_PROXY/],
    [404, 69, /it answered 404\nhint: Does it/],
    [302, 69, /it answered 302\nhint: Does it/],
    [
      503,
      75,
      /in 2 attempts: its proxy http:\S+: it answered 503\nhint: It may not reach the server for now/,
    ],
    [504, 75, /in 2 attempts: its proxy http:\S+: it answered 504\nhint: /],
    [429, 75, /in 2 attempts: its proxy http:\S+: it answered 429\nhint: /],
  ])('because of %i is told', async (code, exit, message) => {
    const body = 'no\x1b[31m way';
    proxy.onConnect = reply(
      `HTTP/1.1 ${code} No\r\nRetry-After: 0\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const { status: actual, stderr } = await overTls('--retries', '1');
    expect({ actual, stderr }).toEqual({ actual: exit, stderr: expect.stringMatching(message) });
    expect(stderr).toContain(`its proxy http://127.0.0.1:${proxy.port}: `);
    expect(stderr).not.toContain('\x1b');
    expect(proxy.asked).toHaveLength(exit === 69 ? 1 : 2);
    expect(received).toEqual([]);
  });

  test('because of its password does not have that shown, whatever it says', async () => {
    process.env.https_proxy = address(`someone:${secret}@`);
    process.env.http_proxy = address(`someone:${secret}@`);
    proxy.onConnect = reply('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n');
    const encoded = btoa(`someone:${secret}`);
    proxy.onRequest = (_, response) =>
      response.writeHead(400).end(`${secret} ${encoded} http://a:${secret}@b`);
    const told = [await overTls(), await push('--until', '2s')];
    proxy.onRequest = (_, response) => response.writeHead(407).end();
    told.push(await push('--until', '2s'));
    for (const { status: exit, stdout, stderr } of told) {
      expect({ exit, stdout }).toEqual({ exit: 69, stdout: '' });
      expect(stderr).not.toContain(secret);
      expect(stderr).not.toContain(encoded);
    }
    expect(told[0]!.stderr).toMatch(/It does not accept the user and the password that https_proxy has/);
    expect(told[1]!.stderr).toMatch(
      /it answered 400 by way of its proxy http:\/\/127\.0\.0\.1:\d+: \[secret\]/,
    );
    expect(told[2]!.stderr).toMatch(/it answered 407\nhint: It does not accept .* http_proxy has/);
  });

  test('since it is away is named, and so is its variable', async () => {
    process.env.https_proxy = 'http://127.0.0.1:1';
    process.env.http_proxy = 'http://127.0.0.1:1';
    for (const outcome of [await overTls('--retries', '0'), await push('--retries', '0')])
      expect(outcome).toMatchObject({
        status: 75,
        stderr: expect.stringMatching(
          /its proxy http:\/\/127\.0\.0\.1:1: nobody listens there \(ECONNREFUSED\)\nhint: Look at https?_proxy/,
        ),
      });
  });

  test.each([
    ['nonsense', 'SSH-2.0-OpenSSH_9.2\r\n', 69, /its proxy http:\S+: its answer is no HTTP \(HPE_\w+\)/],
    [
      'headers without end',
      `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`,
      69,
      /no HTTP \(HPE_HEADER_OVERFLOW\)/,
    ],
    ['nothing', '', 75, /its proxy http:\S+: it closed the connection without an answer/],
    [
      'half an answer',
      'HTTP/1.1 200 O',
      75,
      /its proxy http:\S+: it closed the connection without an answer/,
    ],
    ['a connection to nobody', 'HTTP/1.1 200 OK\r\n\r\n', 75, /: it closed the connection without an answer/],
    [
      'a server that speaks no TLS',
      'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      75,
      /: it closed the conn/,
    ],
  ])('but answers with %s is found out', async (_, text, exit, message) => {
    proxy.onConnect = (socket) => {
      socket.resume();
      socket.end(text);
    };
    expect(await overTls('--retries', '0')).toMatchObject({
      ...{ status: exit, stderr: expect.stringMatching(message) },
    });
    expect(received).toEqual([]);
  });

  test('and never ends is waited for as long as was asked', async () => {
    for (const start of ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\n\r\n']) {
      proxy.onConnect = (socket) => void socket.resume().write(start);
      expect(await overTls('--retries', '0', '--timeout', '1')).toMatchObject({
        ...{ status: 75, stderr: expect.stringContaining('no answer came in time') },
      });
    }
    process.env.http_proxy = address();
    proxy.onRequest = () => {};
    expect(await push('--retries', '0', '--timeout', '1')).toMatchObject({
      ...{ status: 75, stderr: expect.stringMatching(/its proxy http:\S+: no answer came in time/) },
    });
  });

  test('and answers without end is cut off', async () => {
    const endless = (socket: { write(text: string): boolean; destroyed: boolean; once: Socket['once'] }) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384)));
        if (!socket.destroyed) socket.once('drain', more);
      };
      more();
    };
    proxy.onConnect = (socket) => {
      socket.write('HTTP/1.1 403 No\r\n\r\n');
      endless(socket);
    };
    expect(await overTls()).toMatchObject({ status: 69, stderr: expect.stringContaining('it answered 403') });
    process.env.http_proxy = address();
    proxy.onRequest = (_, response) => {
      response.writeHead(403);
      endless(response as never);
    };
    const { status: exit, stderr } = await push();
    expect({ exit, isShort: stderr.length < 700 }).toEqual({ exit: 69, isShort: true });
  });

  test.each([
    [`http://someone:${secret}@[`, /https_proxy is not the address of a proxy\n/],
    [
      `socks5://someone:${secret}@127.0.0.1:1080`,
      /https_proxy is a proxy of socks5:\/\/, and pyspy speaks http:/,
    ],
    [`http://someone:${secret}%zz@127.0.0.1:1080`, /https_proxy has a user or a password that is no text\n/],
    [`http://someone:${secret}%0a@127.0.0.1:1080`, /https_proxy has a user or a password that is no text\n/],
  ])('for it is none is told before anything is sent', async (value, message) => {
    process.env.https_proxy = value;
    const { status: exit, stderr } = await overTls();
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain(secret);
  });
});

test('credentials that a proxy elsewhere would read are told', async () => {
  process.env.PYSPY_PUSH_BEARER = 'token';
  process.env.http_proxy = address();
  expect((await push('--until', '2s')).stderr).not.toContain('the credentials go over http');
  process.env.http_proxy = 'http://proxy.invalid:3128';
  expect(await push('--until', '2s', '--retries', '0')).toMatchObject({
    ...{ status: 75, stderr: expect.stringContaining('the credentials go over http') },
  });
});
