/** `pyspy report FILE` or `A B`: a recording, a part of it, or what two spent differently, as a page for a browser without a network. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { addExamples } from '../options/common.js';
import {
  addPagesCompared,
  type ComparisonOptions,
  chooseComparison,
  onlyTrace,
} from '../options/comparison.js';
import { chooseSamples } from '../options/filter.js';
import { addPageMineOptions, type MineOptions, ownRule } from '../options/mine.js';

interface ReportOptions extends ComparisonOptions, MineOptions {
  readonly output?: string;
  readonly title?: string;
}

export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .description(
      'write a recording as a page: timeline, heat map, flame graph and table of any window of it; of two recordings what they ' +
        'spent differently',
    )
    .option('-o, --output <file>', "page to write, - for stdout (default: the trace's name with .html)")
    .option('--title <text>', 'title of the page (default: the name of the trace)');
  addPageMineOptions(addPagesCompared(command));
  addExamples(
    command,
    'pyspy report run.trace -o report.html',
    'pyspy report run.trace --from 10m --to 20m -o part.html',
    'pyspy report before.trace after.trace -o diff.html',
  ).action((traces: string[], options: ReportOptions) => {
    const file = onlyTrace('report', traces, options);
    return file === null ? compare(traces, options) : report(file, options);
  });
}

const nameOf = (file: string) => basename(file).replace(/\.trace$/, '');

async function report(file: string, options: ReportOptions): Promise<void> {
  const { output = `${nameOf(file)}.html`, title = basename(file) } = options;
  const { runReport } = await import('../../run/replay/report.js');
  await runReport({ file, output, title, window: options, mine: ownRule(options) });
}

async function compare(traces: readonly string[], options: ReportOptions): Promise<void> {
  const asked = chooseComparison('report', traces, options, chooseSamples(options));
  const { output = `${nameOf(asked.a.files[0]!)}-${nameOf(asked.b.files[0]!)}.html`, title = null } = options;
  const { writeComparison } = await import('../../run/diff/difference-report.js');
  await writeComparison({ asked, title }, output);
}
