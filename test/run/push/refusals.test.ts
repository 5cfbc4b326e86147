/** Servers that are away, refuse or lie, and what is said of them. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { status } from './collector.js';
import { push, server, usePushedTrace } from './pushed-trace.js';

usePushedTrace();

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
