/** Two names for one file, and two files that a double would take for one. */
import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { isSameFile } from '../../../src/format/files/same-file.js';

/** Numbers that a file system gives, by name of the file; those of the system where there is none. */
const numbers = vi.hoisted(() => new Map<string, bigint>());
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>();
  const statSync = (path: string, options: import('node:fs').StatSyncOptions) => {
    const stat = fs.statSync(path, options);
    const ino = numbers.get(path.slice(path.lastIndexOf('/') + 1));
    return stat === undefined || ino === undefined ? stat : Object.assign(stat, { ino });
  };
  return { ...fs, default: fs, statSync };
});

let directory: string;
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-same-'));
  for (const name of ['a', 'b']) writeFileSync(at(name), 'same text');
  linkSync(at('a'), at('hard'));
  symlinkSync('a', at('soft'));
  symlinkSync('nothing', at('loose'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => numbers.clear());

test('links lead to one file', () => {
  for (const name of ['a', 'hard', 'soft'])
    expect([name, isSameFile(at('a'), at(name))]).toEqual([name, true]);
  expect(isSameFile(at('a'), at('b'))).toBe(false);
});

test('what is not there is no file', () => {
  for (const name of ['loose', 'nothing', 'a/below', 'nul\0']) {
    expect(isSameFile(at('a'), at(name))).toBe(false);
    expect(isSameFile(at(name), at(name))).toBe(false);
  }
});

test('numbers that differ in their last bits are those of two files', () => {
  numbers.set('a', 2n ** 60n).set('b', 2n ** 60n + 1n);
  expect(Number(numbers.get('a'))).toBe(Number(numbers.get('b')));
  expect(isSameFile(at('a'), at('b'))).toBe(false);
});

test('where files have no numbers, names decide', () => {
  for (const name of ['a', 'b', 'soft']) numbers.set(name, 0n);
  expect(isSameFile(at('a'), at('b'))).toBe(false);
  expect(isSameFile(at('a'), at('soft'))).toBe(true);
});
