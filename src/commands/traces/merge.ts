/** `pyspy merge A B … -o OUT`: recordings of several runs, processes or hosts as one trace. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import { addExamples } from '../options/common.js';

interface MergeOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly align: 'utc' | 'zero';
}

export function registerMerge(program: Command): void {
  const command = program
    .command('merge')
    .description('write several traces (runs, processes, hosts) as one')
    .argument('<files...>', 'traces, two or more')
    .requiredOption('-o, --output <file>', 'trace to write')
    .addOption(
      new Option('--align <how>', 'put them on one time line by UTC time, or each from zero')
        .choices(['utc', 'zero'])
        .default('utc'),
    )
    .option('-f, --force', 'replace it if it exists')
    .action((files: string[], options: MergeOptions) => merge(files, options));
  addExamples(command, 'pyspy merge worker1.trace worker2.trace -o all.trace');
}

async function merge(files: string[], { output, align, force = false }: MergeOptions): Promise<void> {
  if (files.length < 2)
    throw new PyspyError('usage', 'merge needs two traces or more', { hint: 'pyspy merge A B -o OUT' });
  const { runMerge } = await import('../../run/traces/merge.js');
  await runMerge({ files, output, align, force });
}
