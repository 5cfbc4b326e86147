/** The list of keys. */
import { toggles } from '../figures/toggles.js';
import { button, html } from './html.js';

/** Keys, each with what it does. */
export type KeyList = readonly (readonly [keys: string, what: string])[];

const pageKeys: KeyList = [
  ['/', 'search functions and files, as a regular expression; Escape ends it'],
  [
    's',
    'callers and callees: of the frame or the row that is pointed at, else of the first row; again: all functions',
  ],
  ['f', 'source file, likewise; again: closes it'],
  ...Object.values(toggles).map(([key, name, what]) => [key, `${name}: ${what}`] as const),
  ['d', 'dark, light, as the system has it'],
  ['w', 'all of the time again: no window'],
  ['Tab', 'to timeline, heat map, flame graph, table'],
  ['timeline: ← →', 'move the window, with Shift its end'],
  ['timeline: + − 0', 'zoom; so does the wheel with Ctrl. Enter zooms to the window'],
  ['heat map: arrows, Enter', 'go to a moment; Enter begins a window there and ends it'],
  ['flame graph: arrows, Enter', 'go to a frame, zoom to it; Escape zooms out; Ctrl-C copies the name'],
  ['?', 'this list'],
];

/** A dialog with all keys. */
export function helpDialog(keys: KeyList = pageKeys): HTMLDialogElement {
  const list = html('dl');
  for (const [key, what] of keys) list.append(html('dt', {}, key), html('dd', {}, what));
  const dialog = html('dialog', { 'aria-label': 'Keys' }, html('h2', {}, 'Keys'), list);
  dialog.append(button('Close', () => dialog.close()));
  return dialog;
}
