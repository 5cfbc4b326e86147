/** What others do to the files of a recording while it is made: noticed before anything is written, and said. */
import {
  appendFileSync,
  copyFileSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { TraceBuilder } from '../trace-builder.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-live-file-'));
  path = join(directory, 'run.trace');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A recording of `seconds` seconds that goes on; what is older than some eight of them is in the file, the rest in the log. */
function start(seconds: number, at = path) {
  const trace = new TraceBuilder(at, { rateHz: 20 }, { keepNs: 1e12, maxBytes: null });
  const thread = trace.thread(trace.process(), 'MainThread');
  let second = 0;
  const record = (more: number): void => {
    for (const end = second + more; second < end; second++) {
      for (let tick = 0; tick < 20; tick++) {
        const code = { name: `task_${second}_${'x'.repeat(200)}`, file: 'app.py', firstLine: 1 };
        trace.tick(second * 1e9 + tick * 50e6, [{ thread, stack: trace.stack([code, tick]) }]);
      }
      trace.flush();
    }
  };
  record(seconds);
  return { trace, record };
}

/** Overwrites a part of a file in its place. */
function overwrite(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  ftruncateSync(descriptor, Math.max(statSync(file).size, at + bytes.length));
}

describe.each([
  ['in its first seconds', 3],
  ['after minutes', 130],
])('a trace %s', (_, seconds) => {
  const lost = {
    'is emptied': [() => truncateSync(path, 0), /somebody cut the file from \d+ to 0 bytes/],
    'loses its end': [() => truncateSync(path, 1_024), /somebody cut the file from \d+ to 1024 bytes/],
    'is overwritten by something shorter': [
      () => writeFileSync(path, 'hello\n'),
      /cut the file from \d+ to 6 bytes/,
    ],
    'is overwritten by something longer': [
      () => writeFileSync(path, Buffer.alloc(3_000_000, 'x')),
      /somebody wrote something else into the file/,
    ],
  } as const;

  test.each(Object.entries(lost))(
    'that %s is given up, and what is there now stays',
    (_name, [harm, words]) => {
      const { trace, record } = start(seconds);
      harm();
      const after = readFileSync(path);
      expect(() => record(1)).toThrow(
        expect.objectContaining({ kind: 'output', message: expect.stringMatching(words) }),
      );
      expect(() => trace.writer.close({ endedNs: 1e9, reason: 'output-failed' })).toThrow(words);
      expect(readFileSync(path).equals(after)).toBe(true);
      expect(readdirSync(directory)).toEqual(['run.trace']);
    },
  );

  test.each(Object.entries(lost))('that %s at its end does not count as written', (_name, [harm, words]) => {
    const { trace } = start(seconds);
    harm();
    expect(() => trace.end()).toThrow(words);
  });

  test('that another file takes the place of is missed, and the other stays', () => {
    const { trace, record } = start(seconds);
    const other = start(2, join(directory, 'other.trace'));
    other.trace.end();
    const bytes = readFileSync(join(directory, 'other.trace'));
    renameSync(join(directory, 'other.trace'), path);
    expect(() => record(1)).toThrow(/another file was put in its place/);
    expect(() => trace.writer.close({ endedNs: 1e9, reason: 'output-failed' })).toThrow(/another file/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(directory)).toEqual(['run.trace']);
  });

  test.each(['emptied', 'deleted'])('whose log is %s', (what) => {
    const { trace, record } = start(seconds);
    if (what === 'emptied') truncateSync(`${path}-wal`, 0);
    else rmSync(`${path}-wal`);
    expect(() => record(1)).toThrow(what === 'emptied' ? /somebody cut its log/ : /its log .* was deleted/);
    expect(() => trace.writer.close({ endedNs: 130e9, reason: 'output-failed' })).toThrow(/log/);
    // What is deleted is still open: nothing is lost.
    if (what === 'deleted') expect(samples()).toBe(seconds * 20);
  });

  test('whose shared memory is cut goes on', () => {
    const { trace, record } = start(seconds);
    for (const bytes of [0, 100, 4_096]) {
      truncateSync(`${path}-shm`, bytes);
      record(2);
    }
    trace.end();
    expect(samples()).toBe((seconds + 6) * 20);
    expect(readdirSync(directory)).toEqual(['run.trace']);
  });

  test('that is touched, and whose log somebody folds in, goes on', () => {
    const { trace, record } = start(seconds);
    utimesSync(path, new Date(0), new Date(0));
    record(1);
    const other = new Database(path);
    expect(other.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    record(1);
    other.exec("INSERT INTO mark (recording_id, at_ns, name) VALUES (1, 5, 'from elsewhere')");
    other.close();
    record(30);
    trace.end();
    expect(samples()).toBe((seconds + 32) * 20);
  });
});

test('a trace that another trace is copied over is given up', () => {
  const { record } = start(130);
  const other = start(400, join(directory, 'other.trace'));
  other.trace.end();
  copyFileSync(join(directory, 'other.trace'), path);
  expect(() => record(1)).toThrow(/somebody (wrote something else into|cut) the file/);
});

test('pages that are overwritten are noticed', () => {
  const { record } = start(130);
  overwrite(path, Math.floor(statSync(path).size / 2 / 512) * 512, Buffer.alloc(2_048, 0xaa));
  expect(() => record(1)).toThrow(/somebody wrote something else into the file/);
});

test('what is added at the end does no harm', () => {
  const { trace, record } = start(130);
  appendFileSync(path, 'hello\n');
  record(1);
  trace.end();
  expect(samples()).toBe(131 * 20);
});

/** How many there are in a file that is found whole. */
function samples(): number {
  const reader = TraceReader.open(path);
  try {
    return reader.counts().samples;
  } finally {
    reader.close();
  }
}
