/** A push that goes on where the last one stopped. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { status } from './collector.js';
import { expectSame, exported, push, server, sumsOf, trace, usePushedTrace } from './pushed-trace.js';

usePushedTrace();

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
