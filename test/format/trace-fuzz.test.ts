/** Damages finished traces at random: every way to read one ends, well or with an error of kind "trace". */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PyspyError } from '../../src/errors.js';
import { TraceReader } from '../../src/format/reader.js';
import { foldWindow } from '../../src/replay/fold.js';
import { describeTrace } from '../../src/replay/info.js';
import { makeTrace } from '../golden/make-traces.js';
import { createRandom } from './random.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-fuzz-'));
  makeTrace(directory, 'v2-before.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a damaged trace never does worse than an error', () => {
  const whole = readFileSync(join(directory, 'v2-before.trace'));
  const path = join(directory, 'damaged.trace');
  const random = createRandom(5);
  const outcomes = { read: 0, refused: 0 };
  for (let round = 0; round < 400; round++) {
    const bytes = Buffer.from(whole);
    // Many small wounds, or a torn page.
    const wounds = random() < 0.5 ? 1 + Math.floor(random() * 40) : 0;
    for (let wound = 0; wound < wounds; wound++)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    if (wounds === 0) {
      const page = Math.floor((random() * bytes.length) / 512) * 512;
      const from = page + Math.floor(random() * 512);
      bytes.copyWithin(from, Math.floor(random() * bytes.length), Math.floor(random() * bytes.length));
    }
    writeFileSync(path, bytes);
    try {
      const reader = TraceReader.open(path);
      try {
        describeTrace(reader);
        const extentNs = reader.extentNs();
        const window = { fromNs: 0, toNs: extentNs, extentNs };
        foldWindow(reader, window, {
          metric: 'wall',
          thread: null,
          gil: false,
          gilWait: false,
          collecting: false,
          idle: true,
        });
      } finally {
        reader.close();
      }
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof PyspyError) || error.kind !== 'trace')
        throw new Error(`round ${round}`, { cause: error });
      outcomes.refused++;
    }
  }
  expect(outcomes.read).toBeGreaterThan(20);
  expect(outcomes.refused).toBeGreaterThan(20);
}, 60_000);
