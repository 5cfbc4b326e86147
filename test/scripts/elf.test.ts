/** What the build of the single executable knows of ELF, wheels and archives: on files made here, without Node's. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extend, neededVersions, readElf } from '../../scripts/binary/elf.js';
import { entryFor } from '../../scripts/binary/entry.js';
import { oldestGlibc } from '../../scripts/binary/manylinux.js';
import { zip } from '../../scripts/binary/zip.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyspy-elf-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a program with a note', () => {
  const program = readFileSync('/bin/true');
  const made = extend(program, { name: 'A_NOTE', data: Buffer.from('carried') });

  test('runs as before', () => {
    const file = join(folder, 'true');
    writeFileSync(file, made, { mode: 0o755 });
    expect(spawnSync(file).status).toBe(0);
  });

  test('has it loaded, at an address of its own', () => {
    const { segments } = readElf(made);
    const note = segments.at(-1)!;
    expect(note.type).toBe(4);
    const bytes = made.subarray(note.offset, note.offset + note.fileSize);
    expect([bytes.readUInt32LE(0), bytes.readUInt32LE(4)]).toEqual([7, 7]);
    expect(bytes.subarray(12).toString('latin1')).toBe('A_NOTE\0\0carried\0');
    const loads = segments.filter(({ type }) => type === 1);
    const last = loads.at(-1)!;
    expect(last.address).toBeLessThanOrEqual(note.address);
    expect(last.address + last.memorySize).toBe(note.address + note.fileSize);
    for (const [i, { address }] of loads.slice(1).entries())
      expect(address).toBeGreaterThanOrEqual(loads[i]!.address + loads[i]!.memorySize);
    expect((last.address - last.offset) % 0x10000).toBe(0);
  });

  test('has no sections', () => {
    expect([made.readBigUInt64LE(40), made.readUInt16LE(60)]).toEqual([0n, 0]);
  });

  const machine = { x64: 62, arm64: 183 }[process.arch as string];
  test.skipIf(machine === undefined)(
    'runs as before with a beginning of its own (for x86-64 and arm64)',
    () => {
      const file = join(folder, 'begins');
      const begins = extend(
        readFileSync('/bin/echo'),
        { name: 'A', data: Buffer.alloc(1) },
        entryFor(machine!),
      );
      writeFileSync(file, begins, { mode: 0o755 });
      const { status, stdout } = spawnSync(file, ['some', 'words'], { encoding: 'utf8' });
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'some words\n' });
    },
  );

  test('needs what it needed', () => {
    expect(neededVersions(program)).toContainEqual(expect.stringMatching(/^GLIBC_2\./));
    expect(neededVersions(made)).toEqual(neededVersions(program));
  });

  test('is refused where it is no program', () => {
    expect(() => extend(Buffer.from('#!/bin/sh\n'), { name: 'A', data: Buffer.alloc(1) })).toThrow(/ELF/);
  });
});

describe('the oldest glibc', () => {
  test.each([
    ['2_17', []],
    ['2_17', ['GLIBC_2.2.5', 'GLIBC_2.14', 'GLIBCXX_3.4.19', 'CXXABI_1.3', 'GCC_3.0']],
    ['2_28', ['GLIBC_2.9', 'GLIBC_2.28']],
    ['2_28', ['GLIBC_2.17', 'GLIBCXX_3.4.25']],
    ['2_33', ['GLIBC_2.33', 'GLIBCXX_3.4.21']],
    ['2_36', ['GLIBC_2.34', 'GLIBC_ABI_DT_RELR']],
    ['2_39', ['GLIBC_2.34', 'GLIBCXX_3.4.32']],
  ])('is %s for %j', (glibc, needed) => {
    expect(oldestGlibc(needed)).toBe(glibc);
  });

  test.each(['GLIBC_PRIVATE', 'GLIBCXX_3.4.99', 'LIBRARY_1'])('is not known for %s', (name) => {
    expect(() => oldestGlibc([name])).toThrow(`no system is known to have ${name}`);
  });
});

describe('an archive', () => {
  const files = [
    { name: 'a/text.txt', bytes: Buffer.from('text '.repeat(1000)) },
    { name: 'bin/program', bytes: Buffer.from('#!/bin/sh\n'), isProgram: true },
    { name: 'empty', bytes: Buffer.alloc(0) },
  ];

  test('is the same each time', () => {
    expect(zip(files).equals(zip(files))).toBe(true);
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  test.skipIf(!python)('is read by Python (needs python3)', () => {
    const file = join(folder, 'files.zip');
    writeFileSync(file, zip(files));
    const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for item in archive.infolist():
        print(item.filename, item.file_size, oct(item.external_attr >> 16), len(archive.read(item)))`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'a/text.txt 5000 0o100644 5000',
      'bin/program 10 0o100755 10',
      'empty 0 0o100644 0',
    ]);
  });
});
