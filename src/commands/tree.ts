/** `pyspy tree FILE`: who calls what, and for how long, as a tree in the terminal. */
import type { Command } from 'commander';
import { present } from './line/present.js';
import {
  addExamples,
  addJsonOption,
  addWindowOptions,
  parsePercent,
  type WindowOptions,
} from './options/common.js';
import {
  addFilterOptions,
  addNativeOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
} from './options/filter.js';
import { addRollupsOption, addRootOptions, type RootOptions } from './options/tree-options.js';

interface TreeCommandOptions extends WindowOptions, FilterOptions, RootOptions {
  readonly min?: number;
  readonly lines?: boolean;
  readonly fullFilenames?: boolean;
  readonly rollups?: boolean;
  readonly json?: boolean;
}

/** Percent under which calls are cut from text without --min; JSON has all. */
const defaultMinPct = 1;

export function registerTree(program: Command): void {
  const command = program
    .command('tree')
    .description('show who calls what, and where the time goes, as a tree')
    .argument('<file>', 'trace, written by "pyspy record"')
    .option(
      '--min <percent>',
      `cut calls with less than this share of the time, 0 for none (default: ${defaultMinPct}, with --json 0)`,
      parsePercent,
    )
    .option('--lines', 'a call for each line, not for each function');
  addRollupsOption(addRootOptions(command).option('--full-filenames', 'show whole paths of files'));
  addJsonOption(command);
  addNativeOptions(addStackFilterOptions(addFilterOptions(addWindowOptions(command))));
  addExamples(
    command,
    'pyspy tree run.trace --mine',
    'pyspy tree run.trace --from 10s --to 20s --min 5',
    "pyspy tree run.trace --inverted --focus '^sleep$'",
  ).action((file: string, options: TreeCommandOptions) => showTree(file, options));
}

async function showTree(file: string, options: TreeCommandOptions): Promise<void> {
  const { json = false, lines = false, threads = false, inverted = false, rollups = true } = options;
  const { min = json ? 0 : defaultMinPct, fullFilenames = false, processes = false } = options;
  const samples = chooseSamples(options);
  const { runTree } = await import('../run/views/tree.js');
  await runTree(
    {
      file,
      window: options,
      samples,
      minPct: min,
      ...{ lines, threads, processes, inverted, rollups, fullFilenames },
    },
    (shown) => present(shown, { json }),
  );
}
