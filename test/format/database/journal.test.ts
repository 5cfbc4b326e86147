/** A rollback journal beside a trace: when a writer is killed in the middle of a transaction, the file becomes what it was before. */

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { verifyTrace } from '../../../src/format/verify/verify.js';
import { describeTrace } from '../../../src/replay/answers/info.js';
import { runCli } from '../../commands/run-cli.js';
import { makeTrace } from '../../golden/make-traces.js';

let directory: string;
let good: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-journal-'));
  makeTrace(directory, 'v2-complete.trace');
  good = join(directory, 'v2-complete.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  path = join(mkdtempSync(join(directory, 'case-')), 'half.trace');
});

const changes: Readonly<Record<string, string>> = {
  'sums at its end': 'CREATE TABLE rollup (data BLOB); INSERT INTO rollup VALUES (zeroblob(300000))',
  'samples that are gone': 'DELETE FROM batch WHERE batch_id > 1; DELETE FROM string',
  'samples that grow': 'UPDATE batch SET data = zeroblob(100000), samples = samples * 2',
  'another schema': 'CREATE VIEW v AS SELECT 1; DROP TABLE mark; PRAGMA application_id = 7',
};

/** Leaves file and journal at `to` as a kill in the middle of `statements` does: pages are in the file, no commit is. */
function breakOff(to: string, statements: string): void {
  const at = `${to}.victim`;
  copyFileSync(good, at);
  const db = new Database(at);
  // Each page is written at once: the cache has room for none.
  db.pragma('cache_size = 1');
  db.pragma('foreign_keys = OFF');
  db.exec(`BEGIN; ${statements}`);
  copyFileSync(at, to);
  copyFileSync(`${at}-journal`, `${to}-journal`);
  db.exec('ROLLBACK');
  db.close();
  rmSync(at);
}

function contentOf(file: string): unknown {
  const reader = TraceReader.open(file);
  try {
    return { ...describeTrace(reader), file_bytes: 0, bytes_per_sample: 0 };
  } finally {
    reader.close();
  }
}

describe.each(Object.entries(changes))('of a transaction that was to leave %s', (_, statements) => {
  test('it is put back, and the file is as it was', async () => {
    breakOff(path, statements);
    expect(readFileSync(path).equals(readFileSync(good))).toBe(false);
    expect(contentOf(path)).toEqual(contentOf(good));
    expect(existsSync(`${path}-journal`)).toBe(false);
    expect(readFileSync(path).equals(readFileSync(good))).toBe(true);
    expect((await verifyTrace(path, () => {})).problems).toEqual([]);
  });

  test('a file that takes no changes is read as it was, and left as it is', () => {
    breakOff(`${path} `, statements);
    const before = ['', '-journal'].map((suffix) => readFileSync(`${path} ${suffix}`));
    // The library cannot open this name, so that the copy is read, as in a folder without write permission.
    expect(contentOf(`${path} `)).toEqual(contentOf(good));
    expect(['', '-journal'].map((suffix) => readFileSync(`${path} ${suffix}`))).toEqual(before);
  });

  test('a link to it is as good as its name', () => {
    breakOff(path, statements);
    symlinkSync(path, `${path}.link`);
    expect(contentOf(`${path}.link`)).toEqual(contentOf(good));
  });
});

test('a journal that names another file is refused, and that file stays', () => {
  breakOff(path, changes['samples that grow']!);
  const precious = join(directory, 'precious');
  writeFileSync(precious, 'mine');
  const name = Buffer.from(precious);
  const end = Buffer.alloc(16);
  end.writeUInt32BE(name.length, 0);
  end.writeUInt32BE(
    name.reduce((sum, byte) => sum + byte, 0),
    4,
  );
  Buffer.from('d9d505f920a163d7', 'hex').copy(end, 8);
  const lockPage = Buffer.alloc(4);
  lockPage.writeUInt32BE(0x40000000 / 512 + 1);
  appendFileSync(`${path}-journal`, Buffer.concat([lockPage, name, end]));
  expect(() => TraceReader.open(path)).toThrow(
    /is damaged: the journal beside it is of a transaction over several/,
  );
  expect(readFileSync(precious, 'utf8')).toBe('mine');
  copyFileSync(path, `${path} `);
  copyFileSync(`${path}-journal`, `${path} -journal`);
  expect(() => TraceReader.open(`${path} `)).toThrow(/over several files/);
  expect(readFileSync(precious, 'utf8')).toBe('mine');
});

test.each(['-wal', '-journal'])(
  'a pipe, a folder or a link in the place of %s is refused, and not waited for',
  (suffix) => {
    for (const make of [
      (name: string) => spawnSync('sh', ['-c', 'mkfifo "$0"', name]),
      (name: string) => mkdirSync(name),
      (name: string) => symlinkSync('/dev/zero', name),
    ]) {
      copyFileSync(good, path);
      make(path + suffix);
      expect(() => TraceReader.open(path)).toThrow(
        /is not a regular file, and the (log|journal) of a trace is one/,
      );
      rmSync(path + suffix, { recursive: true });
    }
  },
);

test('a pipe in the place of shared memory is not waited for', () => {
  copyFileSync(good, path);
  spawnSync('sh', ['-c', 'mkfifo "$0"', `${path}-shm`]);
  expect(contentOf(path)).toEqual(contentOf(good));
});

test('a journal that is left over is put back into no new file', async () => {
  breakOff(path, changes['samples that are gone']!);
  rmSync(path);
  const refused = await runCli('pack', good, '-o', path);
  expect(refused).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/half\.trace-journal exists already/),
  });
  expect((await runCli('pack', good, '-o', path, '--force')).status).toBe(0);
  expect((await verifyTrace(path, () => {})).problems).toEqual([]);
  expect(readdirSync(join(path, '..'))).toEqual(['half.trace']);
});
