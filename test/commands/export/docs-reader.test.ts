/** What docs/reader.py yields of a trace is what `export --format jsonl` says of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../run-cli.js';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** One that is new enough, and has SQLite. */
const hasPython =
  spawnSync('python3', ['-c', 'import sqlite3, sys; sys.exit(sys.version_info < (3, 8))']).status === 0;

/** Nothing is left beside the reader. */
const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' };

/** Prints each sample as a line of JSON, in the words of jsonl. */
const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import reader
for s in reader.samples(sys.argv[2]):
    print(json.dumps({
        "time_s": s.time_s, "wall_s": s.wall_s, "pid": s.pid, "thread_id": s.thread_id, "thread": s.thread,
        "task": s.task, "idle": s.idle, "failed": s.stack is None,
        "stack": [f.function + (" (%s:%d)" % (f.file, f.line) if f.file and f.line else " (%s)" % f.file if f.file else "")
                  for f in s.stack or ()]}))
`;

interface Line {
  readonly time_s: number;
  readonly wall_s: number;
  readonly thread_id: number | null;
  readonly thread: string | null;
  readonly [name: string]: unknown;
}

/** By thread, then by time; whole ns, and the names alone that both have. */
function comparable(text: string): unknown[] {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return lines
    .sort((a, b) => (a.thread_id ?? 0) - (b.thread_id ?? 0) || a.time_s - b.time_s)
    .map(({ time_s, wall_s, pid, thread_id, thread, task, idle, failed, stack }) => ({
      ...{ time: Math.round(time_s * 1e9), wall: Math.round(wall_s * 1e9) },
      ...{ pid, thread_id, thread: thread ?? `Thread ${thread_id}`, task, idle, failed, stack },
    }));
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-reader-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A copy of a golden trace, beside which SQLite may leave files; or one that is imported. */
async function traceOf(name: string): Promise<string> {
  const trace = join(directory, `${name}.trace`);
  if (!name.includes('.')) copyFileSync(path(`test/golden/traces/${name}.trace`), trace);
  else await runCli('import', path(`test/fixtures/profiles/${name}`), '-o', trace);
  return trace;
}

describe.skipIf(!hasPython)('the reader in Python', () => {
  test.each(['v2-complete', 'v2-before', 'v2-after', 'v2-crashed', 'shop.mojo', 'cpython-packed.bin'])(
    'yields the samples of %s',
    async (name) => {
      const trace = await traceOf(name);
      const yielded = execFileSync('python3', ['-c', script, path('docs'), trace], {
        encoding: 'utf8',
        env,
        maxBuffer: 1 << 28,
      });
      const { status, stdout, stderr } = await runCli('export', trace, '-f', 'jsonl', '--idle');
      expect(status, stderr).toBe(0);
      const [mine, theirs] = [comparable(yielded), comparable(stdout)];
      expect(theirs.length).toBeGreaterThan(60);
      expect(mine).toEqual(theirs);
    },
  );

  test('refuses what is no trace of its version', () => {
    const trace = path('test/golden/traces/v1-complete.trace');
    const { status, stderr } = spawnSync('python3', ['-c', script, path('docs'), trace], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('ValueError: not a trace that this reader understands');
  });
});
