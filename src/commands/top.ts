/** `pyspy top`: where the time of a recording went, as a table; or where that of a running program goes, live. */
import { type Command, Option } from 'commander';
import type { Sorting } from '../replay/answers/top.js';
import type { Grouping } from '../replay/sums/rows.js';
import { requireRecorder } from '../run/processes/recorder.js';
import type { ChosenSamples } from '../run/replay/chosen-samples.js';
import { present } from './line/present.js';
import {
  addJsonOption,
  addWindowOptions,
  optionWithDefault,
  parseCount,
  type WindowOptions,
} from './options/common.js';
import {
  addFilterOptions,
  addNativeOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
  parseExpression,
} from './options/filter.js';
import { addFollowOptions, type FollowOptions, resolveFollow } from './options/follow.js';
import { parseLength } from './options/recording-options.js';
import {
  addRunningOptions,
  chooseSource,
  type RunningOptions,
  resolveRunning,
  takeProgram,
} from './options/running.js';
import { addRollupsOption } from './options/tree-options.js';

interface TopCommandOptions extends WindowOptions, FilterOptions, FollowOptions, RunningOptions {
  readonly by: Grouping;
  readonly sort: Sorting;
  readonly limit?: number;
  readonly filter?: string;
  readonly json?: boolean;
  readonly rollups?: boolean;
  readonly fullFilenames?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

/** Rows that are printed as text without --limit; JSON has all. */
const defaultRows = 25;
/** A recording is stored once a second. */
const shortestIntervalNs = 1e9;
const oneSided = { running: ['output', 'force'], trace: ['from', 'to'] };

export function registerTop(pyspy: Command): void {
  const command = pyspy
    .command('top')
    .description('show where the time of a recording went, or of a running program goes')
    .usage(
      '[options] <file>\n       pyspy top [options] --pid <pid>\n       pyspy top [options] -- <command...>',
    )
    .argument('[file]', 'trace, written by "pyspy record"');
  const program = takeProgram(command);
  command
    .addOption(
      new Option('--by <what>', 'one row for each')
        .choices(['function', 'line', 'file', 'module', 'thread', 'process', 'task', 'wait'])
        .default('function'),
    )
    .addOption(new Option('--sort <figure>', 'order of the rows').choices(['self', 'total']).default('self'))
    .addOption(
      optionWithDefault(
        '--limit <rows>',
        `print at most this many rows, 0 for all (default: ${defaultRows}, with --json all)`,
      ).argParser(parseCount),
    )
    .option('--full-filenames', 'show whole paths of files')
    .option(
      '--filter <regex>',
      'only rows whose function, file, module, thread, process, task or wait matches (default: all)',
    );
  addRollupsOption(command);
  addFollowOptions(command, ' with --follow, 1s live');
  addJsonOption(command);
  addNativeOptions(addStackFilterOptions(addFilterOptions(addWindowOptions(command))));
  addRunningOptions(command, (group) =>
    group
      .option(
        '-o, --output <file>',
        'trace that key w of the live view writes (default: named after program, pid and time)',
      )
      .option('-f, --force', 'w replaces the trace if it exists'),
  );
  command
    .addHelpText(
      'after',
      `
A running program gets a live view that changes once a second; key ? explains
it. The program is only read. Where stdout is no terminal, a table is printed
every second, and one of all at the end; with --json a line for each.

Examples:
  pyspy top run.trace --from 10s --to 20s
  pyspy top --pid 1234
  pyspy top --subprocesses --by process -- gunicorn -w 4 app:app`,
    )
    .action((file: string | undefined, options: TopCommandOptions) => {
      const source = chooseSource(command, { file, program: program() }, oneSided);
      return 'trace' in source ? topOf(source.trace, options) : topLive(source.program, options);
    });
}

async function topLive(program: number | readonly string[], options: TopCommandOptions): Promise<void> {
  requireRecorder();
  const { by, sort, output, fullFilenames = false, force = false, json = false } = options;
  const { limit = json ? 0 : defaultRows } = options;
  const samples = samplesOf(options);
  const intervalNs = parseLength('--interval', options.interval, shortestIntervalNs);
  const { showLive } = await import('../run/live/live-top.js');
  process.exitCode = await showLive({
    ...{ program, ...resolveRunning(options), by, sort, output, fullFilenames, force, json },
    intervalMs: (intervalNs ?? shortestIntervalNs) / 1e6,
    filter: samples.filter,
    words: samples.words,
    rowFilter: rowFilterOf(options),
    limit: limit === 0 ? Number.MAX_SAFE_INTEGER : limit,
  });
}

async function topOf(file: string, options: TopCommandOptions): Promise<void> {
  const { by, sort, json = false, rollups = true, fullFilenames = false } = options;
  const intervalMs = resolveFollow(options);
  const { limit = json ? 0 : defaultRows } = options;
  const { runTop } = await import('../run/views/top.js');
  await runTop(
    {
      ...{
        file,
        window: options,
        samples: samplesOf(options),
        by,
        sort,
        rollups,
        fullFilenames,
        intervalMs,
      },
      limit: limit === 0 ? null : limit,
      filter: rowFilterOf(options),
    },
    (shown) => present(shown, { json, isRepeated: intervalMs !== null }),
  );
}

/** Who waits is idle mostly. */
function samplesOf(options: TopCommandOptions): ChosenSamples {
  return chooseSamples(options.by === 'wait' ? { ...options, idle: true } : options);
}

function rowFilterOf({ filter }: TopCommandOptions): RegExp | null {
  return filter === undefined ? null : parseExpression(filter, '--filter');
}
