/** Rows of a query as a table. */

import { renderTable } from '../terminal/table.js';
import { counted } from '../words/text-numbers.js';
import type { TextLayout } from './text-layout.js';

export interface QueryRows {
  readonly columns: readonly {
    readonly title: string;
    /** Whether it holds nothing but numbers. */
    readonly isNumeric: boolean;
  }[];
  readonly rows: readonly (readonly string[])[];
  /** Whether there are more rows than these. */
  readonly hasMore: boolean;
}

export function renderQueryRows(
  { columns, rows, hasMore }: QueryRows,
  { width, colour }: TextLayout,
): string {
  const count = rows.length;
  const table = renderTable(
    columns.map(({ title, isNumeric }) =>
      isNumeric && count > 0 ? { title, align: 'right' } : { title, fit: 'end' },
    ),
    rows,
    { columns: width, colour },
  );
  const note = hasMore
    ? `the first ${counted(count, 'row')}; LIMIT chooses others, --csv and --json have all\n`
    : `${counted(count, 'row')}\n`;
  return `${table}\n${note}`;
}
