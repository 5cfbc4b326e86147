/** `pyspy ps`: the running Python processes, and whether they can be read. */
import type { Command } from 'commander';
import { tellError } from '../run/output/notes.js';
import { requireRecorder } from '../run/processes/recorder.js';
import { present } from './line/present.js';
import { addExamples, addJsonOption } from './options/common.js';

export function registerPs(program: Command): void {
  const command = program
    .command('ps')
    .description('list running Python processes, and whether they can be read');
  addExamples(command, 'pyspy ps', 'pyspy ps --json');
  addJsonOption(command).action((options: { readonly json?: boolean }) => ps(options));
}

async function ps(options: { readonly json?: boolean }): Promise<void> {
  requireRecorder();
  const { runPs } = await import('../run/processes/ps.js');
  const { shown, refusals } = runPs();
  await present(shown, options);
  if (!options.json) for (const refusal of refusals) tellError(refusal);
}
