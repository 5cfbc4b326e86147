/** What `info` says of processes: one that replaced its program is one, however many rows the trace has of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { describeTrace, type InfoResult } from '../../../src/replay/answers/info.js';
import { runCli } from '../../commands/run-cli.js';
import { expectSchema } from '../../commands/schemas.js';
import { TraceBuilder } from '../../format/trace-builder.js';

let directory: string;
let path: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-info-'));
  path = join(directory, 'a.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const s = 1e9;

function build(fill: (trace: TraceBuilder) => void): InfoResult {
  rmSync(path, { force: true });
  const trace = new TraceBuilder(path);
  fill(trace);
  trace.end();
  const reader = TraceReader.open(path);
  try {
    return describeTrace(reader);
  } finally {
    reader.close();
  }
}

test('a process that replaced its program is one, with what ran in it before', async () => {
  const info = build((trace) => {
    const first = trace.process({ pid: 7, command: ['python3', 'launcher.py'] });
    const child = trace.process({ pid: 8, parent: first, command: ['python3', 'child.py'], firstNs: s });
    trace.process({ pid: 7, command: ['python3', 'middle.py'], firstNs: 2 * s });
    trace.process({ pid: 7, command: ['python3', 'app.py'], pythonVersion: '3.13.0', firstNs: 3 * s });
    // The same number, and another process.
    trace.process({
      pid: 7,
      startTicks: 101,
      parent: child,
      command: ['python3', 'later.py'],
      firstNs: 4 * s,
    });
  });
  expect(info.processes).toMatchObject([
    {
      ...{ pid: 7, parent_pid: null, python: '3.13.0', command: ['python3', 'app.py'], first_s: 0 },
      replaced: [
        { python: '3.12.1', command: ['python3', 'launcher.py'], first_s: 0, until_s: 2 },
        { python: '3.12.1', command: ['python3', 'middle.py'], first_s: 2, until_s: 3 },
      ],
    },
    { pid: 8, parent_pid: 7, command: ['python3', 'child.py'], first_s: 1 },
    { pid: 7, parent_pid: 8, command: ['python3', 'later.py'], first_s: 4 },
  ]);
  expect(info.processes.map(({ replaced }) => replaced?.length)).toEqual([2, undefined, undefined]);
  expectSchema('info', JSON.parse((await runCli('info', path, '--json')).stdout));
  const { stdout } = await runCli('info', path);
  expect(stdout.match(/^process .*$/gm)).toEqual([
    'process    7: python3 app.py',
    'process    8 (from 7): python3 child.py',
    'process    7 (from 8): python3 later.py',
  ]);
  expect(stdout.match(/^before .*$/gm)).toEqual([
    'before     python3 launcher.py (Python 3.12.1), from 0s to 2s: the process replaced this program (exec)',
    'before     python3 middle.py (Python 3.12.1), from 2s to 3s: the process replaced this program (exec)',
  ]);
});

test('of a process that replaces its program for ever, text has the first few', async () => {
  const info = build((trace) => {
    for (let at = 0; at < 1000; at++) trace.process({ pid: 7, firstNs: at * s });
  });
  expect(info.processes[0]!.replaced).toHaveLength(999);
  const { stdout } = await runCli('info', path);
  expect(stdout.match(/^before /gm)).toHaveLength(6);
  expect(stdout).toMatch(/^before +and 994 more \(--json has all\)$/m);
});
