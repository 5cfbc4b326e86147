/** `pyspy pack FILE`: a trace as one compact file, also of a recording that crashed or still goes on. */
import type { Command } from 'commander';
import { addExamples } from '../options/common.js';

interface PackOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export function registerPack(program: Command): void {
  const command = program
    .command('pack')
    .description('write a trace as one compact file, also of a crashed or running recording')
    .argument('<file>', 'trace, written by "pyspy record"')
    .option('-o, --output <file>', 'trace to write (default: the name with .packed.trace)')
    .option('-f, --force', 'replace it if it exists, also the file itself')
    .action(async (file: string, options: PackOptions) => {
      const { runPack } = await import('../../run/traces/pack.js');
      const { output = `${file.replace(/\.trace$/, '')}.packed.trace`, force = false } = options;
      await runPack({ file, output, force });
    });
  addExamples(command, 'pyspy pack run.trace -o packed.trace');
}
