/** `pyspy cut FILE --from TIME --to TIME -o OUT`: a window of a recording as a smaller trace. */
import type { Command } from 'commander';
import { addExamples, addWindowOptions, type WindowOptions } from '../options/common.js';

interface CutOptions extends WindowOptions {
  readonly output: string;
  readonly force?: boolean;
}

export function registerCut(program: Command): void {
  const command = program
    .command('cut')
    .description('write a window of a recording as a smaller trace')
    .argument('<file>', 'trace, written by "pyspy record"')
    .requiredOption('-o, --output <file>', 'trace to write')
    .option('-f, --force', 'replace it if it exists');
  addExamples(command, 'pyspy cut run.trace --from 10s --to 20s -o part.trace');
  addWindowOptions(command).action(async (file: string, options: CutOptions) => {
    const { runCut } = await import('../../run/traces/cut.js');
    const { output, force = false } = options;
    await runCut({ file, window: options, output, force });
  });
}
