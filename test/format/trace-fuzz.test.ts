/** Damages finished traces at random: every way to read one ends, well or with an error of kind "trace". */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PyspyError } from '../../src/errors.js';
import { Assembly } from '../../src/format/assembly/assembly.js';
import { TraceReader } from '../../src/format/reading/reader.js';
import { verifyTrace } from '../../src/format/verify/verify.js';
import { describeTrace } from '../../src/replay/answers/info.js';
import { SqlQuery } from '../../src/replay/sql/query.js';
import { foldWindow } from '../../src/replay/sums/fold.js';
import { makeTrace } from '../golden/make-traces.js';
import { createRandom } from './random.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-fuzz-'));
  makeTrace(directory, 'v2-before.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Queries that touch every table. */
const queries = [
  'SELECT sum(cpu_s) FROM sample JOIN frame USING (frame_id) JOIN thread USING (thread_id)',
  'SELECT count(*) FROM sample, stack_frame(stack_id), process, recording LEFT JOIN mark LEFT JOIN gap',
  'SELECT count(*) FROM stack, function, thread_name',
];

test('a damaged trace never does worse than an error', async () => {
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
          process: null,
          gil: false,
          gilWait: false,
          waiting: false,
          collecting: false,
          torn: 'keep',
          idle: true,
          stacks: null,
          native: 'usual',
        });
        // These take longer, and each as long as the others.
        if (round % 2 === 0) {
          await Assembly.make(join(directory, 'out.trace'), true, async (assembly) => {
            await assembly.add(reader, { window: round % 4 === 0 ? null : window, shiftNs: 0 }, () => {});
          });
          expect(
            (await verifyTrace(join(directory, 'out.trace'), () => {})).problems,
            `round ${round}`,
          ).toEqual([]);
          const query = new SqlQuery(reader, queries[round % queries.length]!, window);
          try {
            for (const row of query.rows()) expect(row).toHaveLength(1);
          } finally {
            query.close();
          }
        }
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
});
