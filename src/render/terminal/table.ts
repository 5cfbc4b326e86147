/** A table for the terminal: aligned columns, the flexible one fitted to the width. */

import { displayWidth, escapeText, type FitSide, fitName, fitText } from '../words/text.js';
import { createStyle } from './terminal.js';

export interface TableColumn {
  readonly title: string;
  /** Default left; numbers read best right-aligned. */
  readonly align?: 'left' | 'right';
  /** Marks the column that takes the room left over, and says which side of its text gives way; "name": outer classes. */
  readonly fit?: FitSide | 'name';
}

export interface TableOptions {
  /** Width of the terminal in cells; 80 by default. */
  readonly columns?: number;
  /** Bold titles. Default false. */
  readonly colour?: boolean;
  /** How a row is painted where there is colour; by its position. */
  readonly paintOf?: (row: number) => ((text: string) => string) | undefined;
}

const gap = '  ';
/** A flexible column is never made narrower than this, in cells: on a tiny terminal lines wrap instead. */
const minFlexible = 8;

/**
 * Prints rows under their titles, one line a row, each line ended by a newline and none with trailing spaces.
 * Cells are escaped here. Several columns with `fit` share the width, the widest giving way first.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const cells = rows.map((row) => columns.map((_, at) => escapeText(row[at] ?? '')));
  const titles = columns.map((column) => escapeText(column.title));
  const widths = fitWidths(columns, [titles, ...cells], options.columns ?? 80);
  const style = createStyle(options.colour ?? false);
  const lines = [
    style.bold(line(columns, titles, widths)),
    ...cells.map((row, at) => {
      const text = line(columns, row, widths);
      return options.paintOf?.(at)?.(text) ?? text;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function fitWidths(columns: readonly TableColumn[], rows: readonly string[][], room: number): number[] {
  const widths = columns.map((_, at) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[at]!)), 0),
  );
  const sum = () => widths.reduce((total, width) => total + width, gap.length * (widths.length - 1));
  for (let excess = sum() - room; excess > 0; excess = sum() - room) {
    const flexible = columns.flatMap(({ fit }, at) => (fit && widths[at]! > minFlexible ? [at] : []));
    if (flexible.length === 0) break;
    const byWidth = flexible.map((at) => widths[at]!).sort((a, b) => b - a);
    const widest = byWidth[0]!;
    const at = widths.findIndex((width, index) => width === widest && flexible.includes(index));
    // Down to the next widest, one cell under it at least, so that every round makes progress.
    const floor = Math.max(minFlexible, Math.min(widest - 1, byWidth[1] ?? 0));
    widths[at] = Math.max(floor, widest - excess);
  }
  return widths;
}

function line(columns: readonly TableColumn[], cells: readonly string[], widths: readonly number[]): string {
  return columns
    .map(({ align, fit }, at) => {
      const [cell, width] = [cells[at]!, widths[at]!];
      const text = fit === 'name' ? fitName(cell, width) : fitText(cell, width, fit ?? 'end');
      const padding = ' '.repeat(widths[at]! - displayWidth(text));
      return align === 'right' ? padding + text : text + padding;
    })
    .join(gap)
    .trimEnd();
}
