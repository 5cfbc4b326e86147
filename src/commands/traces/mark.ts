/** `pyspy mark FILE NAME`: gives a moment of a recording a name. */
import type { Command } from 'commander';
import { addExamples } from '../options/common.js';

export function registerMark(program: Command): void {
  const command = program
    .command('mark')
    .description('name a moment of a recording, for --from and --to')
    .argument('<file>', 'trace, written by "pyspy record"; it may still be recorded')
    .argument('<name>', 'what to call the moment')
    .option('--at <time>', 'the moment, in the forms of --from (default: now, while it is recorded)')
    .action(async (file: string, name: string, { at }: { at?: string }) => {
      const { runMark } = await import('../../run/traces/mark.js');
      await runMark({ file, name, at });
    });
  addExamples(command, 'pyspy mark run.trace warm --at 12.5s', 'pyspy top run.trace --from warm');
}
