/** Bodies that are files, which may be gone, or not be what they were. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange, type Reply } from '../../../src/run/server/exchange.js';
import { Collector } from '../push/collector.js';

let directory: string;
let server: Collector;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-exchange-'));
  server = await new Collector().open();
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const send = (body: string | Uint8Array): Promise<Reply> =>
  exchange(
    { method: 'PUT', url: new URL(server.url), headers: {}, body, ca: null, proxy: null },
    10_000,
    new AbortController().signal,
  );

test.each([0, 1, 70_000, 1_000_000])('a file of %i bytes is sent as it is', async (length) => {
  const file = join(directory, 'body');
  const bytes = Buffer.alloc(length, 'body');
  writeFileSync(file, bytes);
  expect(await send(file)).toMatchObject({ kind: 'answer', status: 200 });
  expect(server.received[0]!.body.equals(bytes)).toBe(true);
});

test('a file that is gone, or none, is no fault of the server', async () => {
  expect(await send(join(directory, 'missing'))).toEqual({ kind: 'unread', code: 'ENOENT' });
  mkdirSync(join(directory, 'folder'));
  expect(await send(join(directory, 'folder'))).toEqual({ kind: 'unread', code: 'EISDIR' });
  expect(server.received).toEqual([]);
});

test('a file that is gone when the connection is there is none either', async () => {
  const file = join(directory, 'body');
  writeFileSync(file, 'body');
  const reply = send(file);
  rmSync(file);
  expect(await reply).toEqual({ kind: 'unread', code: 'ENOENT' });
});

test('a file that has become shorter is not waited for', async () => {
  const file = join(directory, 'body');
  writeFileSync(file, Buffer.alloc(1_000_000));
  const reply = send(file);
  truncateSync(file, 1_000);
  expect(await reply).toEqual({ kind: 'unread', code: 'it has become shorter' });
});
