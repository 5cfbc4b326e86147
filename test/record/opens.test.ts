/** A pipe in the place of a file that a process or a trace names: nothing waits for its writer. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { readRegular } from '../../src/platform/regular-file.js';
import { foresee } from '../../src/record/sampling/foresight.js';
import { ElfCache } from '../../src/record/target/modules.js';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * Where files are opened, and why none of these opens can wait: the path is of the kernel's or of the package, the file was
 * looked at before, it is opened with O_NONBLOCK, or the user named it for this very use.
 */
const knownOpens: Readonly<Record<string, string>> = {
  'run/live/live-top.ts': 'the output of the live view, in a folder of its own',
  'run/live/output-relay.ts': 'the same',
  'run/server/exchange.ts': 'a piece of a trace, in a folder of its own',
  'run/output/output-file.ts': 'what -o names: a pipe is written to; it is read if it is a regular file',
  'run/traces/import.ts': 'the profile that the user names: a pipe is waited for',
  'format/files/leftovers.ts': 'folders that it has listed',
  'format/writing/output-path.ts': 'a probe that is made anew (wx)',
  'format/database/page-log.ts': 'O_NONBLOCK',
  'format/database/page-tree.ts': 'O_NONBLOCK',
  'format/database/rollback.ts': 'O_NONBLOCK',
  'format/database/trace-copy.ts': 'side-files.ts has looked',
  'format/database/trace-header.ts': 'O_NONBLOCK',
  'platform/linux/proc-text.ts': '/proc',
  'platform/linux/proc.ts': '/proc',
  'platform/linux/system.ts': '/proc',
  'platform/regular-file.ts': 'O_NONBLOCK',
  'record/launch/command-check.ts': 'O_NONBLOCK',
  'package-files.ts': 'of the package',
};

test('every place that opens files is known', () => {
  const opens =
    /\b(?:openSync|readFileSync|copyFileSync|createReadStream|createWriteStream|opendirSync)\(|node:fs\/promises/;
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => opens.test(readFileSync(join(source, name), 'utf8')));
  expect(found.sort()).toEqual(Object.keys(knownOpens).sort());
});

function makePipe(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const pipe = join(folder, 'python3.8');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  return pipe;
}

test('a mapped file whose path is a pipe by now is no module', () => {
  const path = makePipe();
  const mapping = { start: 4096, end: 8192, permissions: 'r-xp', fileOffset: 0, device: '00:00', inode: 7 };
  const module = { path, mappings: [{ ...mapping, path, deleted: false }] };
  expect(new ElfCache(new Set(['main'])).parse(process.pid, module)).toBeNull();
  expect(() => new ElfCache(new Set()).learn(path)).not.toThrow();
});

test('a program that is a pipe is not read before it is started', () => {
  expect(() => foresee(makePipe())).not.toThrow();
});

test('neither folders nor devices are read; files are', () => {
  const read = (): never => expect.fail('was read');
  expect(['/', '/dev/null', makePipe()].map((path) => readRegular(path, read))).toEqual([null, null, null]);
  const file = `${makePipe()}.txt`;
  writeFileSync(file, 'text');
  expect(readRegular(file, (_, { size }) => size)).toBe(4);
  expect(() => readRegular('/no/such/file', read)).toThrow(/ENOENT/);
});
