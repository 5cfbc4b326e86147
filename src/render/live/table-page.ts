/** The live view's table. */
import { rowCells, rowColumns } from '../terminal/row-names.js';
import { renderTable, type TableColumn } from '../terminal/table.js';
import type { TerminalStyle } from '../terminal/terminal.js';
import { fitText, padTo } from '../words/text.js';
import { percentDigits, secondsDigits } from '../words/text-numbers.js';
import { type LiveScreen, type LiveSorting, rowsThatFit, type ScreenSize } from './live-screen.js';
import { sparkline } from './sparkline.js';

const historyCells = 20;

export function tableLines(screen: LiveScreen, size: ScreenSize, style: TerminalStyle): string[] {
  const { figures, sort } = screen;
  const { stretchNs, by } = figures!;
  const isWide = size.columns >= 70;
  const hasHistory = size.columns >= 110;
  const titleOf = (key: LiveSorting, title: string): TableColumn => ({
    title: sort === key ? `${title}*` : title,
    align: 'right',
  });
  const columns: TableColumn[] = [
    titleOf('self', 'self %'),
    titleOf('total', 'total %'),
    ...(isWide ? [titleOf('selfSince', 'self s'), titleOf('totalSince', 'total s')] : []),
    ...(hasHistory ? [{ title: `last ${historyCells} intervals` }] : []),
    ...rowColumns(by),
  ];
  const shown = screen.rows.slice(screen.first, screen.first + rowsThatFit(size));
  const cells = shown.map((row) => [
    percentDigits(row.self / stretchNs),
    percentDigits(row.total / stretchNs),
    ...(isWide ? [secondsDigits(row.selfSince), secondsDigits(row.totalSince)] : []),
    ...(hasHistory ? [sparkline(screen.history.get(row.key) ?? [], historyCells)] : []),
    ...rowCells(row.row, screen.shorten),
  ]);
  const [title = '', ...lines] = renderTable(columns, cells, { columns: size.columns })
    .trimEnd()
    .split('\n')
    .map((line) => fitText(line, size.columns));
  const painted = lines.map((line, at) => {
    if (at === screen.selected - screen.first && size.hasStyles)
      return style.inverse(padTo(line, size.columns));
    return shown[at]!.total === 0 ? style.dim(line) : line;
  });
  if (shown.length > 0) return [style.bold(title), ...painted];
  const reason =
    figures!.rows.length > 0
      ? 'No row matches the filter.'
      : 'Nothing passed the filters; idle threads are left out (i shows them).';
  return [style.bold(title), fitText(reason, size.columns)];
}
