/** One side of a comparison: what ran, and the figures of each of its runs. */
import type { ComparedSide } from '../drawing/comparison-data.js';
import { html } from '../page/html.js';
import { showCounted } from '../words/picture-numbers.js';

const headings = ['file', 'window', 'samples', 'time', 'keep in mind'];

/** @param isOpen whether its runs are listed at first */
export function sideDetails({ letter, role, commands, runs }: ComparedSide, isOpen: boolean): HTMLElement {
  const count = runs.length > 1 ? `, ${showCounted(runs.length, 'run')}` : '';
  const summary = html(
    'summary',
    {},
    html('b', {}, letter),
    `${role}${count}: `,
    html('span', { class: 'command' }, commands.join(' · ')),
  );
  const head = html('tr', {}, ...headings.map((text) => html('th', { scope: 'col' }, text)));
  const rows = runs.map(({ file, window, samples, time, doubts }) =>
    html('tr', {}, ...[file, window, samples, time, doubts].map((text) => html('td', { title: text }, text))),
  );
  const table = html('table', { class: 'runs' }, html('thead', {}, head), html('tbody', {}, ...rows));
  return html('details', { open: isOpen }, summary, table);
}
