/** Credentials and certificates: where they come from, and where they never go. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../commands/run-cli.js';
import { status } from './collector.js';
import { at, directory, push, secret, server, trace, usePushedTrace } from './pushed-trace.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/push/${name}`, import.meta.url));

usePushedTrace();

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

  test('of addresses are in no message either', async () => {
    const args = [
      '--to',
      `${server.url}/in?token=${secret}&again=${secret}%21`,
      '--resume',
      '--retries',
      '0',
    ];
    for (const echo of [
      secret,
      `no ${secret}!`,
      `GET /in?token=${secret}`,
      `http://a:${secret}x@b/?c=${secret}x`,
    ]) {
      server.otherwise = status(503, { 'content-type': 'text/plain' }, echo);
      const { status: exit, stderr } = await push(...args);
      expect({ exit, stderr }).toEqual({ exit: 75, stderr: expect.stringContaining('[secret]') });
      expect(stderr).not.toContain(secret);
    }
    for (const location of [`http://b:${secret}x@c/d`, `/login?back=${secret}x`, `//c/?d=${secret}x`]) {
      server.otherwise = status(302, { location });
      const { status: exit, stderr } = await push(...args);
      expect({ exit, stderr }).toEqual({ exit: 69, stderr: expect.stringContaining('[secret]') });
      expect(stderr).not.toContain(secret);
    }
    server.otherwise = status(200);
    expect(await push(...args)).toMatchObject({ status: 0 });
    expect(server.received.at(-1)!.url.searchParams.get('token')).toBe(secret);
    expect(readFileSync(`${trace}.pushed`, 'utf8')).not.toContain(secret);
    const missing = await runCli('top', `https://someone:${secret}@host/run.trace?key=${secret}`);
    expect(missing).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('https://[secret]@host/'),
    });
    expect(missing.stderr).not.toContain(secret);
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
      [['--to', `someone:${secret}@127.0.0.1`], /--to is not an address of HTTP\n/],
      [['--to', `${secret}:more@127.0.0.1`], /--to is not an address of HTTP\n/],
      [[`http://someone:${secret}@127.0.0.1`], /too many arguments/],
      [['--timeout', `http://someone:${secret}@127.0.0.1`], /--timeout/],
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
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    expect(await push(...to)).toMatchObject({ status: 69 });
    expect(received).toEqual([]);
    expect(await push(...to, '--ca', fixture('localhost.cert.pem'))).toMatchObject({ status: 0 });
    expect(received).toHaveLength(1);
    expect(await push(...to, '--ca', at('missing'))).toMatchObject({ status: 2 });
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    secure.close();
  }
});
