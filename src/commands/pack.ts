/** `pyspy pack FILE`: a trace as one compact file, also of a recording that crashed or still goes on. */
import type { Command } from 'commander';
import { addExamples } from './options.js';
import { withTrace } from './output.js';
import { writeTrace } from './trace-output.js';

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
    .action((file: string, options: PackOptions) => runPack(file, options));
  addExamples(command, 'pyspy pack run.trace -o packed.trace');
}

async function runPack(file: string, options: PackOptions): Promise<void> {
  await withTrace(file, (reader) => {
    const path = options.output ?? `${file.replace(/\.trace$/, '')}.packed.trace`;
    return writeTrace(
      { path, force: options.force ?? false, replacesInput: true },
      [reader],
      (assembly, onProgress) => assembly.add(reader, { window: null, shiftNs: 0 }, onProgress),
    );
  });
}
