/** `pyspy top`: where the time of a recording went, as a table; or where that of a running program goes, live. */
import { type Command, Option } from 'commander';
import type { FilterOptions } from '../replay/filter.js';
import type { Grouping } from '../replay/rows.js';
import type { Sorting, TopResult, TopRow } from '../replay/top.js';
import { addFollowOptions, clearScreen, type FollowOptions, repeatedly } from './follow.js';
import {
  addFilterOptions,
  addJsonOption,
  addStackFilterOptions,
  addWindowOptions,
  describeFilter,
  optionWithDefault,
  parseCount,
  type WindowOptions,
} from './options.js';
import { isColoured, outputWidth, printJson, printJsonLine, printText } from './output.js';
import { parseLength } from './record-options.js';
import {
  addRunningOptions,
  chooseSource,
  type RunningOptions,
  resolveRunning,
  takeProgram,
} from './running.js';

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
const oneSided = { running: ['output', 'force'], trace: ['from', 'to', 'json'] };

export function registerTop(pyspy: Command): void {
  const command = pyspy
    .command('top')
    .description('show where the time of a recording went, or where that of a running program goes')
    .usage(
      '[options] <file>\n       pyspy top [options] --pid <pid>\n       pyspy top [options] -- <command...>',
    )
    .argument('[file]', 'trace, written by "pyspy record"');
  const program = takeProgram(command);
  addWindowOptions(command);
  addStackFilterOptions(addFilterOptions(command))
    .addOption(
      new Option('--by <what>', 'one row for each')
        .choices(['function', 'line', 'file', 'thread', 'process', 'task'])
        .default('function'),
    )
    .addOption(new Option('--sort <figure>', 'order of the rows').choices(['self', 'total']).default('self'))
    .addOption(
      optionWithDefault(
        '--limit <rows>',
        `print at most this many rows, 0 for all (default: ${defaultRows}, with --json all)`,
      ).argParser(parseCount),
    )
    .option('--full-filenames', 'files with their whole paths')
    .option('--filter <regex>', 'only rows whose function, file, thread, process or task matches')
    .option('--no-rollups', 'read every sample, also where the trace has sums');
  addFollowOptions(command);
  addRunningOptions(command)
    .option(
      '-o, --output <file>',
      'trace that w of a live view writes (default: made of program, pid and time)',
    )
    .option('-f, --force', 'w replaces the trace if it exists');
  addJsonOption(command)
    .addHelpText(
      'after',
      `
Of a running program it is a picture that changes once a second; ? explains it. The program is only read. Where
stdout is no terminal, a table is printed every second.

Examples:
  pyspy top run.trace --from 10s --to 20s
  pyspy top --pid 1234
  pyspy top --subprocesses --by process -- gunicorn -w 4 app:app`,
    )
    .action((file: string | undefined, options: TopCommandOptions) => {
      const source = chooseSource(command, { file, program: program() }, oneSided);
      return 'trace' in source
        ? repeatedly(source.trace, options, () => runTop(source.trace, options))
        : runLive(source.program, options);
    });
}

async function runLive(program: number | readonly string[], options: TopCommandOptions): Promise<void> {
  const [{ showLive }, { createFilter, parseExpression }] = await Promise.all([
    import('./live/live-top.js'),
    import('../replay/filter.js'),
  ]);
  const limit = options.limit ?? defaultRows;
  const intervalNs = await parseLength('--interval', options.interval, shortestIntervalNs);
  process.exitCode = await showLive({
    program,
    ...(await resolveRunning(options)),
    intervalMs: (intervalNs ?? shortestIntervalNs) / 1e6,
    filter: createFilter(options),
    by: options.by,
    sort: options.sort,
    rowFilter: options.filter === undefined ? null : parseExpression(options.filter, '--filter'),
    output: options.output,
    fullFilenames: options.fullFilenames ?? false,
    force: options.force ?? false,
    limit: limit === 0 ? Number.MAX_SAFE_INTEGER : limit,
  });
}

