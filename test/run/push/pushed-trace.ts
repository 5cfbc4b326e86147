/** A folder with a trace, files of credentials and a server for each test, and what the server was sent. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { readers, type Sums } from '../../commands/export/readers.js';
import { type Outcome, runCli } from '../../commands/run-cli.js';
import { Collector, type Received } from './collector.js';

export const secret = 'hunter2-and-more';

export let directory: string;
export let trace: string;
export let server: Collector;

/** What a proxy is named by: none but those that a test sets count. */
export const proxyVariables = [
  ...['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
  ...['no_proxy', 'NO_PROXY'],
];

/** A path in the folder. */
export const at = (name: string): string => join(directory, name);

/** `pyspy push` of the trace to the server. */
export const push = (...args: string[]): Promise<Outcome> =>
  runCli('push', trace, '--to', server.url, '--service', 'shop', ...args);

/** Has them made before the tests of a file, and deleted afterwards. */
export function usePushedTrace(): void {
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'pyspy-push-'));
    trace = at('run.trace');
    copyFileSync(fileURLToPath(new URL('../../golden/traces/v2-complete.trace', import.meta.url)), trace);
    writeFileSync(at('token'), `${secret}\n`);
    writeFileSync(at('basic'), `someone:${secret}\n`);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const environment = proxyVariables.map((name) => [name, process.env[name]] as const);
  beforeEach(async () => {
    for (const name of proxyVariables) delete process.env[name];
    server = await new Collector().open();
  });
  afterEach(async () => {
    await server.close();
    rmSync(`${trace}.pushed`, { force: true });
    for (const [name, value] of environment) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    for (const name of [
      'OTEL_SERVICE_NAME',
      'PYSPY_PUSH_BEARER',
      'PYSPY_PUSH_BASIC',
      'POD_NAME',
      'NODE_NAME',
    ])
      delete process.env[name];
  });
}

/** Sums over requests, as those of an export with names alone would be. */
export function sumsOf(requests: readonly Pick<Received, 'body'>[], format: 'pprof' | 'otlp'): Sums {
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

/** Those of an export of the whole trace. */
export async function exported(format: 'pprof' | 'otlp'): Promise<Sums> {
  await runCli('export', trace, '-f', format, '--names', '--idle', '-o', at('out'));
  return readers[format](readFileSync(at('out')), 'wallNs');
}

export function expectSame(actual: Sums, expected: Sums): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { samples, wallNs, cpuNs = 0 }] of expected) {
    expect(actual.get(name)!.samples, name).toBe(samples);
    // Each sum is rounded, in each piece.
    expect(Math.abs(actual.get(name)!.wallNs! - wallNs!), name).toBeLessThan(1_000);
    expect(Math.abs((actual.get(name)!.cpuNs ?? 0) - cpuNs), name).toBeLessThan(1_000);
  }
}
