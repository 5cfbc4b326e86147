/** `pyspy import FILE -o OUT`: a profile of another program as a trace. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ImportFormat, importFormatNames, importFormats } from '../../run/traces/import-formats.js';
import { addExamples, addFormatList } from '../options/common.js';

interface ImportOptions {
  readonly output: string;
  readonly format?: ImportFormat;
  readonly rate?: number;
  readonly force?: boolean;
}

export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .description('write a profile of another program as a trace')
    .argument('<file>', 'profile to read')
    .requiredOption('-o, --output <file>', 'trace to write')
    .addOption(
      new Option('--format <format>', 'what the file is (default: as it looks)').choices(importFormatNames),
    )
    .option(
      '--rate <hz>',
      'samples a second, where the file has counts and no times (default: not known)',
      parseRate,
    )
    .option('-f, --force', 'replace it if it exists')
    .action(async (file: string, options: ImportOptions) => {
      const { runImport } = await import('../../run/traces/import.js');
      const { output, format = null, rate: rateHz = null, force = false } = options;
      await runImport({ file, output, format, rateHz, force });
    });
  addFormatList(command, 'Formats', importFormatNames, (name) => importFormats[name]);
  addExamples(
    command,
    'pyspy import profile.pb.gz -o profile.trace',
    'pyspy import raw.txt --rate 100 -o raw.trace',
  );
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || !(rate > 0 && rate <= 1e6))
    throw new InvalidArgumentError('It must be a number above 0, at most 1000000.');
  return rate;
}
