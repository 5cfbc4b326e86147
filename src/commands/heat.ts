/** `pyspy heat FILE`: the source of one file with the time of its lines beside it. */
import type { Command } from 'commander';
import { present } from './line/present.js';
import {
  addExamples,
  addJsonOption,
  addWindowOptions,
  parseCount,
  parsePercent,
  type WindowOptions,
} from './options/common.js';
import {
  addFilterOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
} from './options/filter.js';
import { addRollupsOption } from './options/tree-options.js';

interface HeatCommandOptions extends WindowOptions, FilterOptions {
  readonly source?: string;
  readonly min?: number;
  readonly context: number;
  readonly all?: boolean;
  readonly rollups?: boolean;
  readonly json?: boolean;
}

/** Percent under which lines are left out, and lines around those that are shown. */
const defaultMinPct = 0.5;
const defaultContext = 2;

export function registerHeat(program: Command): void {
  const command = program
    .command('heat')
    .description('show the source of a file with the time of each line beside it')
    .argument('<file>', 'trace, written by "pyspy record"')
    .argument('[source]', 'source file, by its path or the end of it (default: that with the most self time)')
    .option('--source <folder>', 'where sources are (default: where they were when this was recorded)')
    .option(
      '--min <percent>',
      `leave out lines with less than this share of the time (default: ${defaultMinPct})`,
      parsePercent,
    )
    .option('--context <lines>', 'lines around those that took time', parseCount, defaultContext)
    .option('--all', 'the whole file');
  addRollupsOption(command);
  addJsonOption(command);
  addStackFilterOptions(addFilterOptions(addWindowOptions(command)));
  addExamples(
    command,
    'pyspy heat run.trace --mine',
    'pyspy heat run.trace shop/cart.py --all',
    'pyspy heat run.trace --source ~/shop --from 10s --to 20s',
  ).action((file: string, source: string | undefined, options: HeatCommandOptions) =>
    showHeat(file, source, options),
  );
}

async function showHeat(file: string, name: string | undefined, options: HeatCommandOptions): Promise<void> {
  const { min = defaultMinPct, context, all = false, rollups = true, json = false } = options;
  const samples = chooseSamples(options);
  const { runHeat } = await import('../run/views/heat.js');
  await runHeat(
    {
      ...{ file, window: options, samples, rollups, minPct: min },
      name: name ?? null,
      sourceFolder: options.source ?? null,
      context: all ? null : context,
    },
    (shown) => present(shown, { json }),
  );
}
