/** Tables for a terminal and for Markdown, and figures short enough for them. */

/**
 * @typedef {object} Table
 * @property {string} title
 * @property {string[]} columns
 * @property {string[][]} rows
 */

/** @param {Table} table */
export function textTable({ title, columns, rows }) {
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  return [title, line(columns), ...rows.map(line)].map((text) => text.trimEnd()).join('\n');
}

/** @param {Table} table */
export function markdownTable({ title, columns, rows }) {
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    ...(title === '' ? [] : [`**${title}**`, '']),
    line(columns),
    `|${columns.map((_, at) => (at === 0 ? '---' : '--:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** Three digits that count; "–" for what was not measured. @param {number | null | undefined} value */
export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** A share as percent. @param {number | null | undefined} value */
export function percent(value) {
  return value === null || value === undefined ? '–' : `${figure(value * 100)} %`;
}
