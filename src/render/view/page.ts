/** The page of a recording: its data as bytes, in a file with its script. */
import { packColumns } from '../drawing/number-columns.js';
import { columnNames, type PageColumns, type PageHead } from '../drawing/page-data.js';
import { renderDocument } from './document.js';
import { pageStyle } from './style.js';

/**
 * Writes the page.
 * @returns text of HTML, ASCII but for the title
 */
export function renderPage(head: PageHead, columns: PageColumns): string {
  const data = packColumns(
    head,
    columnNames.map((name) => columns[name]),
  );
  return renderDocument({
    ...{ title: head.title, script: 'render/page/main.js', style: pageStyle, data },
    // A page that is served asks its own server for source files.
    asks: head.isServed,
  });
}
