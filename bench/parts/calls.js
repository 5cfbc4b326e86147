/**
 * Part 5: calls that cannot be. Programs of many kinds learn which function they call from which line; every pair of
 * caller and callee that a recording shows must be among these, whether or not the sample is marked as torn.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { countCalls } from '../calls.js';
import { Child } from '../child.js';
import { readCounts, readSamples } from '../formats/trace.js';
import { record } from '../profilers.js';
import { targetCommand } from '../pythons.js';
import { percent } from '../table.js';

export const name = 'calls';

/** The functions of targets/calls.py. */
const programs = [
  ...['genlines', 'classes', 'exceptions', 'logs', 'tree', 'coroutines', 'pipeline', 'encoder', 'tokens'],
  ...['syntax', 'texts', 'numbers', 'copies', 'heap', 'calls', 'tests', 'threads'],
];
const minors = ['3.9', '3.11', '3.12', '3.13', '3.14', '3.15'];

/** Pairs that are shown as examples of what cannot be. */
const shown = 2;

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const { quick } = context;
  const pyspy = context.profilers.find(({ name: called }) => called === 'pyspy');
  if (pyspy === undefined) return;
  const rows = context.table(
    'Callers and callees that cannot be, marked or not, and samples that are marked as torn',
    ...['Python', 'program', 'rate', 'samples', 'impossible', 'wrong line', 'marked', 'examples'],
  );
  for (const minor of quick ? minors.slice(-2) : minors)
    for (const { label, args } of [...programs.map((label) => ({ label, args: [label] })), ...scripts()])
      for (const rate of quick ? [1000] : [100, 1000]) {
        const python = context.python(minor);
        if (python === null) continue;
        await context.attempt(`calls of ${label} on ${minor} at ${rate} Hz`, async () => {
          const target = new Child(targetCommand(python, 'calls', ...args));
          const file = context.file('calls');
          try {
            const { value: edges } = await target.told('edges');
            await record(pyspy, { pid: target.pid, rate, seconds: quick ? 3 : 10, file });
            const found = countCalls(await readSamples(file), edges);
            const { failed } = await readCounts(file);
            const key = `calls/${minor}/${label}/${rate}`;
            context.note(`${key}/samples`, found.samples);
            context.note(`${key}/impossible`, (found.impossible + found.misplaced) / found.samples);
            context.note(`${key}/torn`, (found.torn + failed) / found.samples);
            const examples = [...found.examples].sort((a, b) => b[1] - a[1]).slice(0, shown);
            rows.push([
              ...[minor, label, `${rate}`, `${found.samples}`],
              ...[found.impossible, found.misplaced, found.torn].map((count) =>
                percent(count / found.samples),
              ),
              examples.map(([text, count]) => `${count} × ${text}`).join('; '),
            ]);
          } finally {
            context.discard(file);
            await target.kill();
          }
        });
      }
}

/** Files that PYSPY_BENCH_SCRIPTS, a folder, has: benchmarks that were written for pyperf. */
function scripts() {
  const folder = process.env.PYSPY_BENCH_SCRIPTS;
  if (folder === undefined) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.py'));
  return files.map((file) => ({
    label: file.replace(/\.py$/, ''),
    args: ['script', file, readFileSync(`${folder}/${file}`, 'utf8')],
  }));
}