async function runTop(file: string, options: TopCommandOptions): Promise<void> {
  const [{ summarize }, { withSummedTrace }, { createFilter, parseExpression }] = await Promise.all([
    import('../replay/top.js'),
    import('./summed-trace.js'),
    import('../replay/filter.js'),
  ]);
  const filter = createFilter(options);
  const rowFilter = options.filter === undefined ? null : parseExpression(options.filter, '--filter');
  const limit = options.limit ?? (options.json ? 0 : defaultRows);
  await withSummedTrace(file, options, async (reader, window) => {
    const result = summarize(reader, window, filter, {
      by: options.by,
      sort: options.sort,
      limit: limit === 0 ? null : limit,
      filter: rowFilter,
      rollups: options.rollups !== false,
    });
    if (options.json) return options.follow ? printJsonLine(result) : printJson(result);
    const heading = await import('./heading.js');
    const { secondsText } = await import('../render/words/phrases.js');
    const { CodePaths } = await import('../replay/code-path.js');
    const { escapeTerminal } = await import('../render/terminal/terminal.js');
    const paths = new CodePaths(reader.processes());
    const table =
      result.samples > 0
        ? await renderTop(result, (path) => (options.fullFilenames ? path : paths.relative(path)))
        : `${escapeTerminal((await import('./nothing.js')).whyNothing(reader, options, result))}\n`;
    const width = outputWidth();
    const what = [
      result.metric === 'cpu' ? 'CPU time' : 'wall time',
      ...describeFilter(options),
      `${result.samples} samples, ${secondsText(result.total_s)}`,
    ].join(', ');
    await printText(
      `${clearScreen(options)}${heading.headingOf(reader, width)}${heading.describeWindow(result.window)}: ${what}\n` +
        `${heading.stateNote(result.state)}\n${table}\n${moreRows(result)}${noneOfThese(result, reader.processes().length)}` +
        `${result.samples > 0 ? heading.idleNote(result) : ''}${heading.qualityNotes(result)}${options.follow && !process.stdout.isTTY ? '\n' : ''}`,
    );
  });
}

async function renderTop(result: TopResult, shorten: (file: string) => string): Promise<string> {
  const [{ renderTable }, { rowCells, rowColumns }] = await Promise.all([
    import('../render/terminal/table.js'),
    import('../render/terminal/row-names.js'),
  ]);
  const figures = (row: TopRow) => [
    row.self_s.toFixed(2),
    `${row.self_pct.toFixed(1)}%`,
    row.total_s.toFixed(2),
    `${row.total_pct.toFixed(1)}%`,
  ];
  const titles = ['self s', '', 'total s', ''].map((title) => ({ title, align: 'right' as const }));
  // What a thread, a process or a task does, it does itself.
  const shown = ['thread', 'process', 'task'].includes(result.by) ? 2 : 4;
  return renderTable(
    [...titles.slice(0, shown), ...rowColumns(result.by)],
    result.rows.map((row) => [...figures(row).slice(0, shown), ...rowCells(row, shorten)]),
    { columns: outputWidth(), colour: isColoured() },
  );
}

/** Says that there are none to tell apart: "[no task]" alone leaves open whether they were looked for. */
function noneOfThese({ by, rows, rows_total }: TopResult, processes: number): string {
  if (rows_total === 0) return '';
  if (by === 'task' && rows.every(({ task }) => task === null))
    return 'No sample here belongs to a task of asyncio: none ran, or its version is not read for tasks.\n';
  if (by === 'thread' && rows.length === rows_total && rows.every(({ thread }) => thread?.name == null))
    return 'No thread here has a name that Python knows: os thread is what the system calls it.\n';
  if (by === 'process' && processes === 1)
    return 'One process was recorded; record --subprocesses follows those that it starts.\n';
  return '';
}

function moreRows(result: TopResult): string {
  const more = result.rows_total - result.rows.length;
  return more > 0 ? `${more} more ${more === 1 ? 'row' : 'rows'} (--limit 0 shows all).\n` : '';
}
