/** Programs that are made for another machine are named as such. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainForeign, explainHead } from '../../src/platform/linux/foreign.js';
import { Child } from '../support/child.js';
import { pyspy } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';

function head(bits: 1 | 2, order: 1 | 2, machine: number): Uint8Array {
  const bytes = new Uint8Array(20);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits, order, 1]);
  new DataView(bytes.buffer).setUint16(18, machine, order === 1);
  return bytes;
}

test.each([
  ['x86-64', head(2, 1, 62), 'x64', null],
  ['arm64', head(2, 1, 183), 'arm64', null],
  ['arm64 on x86-64', head(2, 1, 183), 'x64', 'it is a 64-bit program for arm64'],
  ['i386 on x86-64', head(1, 1, 3), 'x64', 'it is a 32-bit program for i386'],
  ['x32 on x86-64', head(1, 1, 62), 'x64', 'it is a 32-bit program for x86-64'],
  ['big-endian', head(2, 2, 22), 'x64', 'it is a 64-bit program for s390x'],
  ['what nobody knows', head(2, 1, 9999), 'x64', 'it is a 64-bit program for machine 9999'],
])('%s', (_, bytes, own, said) => {
  const found = explainHead(bytes, own);
  if (said === null) expect(found).toBeNull();
  else expect(found?.reason).toContain(said);
});

test('what is no ELF file is not known', () => {
  expect(explainHead(new TextEncoder().encode('#!/usr/bin/env python3'), 'x64')).toBeNull();
  expect(explainHead(new Uint8Array(5), 'x64')).toBeNull();
});

test('this process is for this machine', () => {
  expect(explainForeign(process.pid)).toBeNull();
  expect(explainHead(readFileSync(process.execPath).subarray(0, 20), process.arch)).toBeNull();
});

/** Sleeps for ever: pause(2) of i386. */
const pause32 = '.globl _start\n_start: movl $29, %eax\n int $0x80\n jmp _start\n';

test.runIf(process.arch === 'x64')('a 32-bit process is refused by name', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-foreign-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'python3');
  const made = spawnSync(
    'cc',
    ['-m32', '-nostdlib', '-static', '-no-pie', '-x', 'assembler', '-', '-o', path],
    {
      input: pause32,
    },
  );
  if (made.status !== 0) context.skip('no 32-bit program can be made here');
  const child = new Child([path]);
  atEnd(() => child.stop());
  const { status, stderr } = await pyspy('dump', '--pid', String(child.pid));
  expect(stderr).toBe(
    `pyspy: process ${child.pid} is not a running Python: it is a 32-bit program for i386\nhint: Here pyspy reads 64-bit programs for x64.\n`,
  );
  expect(status).toBe(5);
});
