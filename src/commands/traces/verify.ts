/** `pyspy verify FILE`: whether a trace is what docs/format.md says, and what of it is not. */
import type { Command } from 'commander';
import { PyspyError } from '../../errors.js';
import { present } from '../line/present.js';
import { addExamples, addJsonOption } from '../options/common.js';

export function registerVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('check a trace against every rule of the format, and say what is wrong and where')
    .argument('<file>', 'trace, written by "pyspy record"');
  addExamples(command, 'pyspy verify run.trace');
  addJsonOption(command).action((file: string, options: { json?: boolean }) => verify(file, options));
}

async function verify(file: string, options: { readonly json?: boolean }): Promise<void> {
  const { runVerify } = await import('../../run/traces/verify.js');
  const result = await runVerify(file);
  await present({ kind: 'verify', result }, options);
  if (result.ok) return;
  const count = result.problems_total;
  throw new PyspyError('trace', `${file} is damaged: ${count} ${count === 1 ? 'problem' : 'problems'}`, {
    hint: 'Copy it again from where it was recorded; "pyspy cut" can save the windows that can be read.',
  });
}
