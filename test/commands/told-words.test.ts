/** What results say where they hold nothing, cannot tell rows apart, or were recorded with few samples. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';

let directory: string;
const at = (name: string) => join(directory, name);

interface Shape {
  readonly names?: readonly (string | null)[];
  readonly isIdle?: boolean;
  readonly missed?: number;
  readonly processes?: number;
}

function record(
  name: string,
  { names = ['MainThread', 'Worker-1'], isIdle = false, missed = 0, processes = 1 }: Shape,
): string {
  const trace = new TraceBuilder(at(name));
  const threads = Array.from({ length: processes }, () => trace.process()).flatMap((process) =>
    names.map((thread) => trace.thread(process, thread)),
  );
  for (let tick = 1; tick <= 200; tick++) {
    // One function, at two lines that take turns, called from two lines of another.
    const stack = trace.stack(
      [{ name: 'main', file: 'app.py', firstLine: 1 }, 3 + (tick % 2)],
      [
        { name: 'work', qualname: 'Job.work', file: 'app.py', firstLine: 10 },
        11 + (Math.floor(tick / 2) % 2),
      ],
    );
    trace.tick(
      tick * 10e6,
      threads.map((thread) => ({
        thread,
        stack,
        status: isIdle ? 0 : status.onCpu,
        cpuNs: isIdle ? 0 : 10e6,
      })),
    );
  }
  trace.miss(missed);
  trace.end();
  return at(name);
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-words-'));
  record('busy.trace', {});
  record('idle.trace', { isIdle: true });
  record('nameless.trace', { names: [null, null] });
  record('two.trace', { processes: 2 });
  record('some-missed.trace', { missed: 30 });
  record('many-missed.trace', { missed: 600 });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What prints a result, with its words on stdout or stderr. */
const results: Readonly<Record<string, readonly string[]>> = {
  top: [],
  flame: ['-o', '-'],
  'export folded': ['-f', 'folded'],
  'export speedscope': ['-f', 'speedscope'],
  'export jsonl': ['-f', 'jsonl'],
  'export pprof': ['-f', 'pprof'],
  'export otlp': ['-f', 'otlp'],
};

async function words(what: string, file: string, ...more: string[]): Promise<string> {
  const outcome = await runCli(what.split(' ')[0]!, file, ...results[what]!, ...more);
  expect(outcome.status).toBe(0);
  return what === 'top' ? outcome.stdout : outcome.stderr;
}

describe.each(Object.keys(results))('%s of nothing', (what) => {
  test('says which filter let nothing through, and the names that there are', async () => {
    const said = await words(what, at('busy.trace'), '--thread', 'nobody');
    expect(said).toContain(
      'No samples passed the filters: threads matching /nobody/. Threads: MainThread, Worker-1.',
    );
  });

  test('is not what --thread main gives, whose thread is MainThread', async () => {
    expect(await words(what, at('busy.trace'), '--thread', 'main')).not.toContain('No samples');
  });

  test('says that no name is known', async () => {
    expect(await words(what, at('nameless.trace'), '--thread', 'main')).toContain(
      'No samples passed the filters: threads matching /main/. No thread has a name that Python knows.',
    );
  });

  test('says that all were idle, and of no filter', async () => {
    const said = await words(what, at('idle.trace'));
    expect(said).toMatch(
      /All threads were idle\. 400 samples, 4s, were of threads that slept or waited: --idle/,
    );
    expect(said).not.toContain('filters');
    expect(await words(what, at('idle.trace'), '--idle')).not.toContain('All threads');
  });
});

describe('top by what a recording has none of, or one', () => {
  const by = async (file: string, what: string) => (await runCli('top', at(file), '--by', what)).stdout;

  test('tasks', async () => {
    expect(await by('busy.trace', 'task')).toMatch(/No sample here belongs to a task of asyncio/);
    expect(await by('busy.trace', 'function')).not.toMatch(/asyncio/);
  });

  test('threads', async () => {
    expect(await by('nameless.trace', 'thread')).toMatch(/No thread here has a name that Python knows/);
    expect(await by('busy.trace', 'thread')).not.toMatch(/No thread/);
  });

  test('processes', async () => {
    expect(await by('busy.trace', 'process')).toMatch(/One process was recorded; record --subprocesses/);
    expect(await by('two.trace', 'process')).not.toMatch(/One process/);
  });
});

describe('missed ticks', () => {
  const chance = /chance errors are \d+ % larger/;
  const few = /% of the ticks that were due were missed/;

  test.each(['top', 'info'])('are explained in one way by %s', async (command) => {
    const some = (await runCli(command, at('some-missed.trace'))).stdout;
    expect(some).toMatch(chance);
    expect(some).not.toMatch(few);
    const many = (await runCli(command, at('many-missed.trace'))).stdout;
    expect(many).toMatch(few);
    expect(many).not.toMatch(chance);
  });

  test('stand once in the header of a picture', async () => {
    const header = async (file: string) =>
      new Set((await runCli('flame', at(file), '-o', '-')).stdout.match(/\d+ %? ?(of the )?ticks missed/g));
    expect(await header('some-missed.trace')).toEqual(new Set(['30 ticks missed']));
    expect(await header('many-missed.trace')).toEqual(new Set(['75 % of the ticks missed']));
  });
});

describe('lines of one function', () => {
  test('are rows of their own in speedscope', async () => {
    const { stdout } = await runCli('export', at('busy.trace'), '-f', 'speedscope');
    const { frames } = JSON.parse(stdout).shared as {
      frames: { name: string; file?: string; line?: number }[];
    };
    const code = frames.filter(({ file }) => file !== undefined);
    expect(code.map(({ name }) => name).sort()).toEqual(['Job.work:11', 'Job.work:12', 'main:3', 'main:4']);
    const byFunction = await runCli('export', at('busy.trace'), '-f', 'speedscope', '--function');
    const names = (JSON.parse(byFunction.stdout).shared.frames as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('[')).sort()).toEqual(['Job.work', 'main']);
  });

  test('are rows of their own in top', async () => {
    const { stdout } = await runCli('top', at('busy.trace'), '--by', 'line');
    const rows = stdout.split('\n').filter((line) => /app\.py/.test(line) && /%/.test(line));
    expect(rows).toHaveLength(4);
    for (const row of ['Job.work +app.py:11', 'Job.work +app.py:12', 'main +app.py:3', 'main +app.py:4'])
      expect(rows.filter((line) => new RegExp(`${row}$`).test(line))).toHaveLength(1);
  });
});
