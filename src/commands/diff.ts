/** `pyspy diff A B`: what two recordings spent differently, and whether that is more than chance. */
import { type Command, Option } from 'commander';
import { exitStatus, PyspyError } from '../errors.js';
import type { TraceReader } from '../format/reader.js';
import type { Basis, DiffResult, Measure } from '../replay/diff-result.js';
import type { FilterOptions } from '../replay/filter.js';
import type { Judged } from '../replay/verdict.js';
import { readVersion } from '../version.js';
import { endOf } from './diff-end.js';
import {
  chooseTargets,
  createLocator,
  defaultRows,
  diffFormats,
  parseFormat,
  type ReportTarget,
  renderReport,
} from './diff-formats.js';
import {
  basisOf,
  parseThreshold,
  parseWork,
  type SideWindows,
  splitSides,
  type Work,
  windowOf,
} from './diff-options.js';
import { tell } from './notes.js';
import {
  addExamples,
  addFilterOptions,
  addJsonOption,
  addStackFilterOptions,
  addWindowOptions,
  describeFilter,
  parseCount,
} from './options.js';
import { isColoured, outputWidth, print, withTraces } from './output.js';

interface DiffCommandOptions extends SideWindows, FilterOptions {
  readonly by: Measure;
  readonly metric?: Basis;
  readonly work?: Work;
  readonly threshold?: { readonly points: number; readonly ofA: number };
  readonly gate?: boolean;
  readonly requirePower?: boolean;
  readonly force?: boolean;
  readonly limit?: number;
  readonly filter?: string;
  readonly test?: string;
  readonly flame?: string;
  readonly inverted?: boolean;
  readonly json?: boolean;
  readonly format?: readonly ReportTarget[];
  readonly output?: string;
}

/** Stands for the "--" between A's and B's traces, after which options are still options. */
const separator = '\0';

export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('compare two recordings, or several of each: what takes more or less time in B than in A')
    .usage('[options] <a> <b>\n       pyspy diff [options] <a...> -- <b...>')
    .argument('<traces...>', 'A, the run before, and B, the run after; with -- between several of each')
    .optionsGroup('What is compared:')
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
    .option('--force', 'compare what should not be compared')
    .optionsGroup('What counts, and the exit status:')
    .option(
      '--threshold <change>',
      'a change that matters: points ("2"), a share of A ("5%"), or the larger of two (default: "1,10%")',
      parseThreshold,
    )
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
  addWindowOptions(command, (group) =>
    group
      .option('--a-from <time>', 'begin here in A (default: --from)')
      .option('--a-to <time>', 'end here in A (default: --to)')
      .option('--b-from <time>', 'begin here in B (default: --from)')
      .option('--b-to <time>', 'end here in B (default: --to); A and B may be windows of one trace'),
  );
  addStackFilterOptions(addFilterOptions(command)).optionsGroup('Options:');
  addExamples(
    command,
    'pyspy diff before.trace after.trace --flame diff.svg',
    'pyspy diff a1.trace a2.trace a3.trace -- b1.trace b2.trace b3.trace --gate',
    'pyspy diff run.trace --a-to 30s --b-from -30s',
  );
  command.action((traces: string[], options: DiffCommandOptions) => runDiff(traces, options));
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => parse(words.map((word) => (word === '--' ? separator : word)));
}

