/** `pyspy verify FILE`: whether a trace is what docs/format.md says, and what of it is not. */
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import type { VerifyResult } from '../format/verify/verify.js';
import { addExamples, addJsonOption } from './options.js';
import { isColoured, outputWidth, printJson, printText } from './output.js';
import { startWorkProgress } from './progress.js';

export function registerVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('check every rule of the format in a trace, and say what is wrong and where')
    .argument('<file>', 'trace, written by "pyspy record"');
  addExamples(command, 'pyspy verify run.trace');
  addJsonOption(command).action((file: string, options: { json?: boolean }) => runVerify(file, options));
}

async function runVerify(file: string, options: { json?: boolean }): Promise<void> {
  const { verifyTrace } = await import('../format/verify/verify.js');
  const progress = startWorkProgress(`verifying ${file}`);
  let result: VerifyResult;
  try {
    result = await verifyTrace(file, progress.report);
  } finally {
    progress.end();
  }
  await (options.json ? printJson(result) : printText(await renderResult(result)));
  if (!result.ok) {
    const count = result.problems_total;
    throw new PyspyError('trace', `${file} is damaged: ${count} ${count === 1 ? 'problem' : 'problems'}`, {
      hint: 'Copy it again from where it was recorded; "pyspy cut" can save the windows that can be read.',
    });
  }
}

async function renderResult(result: VerifyResult): Promise<string> {
  const { escapeTerminal } = await import('../render/terminal/terminal.js');
  const { renderTable } = await import('../render/terminal/table.js');
  const { checked, problems } = result;
  const counts = Object.entries(checked).map(
    ([noun, count]) => `${count} ${count === 1 ? singular(noun) : noun}`,
  );
  const notes = result.notes.map((note) => `note: ${escapeTerminal(note)}\n`).join('');
  const head =
    `${escapeTerminal(result.file)}: ${result.ok ? 'no rule of the format is broken' : `${result.problems_total} problems`}` +
    `\nlooked at ${counts.join(', ')}\n${notes}`;
  if (result.ok) return head;
  const table = renderTable(
    [{ title: 'table' }, { title: 'row', fit: 'end' }, { title: 'what is wrong', fit: 'end' }],
    problems.map(({ table, row, what }) => [table, String(row ?? ''), what]),
    // What is wrong is never cut: a pipe takes it as long as it is.
    { columns: Math.max(outputWidth(), 400), colour: isColoured() },
  );
  const more = result.problems_total - problems.length;
  return `${head}\n${table}${more > 0 ? `and ${more} more\n` : ''}`;
}

function singular(noun: string): string {
  return noun
    .replace(/esses$/, 'ess')
    .replace(/ches$/, 'ch')
    .replace(/s$/, (end, at) => (noun[at - 1] === 's' ? end : ''));
}
