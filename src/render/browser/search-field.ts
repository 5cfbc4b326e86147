/** Where a search is typed. A real input has a caret, selection, clipboard and input methods; SVG has none of its own. */
import { add } from './elements.js';

export const fieldWidth = 240;

const style =
  'box-sizing:border-box;width:240px;height:22px;margin:0;padding:1px 6px;border:1px solid #666;border-radius:4px;background:#fff;color:#000;font:12px monospace';

export interface SearchActions {
  /** At each key. */
  readonly search: (text: string) => void;
  readonly cancel: () => void;
  readonly accept: () => void;
}

/** Adds the field to the bar and gives it the keyboard. */
export function addSearchField(bar: Element, text: string, actions: SearchActions): SVGForeignObjectElement {
  const field = add(bar, 'foreignObject', { y: 6, width: fieldWidth, height: 24 });
  const input = document.createElementNS('http://www.w3.org/1999/xhtml', 'input') as HTMLInputElement;
  input.setAttribute('type', 'text');
  input.setAttribute('aria-label', 'Search frames with a regular expression');
  input.setAttribute('placeholder', 'regular expression, Esc to close');
  input.setAttribute('style', style);
  input.value = text;
  input.addEventListener('input', () => actions.search(input.value));
  input.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') actions.cancel();
    else if (event.key === 'Enter') actions.accept();
  });
  field.append(input);
  return field;
}
