/** `pyspy diff A B`: what two recordings spent differently. */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { TraceReader } from '../format/reader.js';
import type { DiffResult, DiffRun, Measure } from '../replay/diff.js';
import type { FilterOptions } from '../replay/filter.js';
import {
  addFilterOptions,
  addJsonOption,
  addWindowOptions,
  describeFilter,
  parseCount,
  type WindowOptions,
} from './options.js';
import { isColoured, outputWidth, print, printJson, withTrace } from './output.js';

interface DiffCommandOptions extends WindowOptions, FilterOptions {
  readonly by: Measure;
  readonly limit?: number;
  readonly filter?: string;
  readonly flame?: string;
  readonly inverted?: boolean;
  readonly json?: boolean;
}

/** Rows that are printed as text without --limit; JSON has all. */
const defaultRows = 25;

export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('compare two recordings: what takes a greater or a smaller share of the time in B than in A')
    .argument('<a>', 'trace to compare with: the run before')
    .argument('<b>', 'trace to judge: the run after')
    .addOption(
      new Option('--by <measure>', 'compare time in a function and all that it calls, or in itself alone')
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
  addWindowOptions(command);
  addFilterOptions(command);
  addJsonOption(command).action((a: string, b: string, options: DiffCommandOptions) =>
    runDiff(a, b, options),
  );
}

async function runDiff(fileA: string, fileB: string, options: DiffCommandOptions): Promise<void> {
  const { createFilter, parseExpression } = await import('../replay/filter.js');
  const filter = createFilter(options);
  const rowFilter = options.filter === undefined ? null : parseExpression(options.filter, '--filter');
  const limit = options.limit ?? (options.json ? 0 : defaultRows);
  await withTrace(fileA, (a) =>
    withTrace(fileB, async (b) => {
      const { resolveWindow } = await import('../replay/window.js');
      const { compareWindows, describeDifference } = await import('../replay/diff.js');
      const side = (reader: TraceReader) => ({
        reader,
        window: resolveWindow(reader, options.from, options.to),
      });
      const compare = () => compareWindows(side(a), side(b), filter);
      const describe = (comparison: ReturnType<typeof compare>) =>
        describeDifference(comparison, {
          measure: options.by,
          limit: limit === 0 ? null : limit,
          filter: rowFilter,
        });
      let result: DiffResult | undefined;
      if (options.flame === undefined) result = describe(compare());
      else {
        const { writeOutput } = await import('./output-file.js');
        await writeOutput(options.flame, [fileA, fileB], async () => {
          const comparison = compare();
          result = describe(comparison);
          const { buildDiffTree } = await import('../replay/diff-tree.js');
          const { renderDiffFlame } = await import('../render/diff-flame.js');
          const heading = await import('./heading.js');
          const inverted = options.inverted ?? false;
          const sideOf = (reader: TraceReader, run: DiffRun) => ({
            label: `${reader.path} ${heading.describeWindow(run.window)}`,
            command: heading.describeCommand(reader),
            seconds: run.total_s,
            samples: run.samples,
          });
          return [
            renderDiffFlame(buildDiffTree(comparison, { inverted }), {
              title: `${basename(fileA)} → ${basename(fileB)}`,
              a: sideOf(a, result.a),
              b: sideOf(b, result.b),
              notes: [...describeFilter(options), ...(inverted ? ['inverted: callers under callees'] : [])],
              inverted,
            }),
          ];
        });
        process.stderr.write(`wrote ${options.flame}\n`);
      }
      await (options.json ? printJson(result) : print(await renderDiff(result!, options, a, b)));
    }),
  );
}

async function renderDiff(
  result: DiffResult,
  options: DiffCommandOptions,
  a: TraceReader,
  b: TraceReader,
): Promise<string> {
  const { renderTable } = await import('../render/table.js');
  const heading = await import('./heading.js');
  const width = outputWidth();
  const right = { align: 'right' } as const;
  const describeRun = (letter: string, reader: TraceReader, run: DiffRun) =>
    `${letter}  ${heading.headingOf(reader, width - 3)}` +
    `   ${heading.describeWindow(run.window)}: ${run.samples} samples, ${heading.showSeconds(run.total_s)}\n` +
    indent(heading.stateNote(run.state) + heading.idleNote(run) + heading.qualityNotes(run));
  const table = renderTable(
    [
      { title: 'A', ...right },
      { title: 'B', ...right },
      { title: 'change', ...right },
      { title: '' },
      { title: 'function', fit: 'start' },
      { title: 'file', fit: 'start' },
    ],
    result.rows.map((row) => [
      row.presence === 'new' ? '-' : `${row.a_pct.toFixed(1)}%`,
      row.presence === 'gone' ? '-' : `${row.b_pct.toFixed(1)}%`,
      signed(row.delta_pct),
      row.presence === 'both' ? '' : row.presence,
      row.function,
      row.file,
    ]),
    { columns: width, colour: isColoured() },
  );
  const more = result.rows_total - result.rows.length;
  const what = [
    `Shares of each run's own ${result.metric === 'cpu' ? 'CPU time' : 'time'}`,
    result.measure === 'self' ? 'in the function itself' : 'in the function and what it calls',
    ...describeFilter(options),
  ].join(', ');
  return (
    `${describeRun('A', a, result.a)}${describeRun('B', b, result.b)}\n${what}; change in points of percent.\n\n` +
    `${result.a.samples + result.b.samples > 0 ? table : 'No samples passed the filters.\n'}\n` +
    `${more > 0 ? `${more} more ${more === 1 ? 'row' : 'rows'} (--limit 0 shows all).\n` : ''}` +
    `Verdict: ${result.verdict}: ${result.reasons.join('; ')}.\n`
  );
}

function signed(points: number): string {
  const text = points.toFixed(1);
  return Number(text) > 0 ? `+${text}` : Number(text) === 0 ? '0.0' : text;
}

function indent(lines: string): string {
  return lines.replace(/^(?=.)/gm, '   ');
}
