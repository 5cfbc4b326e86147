/** What a check of a trace found, as text. */
import type { VerifyResult } from '../../format/verify/verify.js';
import { renderTable } from '../terminal/table.js';
import { escapeTerminal } from '../terminal/terminal.js';
import { counted } from '../words/text-numbers.js';
import type { TextLayout } from './text-layout.js';

export function renderVerify(result: VerifyResult, { width, colour }: TextLayout): string {
  const { checked, problems } = result;
  const counts = Object.entries(checked).map(
    ([noun, count]) => `${count} ${count === 1 ? singular(noun) : noun}`,
  );
  const notes = result.notes.map((note) => `note: ${escapeTerminal(note)}\n`).join('');
  const head =
    `${escapeTerminal(result.file)}: ${result.ok ? 'valid' : counted(result.problems_total, 'problem')}` +
    `\nchecked ${counts.join(', ')}\n${notes}`;
  if (result.ok) return head;
  const table = renderTable(
    [{ title: 'table' }, { title: 'row', fit: 'end' }, { title: 'what is wrong', fit: 'end' }],
    problems.map(({ table, row, what }) => [table, String(row ?? ''), what]),
    // What is wrong is never cut: a pipe takes it as long as it is.
    { columns: Math.max(width, 400), colour },
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
