/** What cannot be sent as it is asked, which is said before anything is. */
import { describe, expect, test } from 'vitest';
import { runCli } from '../../commands/run-cli.js';
import { at, push, secret, server, trace, usePushedTrace } from './pushed-trace.js';

usePushedTrace();

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

describe('an import', () => {
  const made = async (...[format, ...how]: readonly string[]) => {
    await runCli('export', trace, '-f', format!, '-o', at('out'));
    expect(await runCli('import', at('out'), '--force', '-o', at('in.trace'), ...how)).toMatchObject({
      status: 0,
    });
    return (...args: string[]) => runCli('push', at('in.trace'), '--to', `${server.url}/`, ...args);
  };

  test('without times of samples, or without a date, is sent as a file alone, under its name', async () => {
    for (const [how, message] of [
      [['folded', '--rate', '100'], /without times of samples, which a server goes by\nhint: /],
      [['chrome'], /without a date, which a server goes by\nhint: /],
    ] as const) {
      const send = await made(...how);
      for (const format of ['pyroscope', 'otlp'])
        expect(await send('-f', format, '--service', 'shop')).toMatchObject({
          ...{ status: 2, stderr: expect.stringMatching(message) },
        });
      expect(server.received).toEqual([]);
      expect(await send('-f', 'put')).toMatchObject({ status: 0 });
      expect(server.received.splice(0).map(({ url }) => url.pathname)).toEqual(['/in.trace']);
    }
  });

  test('without a date is sent in no pieces that would be named after it', async () => {
    const send = await made('chrome');
    for (const args of [['--every', '2s'], ['--from', '2s'], ['--follow']])
      expect(await send('-f', 'put', ...args)).toMatchObject({
        ...{ status: 2, stderr: expect.stringContaining('without a date, after which pieces') },
      });
    expect(server.received).toEqual([]);
    const one = await runCli(
      'push',
      at('in.trace'),
      '--to',
      `${server.url}/one`,
      '-f',
      'put',
      '--from',
      '2s',
    );
    expect(one).toMatchObject({ status: 0 });
    expect(server.received).toHaveLength(1);
  });

  test('with a date is sent as of then', async () => {
    const send = await made('gecko');
    expect(await send('--service', 'shop', '--until', '2s')).toMatchObject({ status: 0 });
    const from = Number(server.received[0]!.url.searchParams.get('from'));
    expect(new Date(from).toISOString()).toMatch(/^2024-05-01T10:00:00/);
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
