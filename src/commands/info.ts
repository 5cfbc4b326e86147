/** `pyspy info FILE`: what a trace holds. */
import type { Command } from 'commander';
import { present } from './line/present.js';
import { addExamples, addJsonOption } from './options/common.js';

export function registerInfo(program: Command): void {
  const command = program
    .command('info')
    .description('show what a trace holds: program, time, counts, threads')
    .argument('<file>', 'trace, written by "pyspy record"');
  addExamples(command, 'pyspy info run.trace', 'pyspy info run.trace --json');
  addJsonOption(command).action(async (file: string, options: { json?: boolean }) => {
    const { runInfo } = await import('../run/replay/info.js');
    await present(await runInfo(file), options);
  });
}
