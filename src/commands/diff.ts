/** `pyspy diff A B`: what two recordings spent differently, and whether that is more than chance. */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { PyspyError } from '../errors.js';
import type { TraceReader } from '../format/reader.js';
import type { Comparison } from '../replay/diff.js';
import type { Basis, DiffResult, DiffSide, Measure } from '../replay/diff-result.js';
import type { FilterOptions } from '../replay/filter.js';
import type { Judged } from '../replay/verdict.js';
import { parseThreshold, parseWork, splitSides, type Work } from './diff-options.js';
import {
  addFilterOptions,
  addJsonOption,
  addWindowOptions,
  describeFilter,
  parseCount,
  type WindowOptions,
} from './options.js';
import { isColoured, outputWidth, print, printJson, withTraces } from './output.js';

interface DiffCommandOptions extends WindowOptions, FilterOptions {
  readonly aFrom?: string;
  readonly aTo?: string;
  readonly bFrom?: string;
  readonly bTo?: string;
  readonly by: Measure;
  readonly metric?: Basis;
  readonly work?: Work;
  readonly threshold?: { readonly points: number; readonly ofA: number };
  readonly gate?: boolean;
  readonly requirePower?: boolean;
  readonly force?: boolean;
  readonly limit?: number;
  readonly filter?: string;
  readonly flame?: string;
  readonly inverted?: boolean;
  readonly json?: boolean;
}

/** Rows that are printed as text without --limit; JSON has all. */
const defaultRows = 25;

/** Stands for the "--" between A's and B's traces, after which options are still options. */
const separator = '\0';

export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('compare two recordings, or several of each: what takes more or less time in B than in A')
    .usage('[options] <a> <b>\n       pyspy diff [options] <a...> -- <b...>')
    .argument('<traces...>', 'A, the run before, and B, the run after; with -- between several of each')
    .option('--gate', 'end with status 1 if anything got slower by more than the threshold')
    .option(
      '--threshold <change>',
      'what matters: points ("2"), a share of A ("5%"), or the larger of two ("1,10%", the default)',
      parseThreshold,
    )
    .option('--require-power', 'end with status 4 if a change as small as the threshold could not be seen')
    .addOption(
      new Option(
        '--metric <metric>',
        "share of the side's own time (default), or seconds, or CPU seconds, per second of wall time",
      ).choices(['share', 'wall', 'cpu']),
    )
    .option(
      '--work <units>',
      'compare seconds per unit of work: the units that each run did, or those of A and B ("900,1000")',
      parseWork,
    )
    .option('--force', 'compare what should not be compared')
    .addOption(
      new Option('--by <measure>', 'show time in a function and all that it calls, or in itself alone')
        .choices(['total', 'self'])
        .default('total'),
    )
    .option(
      '--limit <rows>',
      `print at most this many rows, 0 for all (default: ${defaultRows}, with --json all)`,
      parseCount,
    )
    .option('--filter <regex>', 'only rows whose function or file matches')
    .option('--flame <file>', 'draw a differential flame graph (SVG) too')
    .option('--inverted', 'draw it with innermost functions first');
  addWindowOptions(command)
    .option('--a-from <time>', 'begin here in A')
    .option('--a-to <time>', 'end here in A')
    .option('--b-from <time>', 'begin here in B')
    .option('--b-to <time>', 'end here in B; A and B may be windows of one trace');
  addFilterOptions(command);
  addJsonOption(command).action((traces: string[], options: DiffCommandOptions) => runDiff(traces, options));
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => parse(words.map((word) => (word === '--' ? separator : word)));
}

async function runDiff(traces: string[], options: DiffCommandOptions): Promise<void> {
  const { createFilter, parseExpression } = await import('../replay/filter.js');
  const hasWindows = (options.aFrom ?? options.aTo ?? options.bFrom ?? options.bTo) !== undefined;
  const { a: filesA, b: filesB } = splitSides(traces, separator, hasWindows);
  const basis = basisOf(options);
  const filter = createFilter({ ...options, cpu: options.cpu || basis === 'cpu' });
  const rowFilter = options.filter === undefined ? null : parseExpression(options.filter, '--filter');
  const limit = options.limit ?? (options.json ? 0 : defaultRows);
  const outcome = await withTraces([...filesA, ...filesB], async (readers) => {
    const [a, b] = [readers.slice(0, filesA.length), readers.slice(filesA.length)];
    const [{ resolveWindow }, { compareWindows }, { judgeComparison }, { describeDifference }] =
      await Promise.all([
        import('../replay/window.js'),
        import('../replay/diff.js'),
        import('../replay/verdict.js'),
        import('../replay/diff-rows.js'),
      ]);
    const { defaultThreshold } = await import('../replay/judgement.js');
    const compare = () =>
      compareWindows(
        a.map((reader) => ({ reader, window: resolveWindow(reader, ...windowOf(options, 'a')) })),
        b.map((reader) => ({ reader, window: resolveWindow(reader, ...windowOf(options, 'b')) })),
        filter,
      );
    const decide = (comparison: Comparison) => {
      const judged = judgeComparison(comparison, {
        basis,
        work: options.work ?? null,
        threshold: options.threshold ?? defaultThreshold,
        force: options.force ?? false,
      });
      const result = describeDifference(judged, {
        measure: options.by,
        limit: limit === 0 ? null : limit,
        filter: rowFilter,
      });
      return { judged, result };
    };
    const { judged, result } =
      options.flame === undefined
        ? decide(compare())
        : await drawAndDecide(options.flame, [...filesA, ...filesB], () => decide(compare()), a, b, options);
    if (options.json) await printJson(result);
    else if (judged.family !== null) {
      const { renderDiff } = await import('./diff-text.js');
      const layout = { width: outputWidth(), colour: isColoured() };
      await print(renderDiff(result, { a, b }, describeFilter(options), layout));
    }
    return result;
  });
  conclude(outcome, options);
}

