/** `pyspy heat`: which file, its lines' sums, and when its source is shown. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { functionKind } from '../../src/format/vocabulary.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';
import { expectSchema } from './schemas.js';

const ms = 1e6;
const source = `def main():
    load()

def load():
    return decode("\\x1b[2J")
`.replace('\\x1b', '\x1b');
/** When the recording began, in s. */
const startedS = 1_714_557_600;

let folder: string;
let app: string;
let trace: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyspy-heat-'));
  app = join(folder, 'app.py');
  trace = join(folder, 'run.trace');
  writeFileSync(app, source);
  utimesSync(app, startedS - 100, startedS - 100);
  record({});
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function record({ host = hostname(), file = app }): void {
  const builder = new TraceBuilder(trace, { startedUtcNs: BigInt(startedS) * 10n ** 9n, host: hostOf(host) });
  const thread = builder.thread(builder.process({ cwd: folder }), 'MainThread');
  const code = (name: string, firstLine: number, path = file) => ({ name, file: path, firstLine });
  const main = code('main', 1);
  const load = code('load', 4);
  const native = { name: 'read', file: '/usr/lib/libc.so.6', firstLine: 0, kind: functionKind.native };
  const stacks = [
    builder.stack([main, 2], [load, 5]),
    builder.stack([main, 2], [load, 5], [code('decode', 300, '/usr/lib/python3.12/json/decoder.py'), 340]),
    builder.stack([main, 2], [load, 5], [native, 0]),
    builder.stack([main, 2]),
    builder.stack([code('app', 7, '/srv/other/app.py'), 8]),
  ];
  for (const [at, stack] of stacks.entries()) builder.tick((at + 1) * 10 * ms, [{ thread, stack }]);
  builder.end();
}

function hostOf(name: string) {
  const version = { system: 'Linux', release: '6.1.0', machine: 'x86_64' };
  return { name, ...version, cpuModel: 'Test CPU', cpus: 2, bootId: '00000000-0000-0000-0000-000000000000' };
}

async function heat(...args: string[]) {
  const { status, stdout } = await runCli('heat', trace, '--json', ...args);
  expect(status).toBe(0);
  const result = JSON.parse(stdout);
  expectSchema('heat', result);
  return result;
}

test('shows the hottest file, its lines with their source', async () => {
  const result = await heat();
  expect(result).toMatchObject({
    file: app,
    self_samples: 3,
    total_samples: 4,
    source: { state: 'unchanged' },
  });
  const figures = result.lines.map((row: Record<string, unknown>) => [
    ...[row.line, row.self_samples, row.total_samples, row.functions],
  ]);
  expect(figures).toEqual([
    [2, 1, 4, ['main']],
    [5, 2, 3, ['load']],
  ]);
  const { stdout } = await runCli('heat', trace, '--context', '1');
  expect(stdout).toContain('unchanged since the recording began');
  expect(stdout).toMatch(/^> +40\.0 +60\.0 +5 {6}return decode\("\\x1b\[2J"\)$/m);
  expect(stdout).toMatch(/^ +20\.0 +80\.0 +2 {6}load\(\)$/m);
  expect(stdout).toMatch(/^ +4 {2}def load\(\):$/m);
  expect(stdout).not.toContain('\x1b');
  expect(stdout).toMatch(/^Other files, by self time: .*json\/decoder\.py 20\.0%/m);
});

test('takes the end of a path, and --mine', async () => {
  expect((await heat('json/decoder.py')).file).toBe('/usr/lib/python3.12/json/decoder.py');
  expect((await heat('other/app.py')).file).toBe('/srv/other/app.py');
  const { lines } = await heat('--mine');
  expect(lines.map((row: Record<string, unknown>) => [row.line, row.self_samples])).toEqual([
    [2, 1],
    [5, 3],
  ]);
  const none = await runCli('heat', trace, 'nothing.py');
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining(`The hottest files are ${app},`)]);
  const two = await runCli('heat', trace, 'app.py');
  expect([two.status, two.stderr]).toEqual([2, expect.stringContaining('2 files are named app.py')]);
});

