/** dist/bundle/: the command as it is run says and draws what its sources do, with and without its byte code. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrace } from './golden/make-traces.js';

const root = fileURLToPath(new URL('../', import.meta.url));
/** What the build calls the byte code of a script on this machine. */
const codeName = (name: string, arch = process.arch) =>
  `${name}.${process.platform}-${arch}-${process.versions.v8}.code`;
const golden = (name: string) => readFileSync(`${root}test/golden/${name}`, 'utf8');
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-bundle-'));
  for (const name of ['v2-complete.trace', 'v2-before.trace', 'v2-after.trace']) makeTrace(directory, name);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs node in the folder of the traces. */
function node(...args: string[]) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = { cwd: directory, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  return { status, stdout, stderr };
}

/** A copy of the package that a test may damage. */
function copyPackage(): string {
  const home = join(directory, 'copy');
  rmSync(home, { recursive: true, force: true });
  for (const name of ['bin', 'dist', 'schema', 'package.json'])
    cpSync(root + name, join(home, name), { recursive: true });
  symlinkSync(`${root}node_modules`, join(home, 'node_modules'));
  return home;
}

describe.each([
  ['as it is built', () => root],
  [
    'without byte code, as where it was made by another Node',
    () => {
      const home = copyPackage();
      for (const name of ['cli', 'drawing'])
        writeFileSync(join(home, 'dist/bundle', codeName(name)), 'another V8');
      return home;
    },
  ],
])('%s', (_, place) => {
  let pyspy: string;
  beforeAll(() => {
    pyspy = join(place(), 'bin/pyspy.js');
  });

  test('it prints what the sources do', () => {
    expect(node(pyspy, 'top', 'v2-complete.trace')).toEqual({
      status: 0,
      stdout: golden('top.txt'),
      stderr: '',
    });
  });

  test('a flame graph is the one that all of jsdom draws', () => {
    expect(node(pyspy, 'flame', 'v2-complete.trace', '-o', '-').stdout).toBe(golden('flame.svg'));
  });

  test('so is a differential one', () => {
    expect(
      node(pyspy, 'diff', 'v2-before.trace', 'v2-after.trace', '--metric', 'wall', '--flame', 'diff.svg')
        .status,
    ).toBe(0);
    expect(readFileSync(join(directory, 'diff.svg'), 'utf8')).toBe(golden('diff.svg'));
  });
});

test('V8 takes the byte code that the build made', () => {
  const script = `
    const { load, loaded } = require(${JSON.stringify(`${root}dist/bundle/load.cjs`)});
    for (const name of ['cli', 'worker', 'drawing']) load(name);
    console.log(JSON.stringify([...loaded].map(([name, { script }]) => [name, script.cachedDataRejected])));`;
  expect(JSON.parse(node('-e', script).stdout)).toEqual([
    ['cli', false],
    ['worker', false],
    ['drawing', false],
  ]);
});

test('V8 is not shown what was made on another architecture', () => {
  const home = copyPackage();
  for (const name of ['cli', 'worker', 'drawing'])
    renameSync(
      join(home, 'dist/bundle', codeName(name)),
      join(home, 'dist/bundle', codeName(name, 'mips' as NodeJS.Architecture)),
    );
  const script = `
    const { load, loaded } = require(${JSON.stringify(join(home, 'dist/bundle/load.cjs'))});
    load('cli');
    console.log(String(loaded.get('cli').script.cachedDataRejected));`;
  // Undefined where there was nothing to take or refuse.
  expect(node('-e', script).stdout).toBe('undefined\n');
});

test('scripts are ASCII, as they are read', () => {
  for (const name of ['cli', 'worker', 'drawing'])
    expect(readFileSync(`${root}dist/bundle/${name}.cjs`, 'utf8')).toMatch(/^[\0-\x7f]*$/);
});

test('what ends before it is done says so', () => {
  const home = copyPackage();
  writeFileSync(
    join(home, 'dist/bundle/load.cjs'),
    'exports.load = () => ({ main: () => new Promise(() => {}) });',
  );
  expect(node(join(home, 'bin/pyspy.js'), 'top')).toMatchObject({
    status: 70,
    stderr: expect.stringMatching(/stopped before/),
  });
});

test('what draws has no network, and asks nobody for styles', () => {
  const text = readFileSync(`${root}dist/bundle/drawing.cjs`, 'utf8');
  expect(text).not.toMatch(/require\(["'](?:node:)?(?:https?|http2|net|tls|dns|child_process)["']\)/);
  expect(text).not.toContain('border-inline-end-width');
});

test('the licenses of what is inside are there', () => {
  const text = readFileSync(`${root}dist/bundle/licenses.txt`, 'utf8');
  const entries = text
    .split(`\n\n${'-'.repeat(80)}\n\n`)
    .map((entry, at) => (at === 0 ? entry.replace(/^.*\n\n/, '') : entry));
  const names = entries.map((entry) => /^(\S+) \d+\.\d+\.\d+\S* \(.+\)\n\n(?=[\s\S]{300})/.exec(entry)?.[1]);
  expect(names).not.toContain(undefined);
  expect(names).toEqual(expect.arrayContaining(['commander', 'd3-selection', 'jsdom', 'parse5', 'saxes']));
  expect(readdirSync(`${root}dist/bundle`).sort()).toEqual([
    ...['cli.cjs', codeName('cli'), 'drawing.cjs', codeName('drawing')],
    ...[
      'licenses.txt',
      'load.cjs',
      'rehearsal.image',
      'sql-thread.cjs',
      'sql-worker.cjs',
      'worker-thread.cjs',
      'worker.cjs',
      codeName('worker'),
    ],
  ]);
});
