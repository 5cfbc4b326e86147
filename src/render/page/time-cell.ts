/** A cell of a table with a time and its share, and a bar as long as that. */
import { showPercent, showSeconds } from '../words/picture-numbers.js';
import { html } from './html.js';

/** @param allUs what the share is of, above 0 */
export function timeCell(us: number, allUs: number): HTMLTableCellElement {
  const share = us / allUs;
  const bar = html('i');
  bar.style.width = `${Math.min(100, share * 100)}%`;
  return html(
    'td',
    { class: 'number' },
    bar,
    html('span', {}, `${showSeconds(us / 1e6)} ${showPercent(share)}`),
  );
}
