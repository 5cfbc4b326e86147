/** By which files it is known that waiters of the GIL are to be seen. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isGlibc } from '../../src/platform/linux/c-library.js';

test.each([
  '/lib/x86_64-linux-gnu/libc.so.6',
  '/usr/lib/aarch64-linux-gnu/libc.so.6 (deleted)',
  '/lib/x86_64-linux-gnu/libc-2.31.so',
  '/lib64/libpthread-2.17.so',
  '/lib64/libpthread.so.0',
])('%s is of glibc', (path) => {
  expect(isGlibc(['/usr/bin/python3', path])).toBe(true);
});

test.each([
  '/lib/ld-musl-x86_64.so.1',
  '/lib/libc.musl-x86_64.so.1',
  '/usr/bin/python3-static',
  '/opt/libc.so.6/python3',
  '/opt/not-libc.so.6',
])('%s is not', (path) => {
  expect(isGlibc(['/usr/bin/python3', path])).toBe(false);
});

test('the process of this test tells what it is linked with', () => {
  const maps = readFileSync('/proc/self/maps', 'utf8');
  const paths = maps.split('\n').map((line) => line.split(/\s+/).slice(5).join(' '));
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  expect(isGlibc(paths)).toBe(report.header.glibcVersionRuntime !== undefined);
});
