/** `pyspy cut FILE --from TIME --to TIME -o OUT`: a window of a recording as a smaller trace. */
import type { Command } from 'commander';
import { addExamples, addWindowOptions, type WindowOptions } from './options.js';
import { withTrace } from './output.js';
import { writeTrace } from './trace-output.js';

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
  addWindowOptions(command).action((file: string, options: CutOptions) => runCut(file, options));
}

async function runCut(file: string, options: CutOptions): Promise<void> {
  const { resolveWindow } = await import('../replay/window.js');
  const { noSamples } = await import('../replay/fold.js');
  await withTrace(file, async (reader) => {
    const window = resolveWindow(reader, options.from, options.to);
    const output = { path: options.output, force: options.force ?? false, replacesInput: false };
    await writeTrace(output, [reader], async (assembly, onProgress) => {
      const samples = await assembly.add(reader, { window, shiftNs: 0 }, onProgress);
      if (samples === 0) throw noSamples(reader, window);
      return samples;
    });
  });
}
