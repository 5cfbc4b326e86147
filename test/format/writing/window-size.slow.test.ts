/** Recordings with --max-size keep what it has room for, whatever it is that takes the room. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileStat } from '../../../src/format/files/file-stat.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { createRandom } from '../random.js';
import { type Code, TraceBuilder } from '../trace-builder.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-window-size-'));
  path = join(directory, 'run.trace');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const bytes = () => (fileStat(path)?.size ?? 0) + (fileStat(`${path}-wal`)?.size ?? 0);

interface Shape {
  readonly rateHz: number;
  /** Share of the ticks that meet code which was never there before. */
  readonly fresh: number;
  readonly depth: number;
  readonly maxBytes: number;
  /** Functions that come back again and again. */
  readonly common: number;
  readonly seconds: number;
}

/** Records until the window has moved on by several times what it holds. */
function record({ rateHz, fresh, depth, maxBytes, common, seconds }: Shape) {
  const random = createRandom(11);
  const trace = new TraceBuilder(path, { rateHz }, { keepNs: null, maxBytes });
  const thread = trace.thread(trace.process(), 'MainThread');
  const code = (name: string, number: number): Code => ({
    name: `${name}_${number}`,
    file: `generated/${name}_${number}_${'x'.repeat(60)}.html`,
    firstLine: 1,
  });
  let largest = 0;
  const periodNs = 1e9 / rateHz;
  for (let tick = 1; tick < seconds * rateHz; tick++) {
    const top = random() < fresh ? code('new', tick) : code('old', Math.floor(random() * common));
    const frames = Array.from({ length: depth }, (_, at): [Code, number] => [code('base', at), 1 + at]);
    const stack = trace.stack(...frames, [top, 1 + (tick % 3)]);
    trace.tick(tick * periodNs, [{ thread, stack, cpuNs: random() * periodNs }]);
    if (tick % rateHz === 0) largest = Math.max(largest, bytes());
  }
  trace.end();
  const reader = TraceReader.open(path);
  try {
    return { largest, kept: bytes(), keptFromS: reader.keptFromNs() / 1e9 };
  } finally {
    reader.close();
  }
}

describe('--max-size', () => {
  // While it is recorded, the log needs its share of the limit: some 100 kB.
  test.each<Shape>([
    { rateHz: 100, fresh: 1, depth: 3, maxBytes: 1e6, common: 20, seconds: 90 },
    { rateHz: 100, fresh: 0.3, depth: 3, maxBytes: 1e6, common: 20, seconds: 200 },
    { rateHz: 1_000, fresh: 0.5, depth: 10, maxBytes: 4e6, common: 20, seconds: 50 },
    { rateHz: 1_000, fresh: 0.05, depth: 2, maxBytes: 1e6, common: 900, seconds: 120 },
  ])(
    'keeps what it has room for: %j',
    (shape) => {
      const { largest, kept, keptFromS } = record(shape);
      expect(keptFromS).toBeGreaterThan(shape.seconds / 5);
      expect(largest).toBeLessThanOrEqual(shape.maxBytes);
      expect(kept).toBeGreaterThan(shape.maxBytes * 0.7);
    },
    60_000,
  );
});
