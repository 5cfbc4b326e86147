/** `pyspy report FILE`: a recording, or a part of it, as a page with its timeline, for a browser without a network. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { addExamples, addWindowOptions, type WindowOptions } from '../options/common.js';
import { addPageMineOptions, type MineOptions, ownRule } from '../options/mine.js';

interface ReportOptions extends WindowOptions, MineOptions {
  readonly output?: string;
  readonly title?: string;
}

export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .description('write a recording as a page: timeline, heat map, flame graph and table of any window of it')
    .argument('<file>', 'trace, written by "pyspy record"')
    .option('-o, --output <file>', "page to write, - for stdout (default: the trace's name with .html)")
    .option('--title <text>', 'title of the page (default: the name of the trace)');
  addPageMineOptions(addWindowOptions(command));
  addExamples(
    command,
    'pyspy report run.trace -o report.html',
    'pyspy report run.trace --from 10m --to 20m -o part.html',
  ).action(async (file: string, options: ReportOptions) => {
    const name = basename(file);
    const { output = `${name.replace(/\.trace$/, '')}.html`, title = name } = options;
    const { runReport } = await import('../../run/replay/report.js');
    await runReport({ file, output, title, window: options, mine: ownRule(options) });
  });
}
