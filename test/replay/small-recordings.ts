/** Small recordings, written for a test and gone after it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { TraceReader } from '../../src/format/reading/reader.js';
import { type Code, TraceBuilder } from '../format/trace-builder.js';

/** In ns. */
export const ms = 1e6;

export function code(name: string, file = '/srv/app/app.py', firstLine = 1): Code {
  return { name, file, firstLine };
}

export const main = code('main', undefined, 1);
export const fast = code('fast', undefined, 10);
export const slow = code('slow', undefined, 20);

let directory: string;
const open: TraceReader[] = [];

/** To be called at the top of a test file: gives each of its tests a folder, and removes it with what is in it. */
export function useSmallRecordings(): void {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pyspy-replay-'));
  });
  afterEach(() => {
    for (const reader of open.splice(0)) reader.close();
    rmSync(directory, { recursive: true, force: true });
  });
}

/** @param fill writes what was sampled; the process is one that runs in /srv/app */
export function record(
  fill: (trace: TraceBuilder, process: number) => void,
  name = 'run.trace',
): TraceReader {
  const file = join(directory, name);
  const trace = new TraceBuilder(file);
  fill(trace, trace.process({ cwd: '/srv/app' }));
  trace.end();
  const reader = TraceReader.open(file);
  open.push(reader);
  return reader;
}