function basisOf({ metric, work, cpu }: DiffCommandOptions): Basis {
  if (work !== undefined && metric === 'share')
    throw new PyspyError('usage', '--work compares seconds per unit of work, and --metric share does not', {
      hint: 'Leave out one of them; --metric cpu --work N compares CPU seconds per unit.',
    });
  if (metric === 'wall' && cpu)
    throw new PyspyError('usage', '--metric wall and --cpu exclude each other', {
      hint: 'Say --metric cpu for CPU seconds per second of wall time.',
    });
  if (metric !== undefined) return metric;
  return work === undefined ? 'share' : cpu ? 'cpu' : 'wall';
}

/** Arguments for resolveWindow: the side's own options go before those of both. */
function windowOf(
  options: DiffCommandOptions,
  side: 'a' | 'b',
): [string | undefined, string | undefined, { from: string; to: string }] {
  const [from, to] = side === 'a' ? [options.aFrom, options.aTo] : [options.bFrom, options.bTo];
  return [
    from ?? options.from,
    to ?? options.to,
    {
      from: from === undefined ? '--from' : `--${side}-from`,
      to: to === undefined ? '--to' : `--${side}-to`,
    },
  ];
}

type Decided = { judged: Judged; result: DiffResult };

/** Draws the picture, if the sides are compared at all. */
async function drawAndDecide(
  picture: string,
  files: readonly string[],
  decide: () => Decided,
  a: readonly TraceReader[],
  b: readonly TraceReader[],
  options: DiffCommandOptions,
): Promise<Decided> {
  const { writeOutput } = await import('./output-file.js');
  const heading = await import('./heading.js');
  const inverted = options.inverted ?? false;
  let decided: Decided | undefined;
  await writeOutput(picture, files, async () => {
    decided = decide();
    const { judged, result } = decided;
    if (judged.family === null) throw notComparable(result);
    const { buildDiffTree } = await import('../replay/diff-tree.js');
    const { renderDiffFlame } = await import('../render/diff-flame.js');
    const sideOf = (readers: readonly TraceReader[], side: DiffSide) => ({
      label:
        readers.length > 1
          ? `${readers.length} runs, ${readers.map(({ path }) => path).join(', ')}`
          : `${readers[0]!.path} ${heading.describeWindow(side.window)}`,
      command: heading.describeCommand(readers[0]!),
      seconds: side.total_s,
      samples: side.samples,
    });
    return [
      renderDiffFlame(buildDiffTree(judged.comparison, { inverted }), {
        title: `${basename(a[0]!.path)} → ${basename(b[0]!.path)}`,
        a: sideOf(a, result.a),
        b: sideOf(b, result.b),
        notes: [...describeFilter(options), ...(inverted ? ['inverted: callers under callees'] : [])],
        inverted,
      }),
    ];
  });
  process.stderr.write(`wrote ${picture}\n`);
  return decided!;
}

/** @throws PyspyError whose status a script can act on */
function conclude(result: DiffResult, options: DiffCommandOptions): void {
  if (result.verdict === 'not-comparable') throw notComparable(result);
  if (options.gate && result.verdict === 'regression')
    throw new PyspyError('regression', `regression: ${result.reasons.join('; ')}`, {
      hint: 'Rows that say "slower" are what it is about; --flame draws where it is.',
    });
  if (options.requirePower && (result.counts.inconclusive > 0 || result.verdict === 'inconclusive'))
    throw new PyspyError('inconclusive', `too little data: ${result.reasons.join('; ')}`, {
      hint: 'Record for longer, or more runs of each, or allow more with --threshold.',
    });
}

function notComparable(result: DiffResult): PyspyError {
  return new PyspyError('notComparable', `A and B cannot be compared: ${result.reasons.join('; ')}`, {
    hint: '--force compares them all the same.',
  });
}
