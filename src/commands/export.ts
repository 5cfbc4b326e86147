/** `pyspy export FILE --format F`: a recording in a format that other viewers read. */
import { type Command, Option } from 'commander';
import { type ExportOptions, exportFormats, exportTrace } from './export-file.js';
import { addExamples, addFilterOptions, addStackFilterOptions, addWindowOptions } from './options.js';

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('write a recording, or a part of it, in a format that other viewers read')
    .argument('<file>', 'trace, written by "pyspy record"')
    .addOption(
      new Option('-f, --format <format>', "folded stacks, or speedscope's JSON")
        .choices(exportFormats)
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
  addStackFilterOptions(addFilterOptions(command)).action((file: string, options: ExportOptions) =>
    exportTrace(file, options),
  );
}
