/** `pyspy export FILE --format F`: a recording in a format that other viewers read. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../errors.js';
import { type ExportFormat, exportFormatNames, exportFormatRow } from '../run/replay/export-formats.js';
import { addExamples, addFormatList, addWindowOptions, type WindowOptions } from './options/common.js';
import {
  addFilterOptions,
  addNativeOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
} from './options/filter.js';

interface ExportOptions extends WindowOptions, FilterOptions {
  readonly format: ExportFormat;
  readonly output?: string;
  readonly function?: boolean;
  readonly names?: boolean;
  readonly threads?: boolean;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('write a recording, or a part of it, in a format that other viewers read')
    .argument('<file>', 'trace, written by "pyspy record"')
    .addOption(
      new Option('-f, --format <format>', 'format to write').choices(exportFormatNames).makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .option('--function', 'frames without the line that ran')
    .option('--names', "frames with nothing but the function's name")
    .option('--threads', 'folded: a root frame for each thread');
  addFormatList(
    command,
    'Formats, and what opens them',
    exportFormatNames,
    (name) => exportFormatRow(name).about,
  );
  addWindowOptions(command);
  addExamples(
    command,
    'pyspy export run.trace --format speedscope -o run.speedscope.json',
    'pyspy export run.trace --format folded --from 10s --to 20s',
  );
  addNativeOptions(addStackFilterOptions(addFilterOptions(command))).action(
    (file: string, options: ExportOptions) => exportFile(file, options),
  );
}

async function exportFile(file: string, options: ExportOptions): Promise<void> {
  if (options.function && options.names)
    throw new PyspyError('usage', '--function and --names exclude each other', {
      hint: 'Give one of the two.',
    });
  const samples = chooseSamples(options);
  const { format, output = '-', threads = false } = options;
  const { exportTrace } = await import('../run/replay/export.js');
  await exportTrace({
    ...{ file, format, window: options, samples, threads },
    output: output === '-' ? null : output,
    detail: options.names ? 'name' : options.function ? 'function' : 'line',
  });
}
