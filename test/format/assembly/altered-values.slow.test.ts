/** Each column of each table with values that it must not have: what is written out of such a trace breaks no rule. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import { Assembly } from '../../../src/format/assembly/assembly.js';
import { traceTables } from '../../../src/format/database/trace-schema.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { verifyTrace } from '../../../src/format/verify/verify.js';
import { status } from '../../../src/format/vocabulary.js';
import { alterTrace } from '../alter-trace.js';
import { TraceBuilder } from '../trace-builder.js';

const code = { name: 'work', file: 'a.py', firstLine: 1 };

let directory: string;
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pyspy-values-'));
  for (const name of ['good.trace', 'other.trace']) {
    const trace = new TraceBuilder(at(name), {
      startedUtcNs: name === 'good.trace' ? 10n ** 18n : 10n ** 18n + 10n ** 10n,
    });
    const process = trace.process();
    const threads = ['MainThread', 'worker'].map((thread) => trace.thread(process, thread));
    trace.rename(threads[1]!, 2e9, 'renamed');
    for (let tick = 1; tick <= 400; tick++)
      trace.tick(
        tick * 10e6,
        threads.map((thread) => ({
          thread,
          stack: tick % 50 ? trace.stack([code, tick % 3], [code, tick % 5]) : 0,
          status: tick % 50 ? status.onCpu : status.failed,
        })),
      );
    trace.fail('it went away', 8);
    trace.gap(4.1e9, 5e9, 'the machine slept');
    trace.end(6e9);
    alterTrace(at(name), "INSERT INTO mark VALUES (1, 1, 3000000000, 'here')");
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const columns = [...traceTables()].flatMap(([table, list]) => list.map((column) => ({ table, ...column })));
const numbers = ['0', '3', '9007199254740992'];
const texts = ["''", "'[1]'", "printf('%.*c', 1100000, 'x')", 'char(0, 27, 155, 8238)', 'NULL'];

/** @returns what came of it: "written" or "refused" */
async function assemble(fill: (assembly: Assembly) => Promise<void>): Promise<string> {
  try {
    await Assembly.make(at('out.trace'), true, fill);
  } catch (error) {
    if (!(error instanceof PyspyError) || !['trace', 'usage'].includes(error.kind)) throw error;
    expect(existsSync(at('out.trace'))).toBe(false);
    return 'refused';
  }
  expect((await verifyTrace(at('out.trace'), () => {})).problems).toEqual([]);
  rmSync(at('out.trace'));
  return 'written';
}

test.each(columns.map((column) => [`${column.table}.${column.name}`, column] as const))(
  '%s',
  async (_, column) => {
    const outcomes: string[] = [];
    for (const value of column.type === 'TEXT'
      ? texts
      : column.type === 'BLOB'
        ? ["x'00'", "x'90'"]
        : numbers) {
      copyFileSync(at('good.trace'), at('altered.trace'));
      const { table, name } = column;
      try {
        // Half of the rows: the other half still says what it did.
        alterTrace(
          at('altered.trace'),
          `PRAGMA defer_foreign_keys = ON`,
          `UPDATE OR IGNORE ${table} SET ${name} = ${value} WHERE random() % 2 OR 1`,
        );
      } catch {
        // A strict table does not take it.
        continue;
      }
      try {
        const reader = TraceReader.open(at('altered.trace'));
        const other = TraceReader.open(at('other.trace'));
        try {
          const whole = { window: null, shiftNs: 0 };
          outcomes.push(
            await assemble(async (assembly) => void (await assembly.add(reader, whole, () => {}))),
          );
          outcomes.push(
            await assemble(async (assembly) => {
              await assembly.add(other, whole, () => {});
              await assembly.add(reader, { window: null, shiftNs: 200_000 }, () => {});
            }),
          );
          const window = { fromNs: 1.5e9, toNs: 3.3e9 };
          outcomes.push(
            await assemble(
              async (assembly) => void (await assembly.add(reader, { window, shiftNs: 0 }, () => {})),
            ),
          );
        } finally {
          reader.close();
          other.close();
        }
      } catch (error) {
        if (!(error instanceof PyspyError) || error.kind !== 'trace') throw error;
        outcomes.push('refused');
      }
    }
    expect(outcomes.length).toBeGreaterThan(0);
  },
);
