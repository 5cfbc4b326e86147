/** Files whose pages have several parents: a few kilobytes that would be read for ever. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refuseSharedPages } from '../../../src/format/database/page-tree.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { runCli } from '../../commands/run-cli.js';
import { makeTrace } from '../../golden/make-traces.js';
import { createRandom } from '../random.js';
import { TraceBuilder } from '../trace-builder.js';

let directory: string;
let path: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-pages-'));
  makeTrace(directory, 'v2-complete.trace');
  path = join(directory, 'hostile.trace');
});
beforeEach(() => copyFileSync(join(directory, 'v2-complete.trace'), path));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const pageBytes = 512;

/** Root pages by name: of the list of tables, and of each table and index. */
function rootsOf(file: string): Map<string, number> {
  const db = new Database(file, { readonly: true });
  try {
    const rows = db.prepare('SELECT name, rootpage FROM sqlite_schema').all() as {
      name: string;
      rootpage: number;
    }[];
    return new Map([['sqlite_schema', 1], ...rows.map(({ name, rootpage }) => [name, rootpage] as const)]);
  } finally {
    db.close();
  }
}

/** A page of which all children are the same. */
function manifold(kind: number, child: number, count: number, start = 0): Buffer {
  const page = Buffer.alloc(pageBytes);
  const cellBytes = 8;
  page[start] = kind;
  page.writeUInt16BE(count, start + 3);
  page.writeUInt16BE(pageBytes - count * cellBytes, start + 5);
  page.writeUInt32BE(child, start + 8);
  for (let cell = 0; cell < count; cell++) {
    const at = pageBytes - (cell + 1) * cellBytes;
    page.writeUInt16BE(at, start + 12 + 2 * cell);
    page.writeUInt32BE(child, at);
    // A row's number; of an index, a record with one column that is null.
    page.set(kind === 5 ? [1] : [2, 2, 0], at + 4);
  }
  return page;
}

/** Puts `levels` pages between a root and what was in it, each of which leads `fan` times to the next. */
function bomb(root: number, levels: number, fan: number): void {
  const file = readFileSync(path);
  const pages: Buffer[] = Array.from({ length: file.length / pageBytes }, (_, at) =>
    Buffer.from(file.subarray(at * pageBytes, (at + 1) * pageBytes)),
  );
  const start = root === 1 ? 100 : 0;
  const old = pages[root - 1]!;
  const kind = [5, 13].includes(old[start]!) ? 5 : 2;
  let child: number;
  if (old[start] === kind) child = old.readUInt32BE(start + 8);
  else {
    // What was a leaf is now one below the root.
    pages.push(Buffer.from(old));
    child = pages.length;
  }
  for (let level = 0; level < levels; level++) {
    pages.push(manifold(kind, child, fan));
    child = pages.length;
  }
  if (old[start] === kind) old.writeUInt32BE(child, start + 8);
  else manifold(kind, child, 1, start).copy(old, start, start);
  pages[0]!.writeUInt32BE(pages.length, 28);
  writeFileSync(path, Buffer.concat(pages));
}

describe('pages with several parents', () => {
  test('are refused in each table and index, and in the list of them', () => {
    const names = [...rootsOf(path).keys()];
    expect(names).toEqual(
      expect.arrayContaining(['sqlite_schema', 'string', 'stack', 'batch', 'batch_time']),
    );
    for (const [name, root] of rootsOf(path)) {
      copyFileSync(join(directory, 'v2-complete.trace'), path);
      bomb(root, 3, 20);
      expect(() => TraceReader.open(path), name).toThrow(
        /page \d+ of it belongs to two tables, or twice to one/,
      );
    }
  });

  test('are refused by each command at once, however many there are', async () => {
    for (const name of ['sqlite_schema', 'string', 'batch']) {
      copyFileSync(join(directory, 'v2-complete.trace'), path);
      bomb(rootsOf(path).get(name)!, 18, 24);
      for (const [command, ...more] of [
        ['info'],
        ['top'],
        ['verify'],
        ['pack', '-o', `${path}.packed`],
        ['mark', 'here'],
        ['flame', '-o', '-'],
      ] as const)
        expect(await runCli(command, path, ...more), `${command} of ${name}`).toMatchObject({
          status: 6,
          stderr: expect.stringMatching(/belongs to two tables/),
        });
    }
  });

  test('are refused where two tables have one root', () => {
    const db = new Database(path);
    db.unsafeMode(true);
    db.pragma('writable_schema = ON');
    db.exec(
      "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'gap') WHERE name = 'mark'",
    );
    db.close();
    expect(() => TraceReader.open(path)).toThrow(/belongs to two tables/);
  });

  test('are refused where the list of tables calls a root by something that is no number', () => {
    const db = new Database(path);
    db.unsafeMode(true);
    db.pragma('writable_schema = ON');
    db.exec("UPDATE sqlite_schema SET rootpage = CAST(rootpage AS TEXT) WHERE name = 'mark'");
    db.close();
    const roots = () => refuseSharedPages(path, path);
    // SQLite stores a number in this column, whatever it is given; so the text is put there by hand.
    const file = readFileSync(path);
    expect(roots).not.toThrow();
    const at = file.indexOf('tablemarkmark');
    expect(at).toBeGreaterThan(0);
    // Of the types in the row's header the fourth one is that of the root: text of one byte in the place of an integer.
    expect([1, 2]).toContain(file[at - 2]! < 10 ? file[at - 2] : file[at - 3]);
    const type = file[at - 2]! < 10 ? at - 2 : at - 3;
    file[type] = 13 + 2 * file[type]!;
    writeFileSync(path, file);
    expect(roots).toThrow(/its list of tables \(page \d+\) is not as SQLite writes one/);
  });
});

