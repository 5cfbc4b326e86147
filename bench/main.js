/**
 * `npm run bench`: measures pyspy beside the other profilers that this machine has, all in one run, so that ratios can
 * be trusted where absolute figures cannot. docs/performance.md says how to read the result.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Context } from './context.js';
import { judgeGoals } from './goals.js';
import { describeMachine } from './machine.js';
import { parseOptions, usage } from './options.js';
import * as calls from './parts/calls.js';
import * as cost from './parts/cost.js';
import * as overhead from './parts/overhead.js';
import * as rate from './parts/rate.js';
import * as size from './parts/size.js';
import * as start from './parts/start.js';
import * as truth from './parts/truth.js';
import { findProfilers } from './profilers.js';
import { root } from './pyspy.js';
import { findPythons } from './pythons.js';
import { reportText, withFigures } from './report.js';
import { makeScratch, runMain } from './run.js';

const parts = [cost, overhead, rate, truth, calls, size, start];
const page = `${root}docs/performance.md`;

/** @param {ReturnType<typeof parseOptions>} options @returns {Promise<import('./report.js').Report>} */
async function measure(options) {
  const machine = describeMachine();
  const began = performance.now();
  const scratch = makeScratch('bench');
  const pythons = await findPythons();
  const { profilers, missing } = await findProfilers(pythons);
  const say = (/** @type {string} */ text) =>
    console.error(`${((performance.now() - began) / 1000).toFixed(0)} s: ${text}`);
  const context = new Context({
    quick: options.quick,
    hours: options.hours,
    scratch,
    pythons,
    profilers,
    say,
  });
  for (const text of missing) context.missing(text);
  if (context.mainMinors.length === 0) context.missing('everything: no CPython from 3.9 to 3.13 was found');
  for (const part of parts)
    if (options.parts.includes(part.name))
      await context.attempt(`part ${part.name}`, async () => {
        await part.measure(context);
      });
  return {
    machine,
    quick: options.quick,
    parts: options.parts,
    seconds: (performance.now() - began) / 1000,
    profilers: profilers.map(({ name, version }) => ({ name, version })),
    pythons: [...pythons.values()].map(({ minor, version }) => ({ minor, version })),
    missing: [...context.absences],
    goals: judgeGoals(context.measures),
    tables: context.tables.filter(({ rows }) => rows.length > 0),
    measures: context.measures,
  };
}

async function main() {
  const options = parseOptions(
    process.argv.slice(2),
    parts.map(({ name }) => name),
  );
  if (options.help) {
    console.log(usage);
    return;
  }
  /** @type {import('./report.js').Report} */
  const report =
    options.from === undefined ? await measure(options) : JSON.parse(readFileSync(options.from, 'utf8'));
  console.log(reportText(report));
  if (options.from === undefined) {
    const file = options.json ?? `${root}bench-out/${report.machine.date.replaceAll(':', '-')}.json`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
    console.error(`wrote ${file}`);
  }
  if (options.writeDocs) {
    writeFileSync(page, withFigures(readFileSync(page, 'utf8'), report));
    console.error(`wrote ${page}`);
  }
}

await runMain(main);