async function runDiff(traces: string[], options: DiffCommandOptions): Promise<void> {
  const { parseExpression } = await import('../replay/filter.js');
  const hasWindows = (options.aFrom ?? options.aTo ?? options.bFrom ?? options.bTo) !== undefined;
  const { a: filesA, b: filesB } = splitSides(traces, separator, hasWindows);
  const asked = basisOf(options);
  const rowFilter = options.filter === undefined ? null : parseExpression(options.filter, '--filter');
  const only = options.test === undefined ? null : parseExpression(options.test, '--test');
  const targets = chooseTargets(options);
  const files = [...filesA, ...filesB];
  const failure = await withTraces(files, async (readers) => {
    const [a, b] = [readers.slice(0, filesA.length), readers.slice(filesA.length)];
    const [{ resolveWindow }, { compareSides }, { judgeComparison }, { describeDifference }, judgement] =
      await Promise.all([
        import('../replay/window.js'),
        import('./diff-comparison.js'),
        import('../replay/verdict.js'),
        import('../replay/diff-rows.js'),
        import('../replay/judgement.js'),
      ]);
    const decide = (): Decided => {
      const { comparison, chosen } = compareSides(
        a.map((reader) => ({ reader, window: resolveWindow(reader, ...windowOf(options, 'a')) })),
        b.map((reader) => ({ reader, window: resolveWindow(reader, ...windowOf(options, 'b')) })),
        asked,
        options,
      );
      const judged = judgeComparison(comparison, {
        chosen,
        work: options.work ?? null,
        threshold: options.threshold ?? judgement.defaultThreshold,
        only,
        force: options.force ?? false,
      });
      const result = describeDifference(judged, { measure: options.by, limit: null, filter: rowFilter });
      return { judged, result, failure: endOf(result, options) };
    };
    return report(decide, targets, { a, b, files }, options);
  });
  if (failure !== null) throw failure;
}

/** What a comparison came to, and how the command ends because of it. */
interface Decided {
  readonly judged: Judged;
  readonly result: DiffResult;
  readonly failure: PyspyError | null;
}

interface Sides {
  readonly a: readonly TraceReader[];
  readonly b: readonly TraceReader[];
  readonly files: readonly string[];
}

/** Decides, writes every report and the picture, prints what goes to stdout. @returns how the command ends */
async function report(
  decide: () => Decided,
  targets: readonly ReportTarget[],
  sides: Sides,
  options: DiffCommandOptions,
): Promise<PyspyError | null> {
  const render = ({ result, failure }: Decided, { format, path }: ReportTarget) =>
    renderReport(format, result, {
      gate: options.gate ?? false,
      requirePower: options.requirePower ?? false,
      filters: describeFilter(options),
      version: readVersion(),
      status: failure === null ? 0 : exitStatus[failure.kind],
      locate: createLocator(sides.b),
      layout: { width: path === null ? outputWidth() : 80, colour: path === null && isColoured() },
      limit: options.limit,
    });
  const filed = targets.flatMap(({ format, path }) => (path === null ? [] : [{ format, path }]));
  const { flame } = options;
  const paths = [...filed.map(({ path }) => path), ...(flame === undefined ? [] : [flame])];
  if (new Set(paths).size < paths.length)
    throw new PyspyError('usage', 'two results would be written to one file', {
      hint: 'Give each --format, -o and --flame a file of its own.',
    });
  let decided: Decided | undefined;
  let written: readonly string[] = [];
  const produce = async () => {
    decided = decide();
    const isDrawn = flame !== undefined && decided.judged.family !== null;
    written = isDrawn ? paths : paths.slice(0, filed.length);
    const contents: (Iterable<string> | null)[] = [];
    for (const target of filed) contents.push([await render(decided, target)]);
    if (flame !== undefined) contents.push(isDrawn ? await picture(decided, sides, options) : null);
    return contents;
  };
  if (paths.length === 0) await produce();
  else {
    const { writeOutputs } = await import('./output-file.js');
    await writeOutputs(paths, sides.files, produce);
  }
  for (const path of written) tell(`wrote ${path}`);
  for (const target of targets) if (target.path === null) await print(await render(decided!, target));
  return decided!.failure;
}

async function picture(decided: Decided, sides: Sides, options: DiffCommandOptions): Promise<string[]> {
  const { drawDifference } = await import('./diff-picture.js');
  return [
    drawDifference(decided, sides, { inverted: options.inverted ?? false, filters: describeFilter(options) }),
  ];
}
