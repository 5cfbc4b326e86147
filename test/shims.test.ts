/**
 * What a user of Windows starts: npm makes it of the first line of each file that package.json names as a command. And what
 * the shell's part of pyspy does where it finds nothing of Linux.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findMakeShims } from './support/npm-shims.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const { bin, os } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  bin: Record<string, string>;
  os: string[];
};
const makeShims = findMakeShims();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-shims-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('npm installs it where it can replay', () => {
  expect(os).toEqual(['linux', 'darwin', 'win32']);
  expect(bin).toEqual({ pyspy: 'bin/pyspy.js', 'pyspy-node': 'bin/pyspy-node.js' });
});

test.skipIf(makeShims === null)(
  'pyspy-node is started by Node on Windows (needs npm’s cmd-shim)',
  async () => {
    for (const [name, file] of Object.entries(bin)) await makeShims!(root + file, join(directory, name));
    const shim = (name: string) => readFileSync(join(directory, name), 'utf8');
    expect(shim('pyspy-node.cmd')).toMatch(
      /SET "_prog=node"\r\n[\s\S]*"%_prog%" {2}"[^"]*\\bin\\pyspy-node\.js" %\*\r\n$/,
    );
    expect(shim('pyspy-node.ps1')).toMatch(/& "node\$exe" {2}"[^"]*\/bin\/pyspy-node\.js" \$args/);
    // In docs/install.md: this one needs a shell, which Windows has not.
    expect(shim('pyspy.cmd')).toContain('SET "_prog=/bin/sh"');
  },
);

test('pyspy-node is pyspy', () => {
  const run = (file: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [root + file, ...args], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  for (const args of [['--version'], ['--help'], ['info', 'no-such.trace']]) {
    const told = run(bin['pyspy-node']!, ...args);
    expect(told).toEqual(run(bin.pyspy!, ...args));
    expect(told.status).toBe(args[0] === 'info' ? 6 : 0);
  }
});

test.each([['sh'], ['bash', '--posix']])('without /proc and base64 it starts, too: %s', (...shell) => {
  const home = join(directory, shell[0]!);
  mkdirSync(join(home, 'bin'), { recursive: true });
  // As on macOS.
  const text = readFileSync(`${root}bin/pyspy.js`, 'utf8')
    .replaceAll('/proc/', '/no-proc/')
    .replaceAll('base64', 'no-base64');
  expect(text.match(/no-proc|no-base64/g)).toHaveLength(4);
  writeFileSync(join(home, 'bin/pyspy.js'), text);
  cpSync(`${root}bin/package.json`, join(home, 'bin/package.json'));
  mkdirSync(join(home, 'dist/bundle'), { recursive: true });
  writeFileSync(
    join(home, 'dist/bundle/load.cjs'),
    'exports.load = () => ({ main: async (argv) => console.log(process.env.PYSPY_CALLER, ...argv.slice(2)) });',
  );
  symlinkSync(join(home, 'bin/pyspy.js'), join(home, 'pyspy'));
  const { status, stdout, stderr } = spawnSync(
    shell[0]!,
    [...shell.slice(1), join(home, 'pyspy'), 'top', '--', 'a b'],
    {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    },
  );
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^\d+ - - - top -- a b\n$/),
    stderr: '',
  });
});