test('says that a file was changed, cannot be told, is another one or is not there', async () => {
  utimesSync(app, startedS + 100, startedS + 100);
  expect((await heat()).source.state).toBe('changed');
  expect((await runCli('heat', trace)).stdout).toContain('was changed after the recording began');

  writeFileSync(app, `# a new line\n${source}`);
  const { source: state, lines } = await heat();
  expect(state).toMatchObject({ state: 'different', reason: 'main does not begin at line 1 there' });
  expect(lines[0].source).toBeNull();
  expect((await runCli('heat', trace)).stdout).toMatch(/^ +20\.0 +80\.0 +2 {2}main$/m);

  rmSync(app);
  expect((await heat()).source).toMatchObject({ state: 'missing', reason: 'it is not on this machine' });
});

test.each([
  ['a folder', () => mkdirSync(app), 'it is no regular file'],
  ['a binary', () => writeFileSync(app, `${source}\0`), 'it is binary'],
  ['too long', () => writeFileSync(app, source.padEnd(4_000_001, '\n')), 'it is longer than 4 MB'],
  ['a link to itself', () => symlinkSync('app.py', app), 'it cannot be read (ELOOP)'],
] as const)('says that what is there is %s', async (_, make, reason) => {
  rmSync(app);
  make();
  expect((await heat()).source).toEqual({ state: 'unusable', path: app, reason });
  const { status, stdout, stderr } = await runCli('heat', trace);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`\nNo source of ${app}: ${reason}.\n`);
  expect(stdout).not.toContain('\0');
});

test('takes the file in --source that fits, and says where it looked', async () => {
  record({ file: '/srv/shop/app.py' });
  const reasonOf = async (place: string) => (await heat('shop/app.py', '--source', place)).source;
  // Another one has the longer path.
  mkdirSync(join(folder, 'shop'));
  writeFileSync(join(folder, 'shop/app.py'), 'x = 1\n');
  expect(await reasonOf(folder)).toEqual({ state: 'unchanged', path: app, reason: null });
  rmSync(app);
  expect(await reasonOf(folder)).toMatchObject({
    ...{
      state: 'different',
      path: join(folder, 'shop/app.py'),
      reason: 'main does not begin at line 1 there',
    },
  });
  rmSync(join(folder, 'shop/app.py'));
  expect(await reasonOf(folder)).toMatchObject({ state: 'missing', reason: `it is not in ${folder}` });
  symlinkSync('gone', join(folder, 'nowhere'));
  const nowhere = join(folder, 'nowhere');
  for (const place of [nowhere, join(folder, 'no'), trace])
    expect(await reasonOf(place)).toMatchObject({ state: 'missing', reason: `${place} is no folder` });
  const { stdout } = await runCli('heat', trace, 'shop/app.py', '--source', nowhere);
  expect(stdout).toContain(
    `\nNo source of /srv/shop/app.py: ${nowhere} is no folder (--source FOLDER says where it is).\n`,
  );
});

test('does not judge by its time a file of another machine, which --source finds', async () => {
  record({ host: 'elsewhere' });
  expect((await heat()).source.state).toBe('not-checked');
  record({ host: 'elsewhere', file: '/srv/shop/src/app.py' });
  expect((await heat('shop/src/app.py')).source.state).toBe('missing');
  expect((await heat('shop/src/app.py', '--source', folder)).source).toEqual({
    ...{ state: 'not-checked', path: app, reason: null },
  });
});

test('shows nothing where nothing ran', async () => {
  const { status, stderr } = await runCli('heat', trace, '--focus', 'nothing');
  expect([status, stderr]).toEqual([2, expect.stringContaining('no code of a source file was sampled here')]);
});
