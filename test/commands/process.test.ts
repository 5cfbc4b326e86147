/** What only a process of its own shows: exit statuses and broken outputs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTrace } from '../golden/make-traces.js';

const pyspy = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-process-'));
  makeTrace(directory, 'v2-complete.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a shell line in which "pyspy" is the built command. */
function shell(line: string, env: Record<string, string> = {}) {
  const script = `pyspy() { "${process.execPath}" "${pyspy}" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

test('a reader that has seen enough is no error', () => {
  const line =
    'for i in 1 2 3; do pyspy export v2-complete.trace -f speedscope | head -c 1 > /dev/null; echo $PIPESTATUS; done';
  expect(shell(line)).toEqual({ status: 0, stdout: '0\n0\n0\n', stderr: '' });
});

test('a full disk under stdout is one', () => {
  const { status, stderr } = shell('pyspy top v2-complete.trace > /dev/full');
  expect(status).toBe(74);
  expect(stderr).toMatch(/^pyspy: writing the result failed: the disk is full\n/);
});

test('exit statuses reach the shell', () => {
  expect(shell('pyspy top v2-complete.trace > /dev/null').status).toBe(0);
  expect(shell('pyspy top v2-complete.trace --from x').status).toBe(2);
  expect(shell('pyspy tpo').status).toBe(2);
  expect(shell('pyspy info /etc/hostname').status).toBe(6);
});

test('a stack trace is shown only to those who ask for it', () => {
  expect(shell('pyspy info nothing').stderr.split('\n')).toHaveLength(3);
  expect(shell('pyspy info nothing', { PYSPY_DEBUG: '1' }).stderr).toMatch(/\n {4}at /);
});

test('no colour goes into a pipe', () => {
  expect(shell('pyspy top v2-complete.trace').stdout).not.toContain('\x1b');
});