describe('what SQLite writes', () => {
  test.each([512, 4_096, 65_536])('is let through: pages of %i bytes, of every shape', (size) => {
    const random = createRandom(size);
    const db = new Database(join(directory, `${size}.db`));
    db.pragma(`page_size = ${size}`);
    db.pragma('auto_vacuum = INCREMENTAL');
    for (let round = 0; round < 6; round++) {
      for (let table = 0; table < 8; table++) {
        const name = `t_${round}_${table}_${'x'.repeat(Math.floor(random() * 900))}`;
        db.exec(`CREATE TABLE ${name} (a PRIMARY KEY, b) ${table % 2 ? 'WITHOUT ROWID' : ''};
                 CREATE INDEX i_${name} ON ${name} (b);`);
        const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ?)`);
        db.transaction(() => {
          for (let row = 0; row < 300; row++) insert.run(row, 'y'.repeat(Math.floor(random() ** 4 * 3_000)));
        })();
        db.exec(`DELETE FROM ${name} WHERE a % 3 = ${round % 3}`);
        if (random() < 0.2) db.exec(`DROP TABLE ${name}`);
        refuseSharedPages('x', join(directory, `${size}.db`));
      }
    }
    db.close();
  });
});

/**
 * Makes rows of 20 kB and more say that they have a megabyte: what does not lie in the row itself is a chain of pages, and its
 * end leads to its beginning.
 * @returns how many
 */
function stretch(): number {
  const file = readFileSync(path);
  const chained = pageBytes - 4;
  let count = 0;
  for (let page = pageBytes; page < file.length; page += pageBytes) {
    if (file[page] !== 13) continue;
    for (let cell = 0; cell < file.readUInt16BE(page + 3); cell++) {
      const at = page + file.readUInt16BE(page + 8 + 2 * cell);
      const [length, rowid] = readVarint(file, at);
      const header = readVarint(file, rowid)[1];
      if (rowid - at !== 3) continue;
      // The last column's type, which has its length.
      let type = header + file[header]! - 3;
      while (file[type - 1]! >= 0x80) type--;
      const more = Math.floor((1_000_000 - length) / chained) * chained;
      writeVarint(file, at, length + more);
      writeVarint(file, type, readVarint(file, type)[0] + 2 * more);
      const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
      const local = least + ((length - least) % chained);
      const first = file.readUInt32BE(header + (local <= pageBytes - 35 ? local : least));
      let last = first;
      for (let next = first; next !== 0; next = file.readUInt32BE((next - 1) * pageBytes)) last = next;
      file.writeUInt32BE(first, (last - 1) * pageBytes);
      count++;
    }
  }
  writeFileSync(path, file);
  return count;
}

function readVarint(file: Buffer, at: number): [number, number] {
  let value = 0;
  for (let byte = at; ; byte++) {
    value = value * 128 + (file[byte]! & 0x7f);
    if (file[byte]! < 0x80) return [value, byte + 1];
  }
}

/** In three bytes. */
function writeVarint(file: Buffer, at: number, value: number): void {
  file.set([0x80 | (value >> 14), 0x80 | ((value >> 7) & 0x7f), value & 0x7f], at);
}

describe('pages of long values that are read again and again', () => {
  test('do not make names longer than the file', () => {
    const db = new Database(path);
    db.exec(`INSERT INTO string SELECT 1000 + i, 'long ' || i || printf('%.*c', 20000, 'x')
             FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i FROM n)`);
    db.exec(
      `INSERT INTO function (function_id, kind, name_id, file_id, first_line)
       SELECT 1000 + string_id, 0, string_id, string_id, 1 FROM string WHERE string_id > 1000`,
    );
    db.close();
    const all = () => {
      const reader = TraceReader.open(path);
      try {
        return [...reader.functions()].length;
      } finally {
        reader.close();
      }
    };
    expect(all()).toBeGreaterThan(50);
    expect(stretch()).toBe(50);
    expect(all).toThrow(/its texts are longer than the file/);
  });

  test('do not make batches longer than the file', () => {
    rmSync(path);
    const random = createRandom(3);
    const trace = new TraceBuilder(path, { rateHz: 1_000 });
    const thread = trace.thread(trace.process(), 'MainThread');
    const stacks = Array.from({ length: 200 }, (_, at) =>
      trace.stack([{ name: `work_${at}`, file: 'a.py', firstLine: 1 }, 2]),
    );
    for (let tick = 1; tick <= 40_000; tick++) {
      const stack = stacks[Math.floor(random() * 200)]!;
      trace.tick(tick * 1e6, [{ thread, stack, cpuNs: random() * 1e6, status: Math.floor(random() * 4) }]);
    }
    trace.end();
    expect(stretch()).toBeGreaterThan(2);
    const reader = TraceReader.open(path);
    expect(() => [...reader.batches(0, 1e18)]).toThrow(/its batches have more bytes than the file/);
    reader.close();
  });
});

describe('beside a log', () => {
  /** The file without its last transaction, which only the log has: as a recorder leaves it that is killed. */
  function logged(change: (db: Database.Database) => void): void {
    const work = join(directory, 'work.trace');
    for (const suffix of ['', '-wal', '-shm']) rmSync(work + suffix, { force: true });
    copyFileSync(path, work);
    const db = new Database(work);
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    change(db);
    copyFileSync(work, path);
    copyFileSync(`${work}-wal`, `${path}-wal`);
    db.close();
  }
  const mark = (db: Database.Database): unknown =>
    db.exec("INSERT INTO mark (recording_id, at_ns, name) VALUES (1, 5, 'in the log')");
  afterEach(() => {
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  });

  test('pages of the file are looked at all the same', async () => {
    logged(mark);
    expect(() => refuseSharedPages(path, path)).not.toThrow();
    rmSync(`${path}-wal`);
    bomb(rootsOf(path).get('string')!, 18, 24);
    logged(mark);
    expect(() => refuseSharedPages(path, path)).toThrow(/belongs to two tables/);
    for (const command of ['info', 'verify'])
      expect(await runCli(command, path)).toMatchObject({
        status: 6,
        stderr: expect.stringMatching(/belongs to two tables/),
      });
  });

  test('of a file that has none, whatever lies there, pages are looked at', () => {
    bomb(rootsOf(path).get('string')!, 18, 24);
    writeFileSync(`${path}-wal`, 'no log');
    expect(() => refuseSharedPages(path, path)).toThrow(/belongs to two tables/);
  });

  test('pages of the log count in place of the file’s, as SQLite takes them', () => {
    const one = (db: Database.Database): void => {
      db.unsafeMode(true);
      db.pragma('writable_schema = ON');
      db.exec(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'gap') WHERE name = 'mark'",
      );
    };
    logged(one);
    expect(() => refuseSharedPages(path, path)).toThrow(/belongs to two tables/);
    // Without the log, or with a sum in it that is wrong, the file is whole.
    const log = readFileSync(`${path}-wal`);
    log[log.length - 1]! ^= 1;
    writeFileSync(`${path}-wal`, log);
    expect(() => refuseSharedPages(path, path)).not.toThrow();
    rmSync(`${path}-wal`);
    expect(() => refuseSharedPages(path, path)).not.toThrow();
  });

  test('a log that tells of four thousand million pages costs nothing', () => {
    logged(mark);
    const log = readFileSync(`${path}-wal`);
    const before = process.memoryUsage().rss;
    for (const field of [32, 36]) {
      const changed = Buffer.from(log);
      changed.writeUInt32BE(0xffffffff, field);
      writeFileSync(`${path}-wal`, resummed(changed));
      refuseSharedPages(path, path);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  test('each state that SQLite writes is let through, with what lies in the log from before', () => {
    const work = join(directory, 'busy.db');
    const db = new Database(work);
    db.pragma('page_size = 1024');
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    const random = createRandom(3);
    for (let round = 0; round < 60; round++) {
      db.exec(`CREATE TABLE t_${round} (a PRIMARY KEY, b)`);
      const insert = db.prepare(`INSERT INTO t_${round} VALUES (?, ?)`);
      db.transaction(() => {
        for (let row = 0; row < 100; row++) insert.run(row, 'y'.repeat(Math.floor(random() ** 4 * 3_000)));
      })();
      if (random() < 0.3) db.exec(`DROP TABLE t_${round}`);
      // A log that was folded in is written anew from its beginning: the rest is of before.
      if (random() < 0.2) db.pragma('wal_checkpoint(RESTART)');
      refuseSharedPages('x', work);
    }
    db.close();
  });
});

/** A log of one transaction with its sums made anew. */
function resummed(log: Buffer): Buffer {
  const isBig = (log.readUInt32BE(0) & 1) === 1;
  const read = (at: number): number => (isBig ? log.readUInt32BE(at) : log.readUInt32LE(at));
  let [a, b] = [log.readUInt32BE(24), log.readUInt32BE(28)];
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      a = (a + read(at) + b) >>> 0;
      b = (b + read(at + 4) + a) >>> 0;
    }
  };
  const size = log.readUInt32BE(8);
  for (let at = 32; at + 24 + size <= log.length; at += 24 + size) {
    add(at, at + 8);
    add(at + 24, at + 24 + size);
    log.writeUInt32BE(a, at + 16);
    log.writeUInt32BE(b, at + 20);
  }
  return log;
}
