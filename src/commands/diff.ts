/** `pyspy diff A B`: what two recordings spent differently, and whether that is more than chance. */
import { type Command, Option } from 'commander';
import type { Measure } from '../replay/diff/diff-result.js';
import type { DiffRequest } from '../run/diff/diff.js';
import type { ReportTarget } from '../run/diff/reports.js';
import { addExamples, addJsonOption, addWindowOptions, parseCount } from './options/common.js';
import {
  addComparedOptions,
  addSideWindows,
  addThresholdOption,
  type ComparisonOptions,
  chooseComparison,
  keepSeparator,
} from './options/comparison.js';
import { chooseTargets, diffFormats, parseFormat } from './options/diff-formats.js';
import {
  addFilterOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
  parseExpression,
} from './options/filter.js';

/** Rows in what people read, without --limit; the others have all. */
const defaultRows = 25;

interface DiffCommandOptions extends ComparisonOptions, FilterOptions {
  readonly by: Measure;
  readonly gate?: boolean;
  readonly requirePower?: boolean;
  readonly limit?: number;
  readonly filter?: string;
  readonly flame?: string;
  readonly inverted?: boolean;
  readonly json?: boolean;
  readonly format?: readonly ReportTarget[];
  readonly output?: string;
}

export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('compare two recordings, or several of each: what takes more or less time in B than in A')
    .usage('[options] <a> <b>\n       pyspy diff [options] <a...> -- <b...>')
    .argument('<traces...>', 'A, the run before, and B, the run after; with -- between several of each')
    .optionsGroup('What is compared:');
  addComparedOptions(command).optionsGroup('What counts, and the exit status:');
  addThresholdOption(command)
    .option('--gate', 'exit with 1 if anything got slower by more than the threshold')
    .option('--require-power', 'exit with 4 if a change as small as the threshold could not be detected')
    .optionsGroup('What is shown:')
    .addOption(
      new Option('--by <measure>', 'time in a function and all that it calls, or in the function alone')
        .choices(['total', 'self'])
        .default('total'),
    )
    .option(
      '--limit <rows>',
      `at most this many rows, 0 for all (default: ${defaultRows} in text and markdown, else all)`,
      parseCount,
    )
    .option('--filter <regex>', 'only rows whose function or file matches (default: all)')
    .option(
      '--format <format>',
      `${diffFormats.join(', ')} (default: text); may be given again, with a file: --format junit=report.xml`,
      parseFormat,
    )
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .option('--flame <file>', 'draw a differential flame graph (SVG) too (default: none)')
    .option('--inverted', 'draw it with innermost functions first');
  addJsonOption(command);
  addWindowOptions(command, addSideWindows);
  addStackFilterOptions(addFilterOptions(command)).optionsGroup('Options:');
  addExamples(
    command,
    'pyspy diff before.trace after.trace --flame diff.svg',
    'pyspy diff a1.trace a2.trace a3.trace -- b1.trace b2.trace b3.trace --gate',
    'pyspy diff run.trace --a-to 30s --b-from -30s',
  );
  command.action((traces: string[], options: DiffCommandOptions) => diff(traces, options));
  keepSeparator(command);
}

async function diff(traces: string[], options: DiffCommandOptions): Promise<void> {
  const request = chooseDiff(traces, options);
  const { runDiff } = await import('../run/diff/diff.js');
  await runDiff(request);
}

/** @throws PyspyError of kind "usage" */
function chooseDiff(traces: string[], options: DiffCommandOptions): DiffRequest {
  return {
    ...chooseComparison('diff', traces, options, chooseSamples(options)),
    rows: options.filter === undefined ? null : parseExpression(options.filter, '--filter'),
    reports: chooseTargets(options),
    gate: options.gate ?? false,
    requirePower: options.requirePower ?? false,
    measure: options.by,
    limit: options.limit,
    readableRows: defaultRows,
    flame:
      options.flame === undefined
        ? null
        : { path: options.flame, load: () => import('../run/diff/difference-picture.js') },
    inverted: options.inverted ?? false,
  };
}
