/** Options that say what is compared with what, of every command that compares; and the request that is made of them. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import type { Basis } from '../../replay/diff/diff-result.js';
import type { AskedComparison } from '../../run/diff/decided.js';
import type { ChosenSamples } from '../../run/replay/chosen-samples.js';
import { addGroup, addWindowOptions } from './common.js';
import {
  basisOf,
  parseThreshold,
  parseWork,
  type SideWindows,
  splitSides,
  type Work,
  windowOf,
} from './diff.js';
import { parseExpression } from './filter.js';

/** What the user may say, by the names of the options. */
export interface ComparisonOptions extends SideWindows {
  readonly metric?: Basis;
  readonly work?: Work;
  readonly test?: string;
  readonly force?: boolean;
  readonly threshold?: { readonly points: number; readonly ofA: number };
}

/** Stands for the "--" between A's and B's traces, after which options are still options. */
const separator = '\0';

/** Has a command take "--" between traces. */
export function keepSeparator(command: Command): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => parse(words.map((word) => (word === '--' ? separator : word)));
}

/** --metric, --work, --test and --force. */
export function addComparedOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--metric <metric>',
        "shares of the side's time, or seconds, or CPU seconds, per second of wall time (default: CPU seconds per run " +
          'where all are whole runs of a command, else share)',
      ).choices(['share', 'wall', 'cpu']),
    )
    .option(
      '--work <units>',
      'compare seconds per unit of work: units that each run did, or those of A and B: "900,1000" (default: none)',
      parseWork,
    )
    .option(
      '--test <regex>',
      'test only functions whose name or file matches: fewer tests need less evidence of each (default: all)',
    )
    .option('--force', 'compare what should not be compared');
}

/** --threshold. */
export function addThresholdOption(command: Command): Command {
  return command.option(
    '--threshold <change>',
    'a change that matters: points ("2"), a share of A ("5%"), or the larger of two (default: "1,10%"); 0: any ' +
      'change that is significant',
    parseThreshold,
  );
}

/** --a-from, --a-to, --b-from and --b-to. */
export function addSideWindows(command: Command): Command {
  return command
    .option('--a-from <time>', 'begin here in A (default: --from)')
    .option('--a-to <time>', 'end here in A (default: --to)')
    .option('--b-from <time>', 'begin here in B (default: --from)')
    .option('--b-to <time>', 'end here in B (default: --to); A and B may be windows of one trace');
}

/** What a page is of: arguments, windows, and how two are compared. */
export function addPagesCompared(command: Command): Command {
  const name = command.name();
  command
    .usage(
      `[options] <file>\n       pyspy ${name} [options] <a> <b>\n       pyspy ${name} [options] <a...> -- <b...>`,
    )
    .argument(
      '<traces...>',
      'trace, written by "pyspy record"; or A, the run before, and B, the run after, to compare them',
    );
  addWindowOptions(command, addSideWindows);
  addGroup(command, 'Where two are compared, as "pyspy diff" does:', (group) =>
    addThresholdOption(addComparedOptions(group)),
  );
  keepSeparator(command);
  return command;
}

/** Options that mean nothing where there is one recording, all of it. */
const comparing = ['metric', 'work', 'test', 'force', 'threshold'] as const;

const hasWindows = ({ aFrom, aTo, bFrom, bTo }: SideWindows) => (aFrom ?? aTo ?? bFrom ?? bTo) !== undefined;

/**
 * The one trace of a command that also compares; null where it is to compare.
 * @throws PyspyError of kind "usage" for options of a comparison where there is none
 */
export function onlyTrace(
  name: string,
  traces: readonly string[],
  options: ComparisonOptions,
): string | null {
  // As every command takes it: "--" before a name that begins with a dash.
  const [file, ...more] = traces[0] === separator ? traces.slice(1) : traces;
  if (file === undefined || more.length > 0 || hasWindows(options)) return null;
  for (const option of comparing)
    if (options[option] !== undefined)
      throw new PyspyError('usage', `--${option} is for a comparison, and there is one trace`, {
        hint: `Give two: pyspy ${name} before.trace after.trace.`,
      });
  return file;
}

/** @param name of the command @throws PyspyError of kind "usage" */
export function chooseComparison(
  name: string,
  traces: readonly string[],
  options: ComparisonOptions & { readonly cpu?: boolean | undefined },
  samples: ChosenSamples,
): AskedComparison {
  const { a, b } = splitSides(traces, { separator, hasWindows: hasWindows(options), name });
  return {
    a: { files: a, window: windowOf(options, 'a') },
    b: { files: b, window: windowOf(options, 'b') },
    samples,
    basis: basisOf(options),
    work: options.work ?? null,
    threshold: options.threshold ?? null,
    only: options.test === undefined ? null : parseExpression(options.test, '--test'),
    force: options.force ?? false,
  };
}
