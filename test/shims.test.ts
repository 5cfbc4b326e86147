/** What a user of Windows starts: npm makes it of the first line of each file that package.json names as a command. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
