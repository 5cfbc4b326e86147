/** Builds of binaries, and where functions are in them: kept by every way that a trace can go, and missing in older ones. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitStatus } from '../../src/errors.js';
import { functionKind, status } from '../../src/format/vocabulary.js';
import { runCli } from '../commands/run-cli.js';
import { expectSchema } from '../commands/schemas.js';
import { alterTrace } from './alter-trace.js';
import { type Code, TraceBuilder } from './trace-builder.js';

const libc = '/usr/lib/libc.so.6';
const native = (name: string, file: string, place?: Code['place']): Code => ({
  ...{ name, file, firstLine: 0, qualname: null, kind: functionKind.native },
  ...(place && { place }),
});
const main: Code = { name: 'main', file: '/srv/app.py', firstLine: 1 };
const old = native('read', libc, { buildId: 'aa01', offset: 0x1000 });
// The same name in another build, and elsewhere in the same one.
const upgraded = native('read', libc, { buildId: 'bb02', offset: 0x1000 });
const second = native('read', libc, { buildId: 'aa01', offset: 0x7fffffff0000 });
const nameless = native('ext.so+0x40', '/srv/ext.so', { buildId: null, offset: 0x40 });
const codes = [old, upgraded, second, nameless, native('<code without a file>', '')];
const binaries = [
  { file: '/srv/ext.so', build_id: null, functions: 1 },
  { file: libc, build_id: 'aa01', functions: 2 },
  { file: libc, build_id: 'bb02', functions: 1 },
];

let directory: string;
const at = (name: string) => join(directory, name);

async function jsonOf(command: 'info' | 'dump', ...args: string[]): Promise<unknown> {
  const result: unknown = JSON.parse((await runCli(command, ...args, '--json')).stdout);
  expectSchema(command, result);
  return result;
}

function record(name: string, seconds: number, limits?: ConstructorParameters<typeof TraceBuilder>[2]): void {
  const trace = new TraceBuilder(at(name), {}, limits);
  const thread = trace.thread(trace.process(), 'MainThread');
  for (let tick = 0; tick < seconds * 100; tick++) {
    const stack = trace.stack([main, 2], [codes[tick % codes.length]!, 0]);
    // Only at the beginning.
    const early = trace.stack([main, 2], [native('early', '/gone.so', { buildId: 'cc03', offset: 1 }), 0]);
    trace.tick((tick + 1) * 10e6, [
      { thread, stack: tick === 0 ? early : stack, status: status.onCpu | status.native },
    ]);
  }
  trace.end();
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-places-'));
  record('run.trace', 1);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const gone = { file: '/gone.so', build_id: 'cc03', functions: 1 };

test('info lists them, and dump --at says where each function is', async () => {
  expect(await jsonOf('info', at('run.trace'))).toMatchObject({
    binaries: [gone, ...binaries],
  });
  const { stdout } = await runCli('info', at('run.trace'));
  expect(stdout).toContain('native     2 functions of /usr/lib/libc.so.6, build aa01\n');
  expect(stdout).toContain('native     1 function of /srv/ext.so\n');
  const dump = await jsonOf('dump', at('run.trace'), '--at', '1s');
  expect(dump).toMatchObject({
    processes: [{ threads: [{ frames: [{ native: { loop: false } }, { function: 'main' }] }] }],
  });
  const placed = await jsonOf('dump', at('run.trace'), '--at', '30ms');
  expect(placed).toMatchObject({
    processes: [
      {
        threads: [
          {
            frames: [
              { function: 'read', native: { build_id: 'aa01', offset: '0x7fffffff0000', loop: false } },
              { function: 'main' },
            ],
          },
        ],
      },
    ],
  });
});

test('sql has them, too', async () => {
  const query =
    "SELECT name, build_id, code_offset FROM function WHERE kind = 1 AND file <> '' ORDER BY function_id";
  const { stdout } = await runCli('sql', at('run.trace'), query, '--csv');
  expect(stdout.split(/\r?\n/).slice(1, -1)).toEqual([
    'read,aa01,4096',
    'early,cc03,1',
    'read,bb02,4096',
    'read,aa01,140737488289792',
    'ext.so+0x40,,64',
  ]);
});

test('functions of one name in one binary are one row of top, wherever they are', async () => {
  const { stdout } = await runCli('top', at('run.trace'), '--json');
  const { rows } = JSON.parse(stdout) as { rows: { function: string; self_samples: number }[] };
  expect(rows.filter((row) => row.function === 'read')).toMatchObject([{ self_samples: 59 }]);
});

test.each([
  ['cut', ['cut', 'run.trace', '--from', '0', '-o', 'new.trace']],
  ['pack', ['pack', 'run.trace', '-o', 'new.trace']],
  ['merge', ['merge', 'run.trace', 'run.trace', '-o', 'new.trace']],
])('%s keeps them', async (_, [command, ...args]) => {
  const paths = args.map((word) => (word.endsWith('.trace') ? at(word) : word));
  expect(await runCli(command!, ...paths, '--force')).toMatchObject({ status: 0 });
  expect(await jsonOf('info', at('new.trace'))).toMatchObject({
    binaries: [gone, ...binaries],
  });
  expect((await runCli('verify', at('new.trace'))).stdout).not.toContain('nothing refers to');
});

test('a recording that keeps a window forgets builds, and keeps those that are left', async () => {
  record('kept.trace', 60, { keepNs: 20e9, maxBytes: null });
  expect(await jsonOf('info', at('kept.trace'))).toMatchObject({ binaries });
  const { status: exit, stdout } = await runCli('verify', at('kept.trace'));
  expect(exit).toBe(0);
  expect(stdout).not.toContain('nothing refers to');
});

test.each(['build_id', 'code_offset'])('a file that lacks %s alone is no damaged one', async (column) => {
  copyFileSync(at('run.trace'), at('half.trace'));
  alterTrace(at('half.trace'), `ALTER TABLE function DROP COLUMN ${column}`);
  const { status: exit, stdout } = await runCli('verify', at('half.trace'));
  expect(exit, stdout).toBe(0);
  expect((await runCli('top', at('half.trace'))).status).toBe(0);
});

test('files of earlier versions do not have them', async () => {
  copyFileSync(at('run.trace'), at('earlier.trace'));
  alterTrace(
    at('earlier.trace'),
    'ALTER TABLE function DROP COLUMN build_id',
    'ALTER TABLE function DROP COLUMN code_offset',
  );
  expect(await jsonOf('info', at('earlier.trace'))).toMatchObject({
    binaries: [
      { file: '/gone.so', build_id: null, functions: 1 },
      { file: '/srv/ext.so', build_id: null, functions: 1 },
      { file: libc, build_id: null, functions: 3 },
    ],
  });
  expect((await runCli('verify', at('earlier.trace'))).status).toBe(0);
  const complete = fileURLToPath(new URL('../golden/traces/v2-complete.trace', import.meta.url));
  expect(await jsonOf('info', complete)).toMatchObject({ binaries: [] });
});

test.each([
  ['UPDATE function SET code_offset = -1 WHERE code_offset = 64', /code_offset/],
  ['UPDATE function SET build_id = 7777 WHERE code_offset = 64', /string 7777/],
])('what is damaged is refused by name: %s', async (statement, words) => {
  copyFileSync(at('run.trace'), at('damaged.trace'));
  alterTrace(at('damaged.trace'), statement);
  const { status: exit, stderr } = await runCli('top', at('damaged.trace'));
  expect(exit).toBe(exitStatus.trace);
  expect(stderr).toMatch(words);
});
