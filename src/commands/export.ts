/** `pyspy export FILE --format F`: a recording in a format that other viewers read. */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { PyspyError } from '../errors.js';
import type { TraceReader } from '../format/reader.js';
import type { FilterOptions, SampleFilter } from '../replay/filter.js';
import type { FrameDetail } from '../replay/frame-text.js';
import type { Window } from '../replay/window.js';
import {
  addExamples,
  addFilterOptions,
  addStackFilterOptions,
  addWindowOptions,
  type WindowOptions,
} from './options.js';
import { print, withTrace } from './output.js';

interface ExportCommandOptions extends WindowOptions, FilterOptions {
  readonly format: Format;
  readonly output?: string;
  readonly function?: boolean;
  readonly names?: boolean;
  readonly threads?: boolean;
}

type Format = keyof typeof formats;

/** What makes the text of a format, in chunks. */
type Exporter = (
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: { detail: FrameDetail; threads: boolean },
) => Promise<Iterable<string>>;

const formats = { folded: exportFolded, speedscope: exportSpeedscope } satisfies Record<string, Exporter>;

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('write a recording, or a part of it, in a format that other viewers read')
    .argument('<file>', 'trace, written by "pyspy record"')
    .addOption(
      new Option('-f, --format <format>', "folded stacks, or speedscope's JSON")
        .choices(Object.keys(formats))
        .makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .option('--function', 'frames without the line that ran')
    .option('--names', "frames with nothing but the function's name")
    .option('--threads', 'folded: a root frame for each thread');
  addWindowOptions(command);
  addExamples(
    command,
    'pyspy export run.trace --format speedscope -o run.speedscope.json',
    'pyspy export run.trace --format folded --from 10s --to 20s',
  );
  addStackFilterOptions(addFilterOptions(command)).action((file: string, options: ExportCommandOptions) =>
    runExport(file, options),
  );
}

async function runExport(file: string, options: ExportCommandOptions): Promise<void> {
  if (options.function && options.names)
    throw new PyspyError('usage', '--function and --names exclude each other', {
      hint: 'Give one of the two.',
    });
  const detail = options.names ? 'name' : options.function ? 'function' : 'line';
  const { createFilter } = await import('../replay/filter.js');
  const filter = createFilter(options);
  if (filter.stacks !== null && options.format === 'speedscope')
    throw new PyspyError('usage', 'a filter of stacks goes with --format folded', {
      hint: "speedscope's timeline has every sample; leave out --focus, --exclude, --hide-importlib and --collapse-recursion.",
    });
  await withTrace(file, async (reader) => {
    const { resolveWindow } = await import('../replay/window.js');
    const window = resolveWindow(reader, options.from, options.to);
    const produce = () =>
      formats[options.format](reader, window, filter, { detail, threads: options.threads ?? false });
    if (options.output === undefined || options.output === '-') {
      for (const block of joinBlocks(await produce())) await print(block);
      return;
    }
    const { writeOutput } = await import('./output-file.js');
    await writeOutput(options.output, [file], produce);
    process.stderr.write(`wrote ${options.output}\n`);
  });
}

async function exportFolded(
  ...[reader, window, filter, options]: Parameters<Exporter>
): Promise<Iterable<string>> {
  const { foldWindow } = await import('../replay/fold.js');
  const { listFoldedStacks } = await import('../replay/folded-stacks.js');
  const { writeFolded } = await import('../format/foreign/folded.js');
  return writeFolded(listFoldedStacks(foldWindow(reader, window, filter), options));
}

async function exportSpeedscope(
  ...[reader, window, filter, options]: Parameters<Exporter>
): Promise<Iterable<string>> {
  const { readTimeline } = await import('../replay/timeline.js');
  const { writeSpeedscope } = await import('../format/foreign/speedscope.js');
  const { describeCommand } = await import('./heading.js');
  const { readVersion } = await import('../version.js');
  return writeSpeedscope(
    readTimeline(reader, window, filter, {
      detail: options.detail,
      name: `${basename(reader.path)}: ${describeCommand(reader)}`,
      exporter: `pyspy ${readVersion()}`,
    }),
  );
}

/** Small chunks of text joined to larger ones. */
function* joinBlocks(chunks: Iterable<string>): Generator<string, void> {
  let block = '';
  for (const chunk of chunks) {
    block += chunk;
    if (block.length < 1 << 16) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}
