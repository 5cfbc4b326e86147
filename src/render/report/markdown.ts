/** Text from a trace as GitHub's markdown, where nothing in it is markup, mentions anyone or ends a table's cell. */
import { showText } from '../words/text.js';

/** Inline code. A code span where that is safe everywhere, else HTML whose signs are numeric references. */
export function codeSpan(text: string): string {
  const shown = showText(text);
  if (/^[^\s`|\\](?:[^`|\\]*[^\s`|\\])?$/.test(shown) && !shown.includes('##[')) return `\`${shown}\``;
  return shown === '' ? '' : `<code>${shown.replace(/[^A-Za-z0-9 ./-]/gu, reference)}</code>`;
}

/** Plain words. Mentions and addresses are broken by a space of no width. */
export function markdownText(text: string): string {
  return showText(text, 2_000)
    .replace(/[\\`*_{}[\]<>#|~&!$^]/g, reference)
    .replace(/@(?=[\w-])/g, '&#64;&#8203;')
    .replace(/:(?=\/\/)|(?<=\bwww)\./gi, (sign) => `${reference(sign)}&#8203;`);
}

function reference(sign: string): string {
  return `&#${sign.codePointAt(0)!};`;
}

/** A table; cells are markdown already, without line breaks. */
export function markdownTable(
  titles: readonly { readonly title: string; readonly right?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return (
    line(titles.map(({ title }) => title)) +
    line(titles.map(({ right }) => (right ? '--:' : '---'))) +
    rows.map(line).join('')
  );
}
