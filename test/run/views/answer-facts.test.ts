/** What a truncated stack means is told by where the trace comes from, and not by how many there are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { status } from '../../../src/format/vocabulary.js';
import { profileFile, well } from '../../commands/import/imported.js';
import { TraceBuilder } from '../../format/trace-builder.js';

let directory: string;
const at = (name: string) => join(directory, name);
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-answers-'));
  const builder = new TraceBuilder(at('deep.trace'));
  const thread = builder.thread(builder.process(), 'MainThread');
  const stack = builder.stack([{ name: 'deep', file: 'app.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 10; tick++)
    builder.tick(tick * 10e6, [{ thread, stack, status: status.onCpu | status.truncated }]);
  builder.end();
  await well('import', profileFile('calls.pstats'), '-o', at('sums.trace'));
  await well('merge', at('deep.trace'), at('sums.trace'), '-o', at('both.trace'), '--align', 'zero');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each([
  ['deep.trace', /^ {2}10 samples truncated \(the stack was too deep\)$/m, true],
  ['sums.trace', /^ {2}\d+ samples? truncated \(their callers are not in the profile\)$/m, false],
  [
    'both.trace',
    /truncated \(the stack was too deep, or its callers are not in an imported profile\)$/m,
    true,
  ],
] as const)('%s', (name, note, hasTotals) => {
  test.each(['top', 'tree', 'heat'])('%s', async (view) => {
    expect(await well(view, at(name))).toMatch(note);
  });

  test('has totals where they are known', async () => {
    const text = await well('top', at(name));
    expect(/^self s +total s/m.test(text)).toBe(hasTotals);
  });
});
