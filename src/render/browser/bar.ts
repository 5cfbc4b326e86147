/** The bar at the lower edge: details of a box, what a search found, and buttons. */
import { measures, round } from '../drawing/measures.js';
import { showPercent } from '../words/picture-numbers.js';
import { fitText } from '../words/text.js';
import { Button } from './button.js';
import { add } from './elements.js';
import { addSearchField, fieldWidth, type SearchActions } from './search-field.js';
import type { State } from './state.js';

export interface BarActions extends SearchActions {
  /** Opens the field, or clears what is searched. */
  readonly toggleSearch: () => void;
  readonly zoomOut: () => void;
  readonly nextWidth: () => void;
}

const widthWords = { union: 'Width: A and B', a: 'Width: A only', b: 'Width: B only' };

/** Pixels of a character, plain and bold. */
const cells = { plain: 6.4, bold: 7.6 };

export class Bar {
  readonly #group: SVGGraphicsElement;
  readonly #state: State;
  readonly #actions: BarActions;
  /** What stands there while nothing is pointed at. */
  readonly #note: string;
  readonly #paper: SVGRectElement;
  readonly #details: SVGTextElement;
  readonly #matched: SVGTextElement;
  readonly #buttons: { readonly search: Button; readonly zoomOut: Button; readonly width: Button };
  #field: SVGForeignObjectElement | undefined;
  #text: string;

  constructor(group: SVGGraphicsElement, state: State, actions: BarActions) {
    this.#group = group;
    this.#state = state;
    this.#actions = actions;
    this.#note = group.textContent ?? '';
    this.#text = this.#note;
    group.replaceChildren();
    this.#paper = add(group, 'rect', { height: measures.bar, fill: '#fff', 'fill-opacity': 0.94 });
    const words = { y: 22, 'font-size': 11, role: 'status' };
    this.#details = add(group, 'text', { ...words, x: measures.margin, fill: '#333', class: 'details' });
    const bold = { 'font-weight': 'bold', 'text-anchor': 'end' };
    this.#matched = add(group, 'text', { ...words, ...bold, class: 'matched' });
    this.#buttons = {
      search: new Button(group, actions.toggleSearch),
      zoomOut: new Button(group, actions.zoomOut),
      width: new Button(group, actions.nextWidth),
    };
  }

  /** Shows a text, or the note. It is seen once the bar is drawn. */
  say(text = this.#note): void {
    this.#text = text;
  }

  /** Opens the field and gives it the keyboard. */
  openSearch(width: number): void {
    if (this.#field) return;
    this.#field = addSearchField(this.#group, this.#state.search.text, this.#actions);
    this.draw(width);
    this.#field.querySelector('input')?.focus();
  }

  closeSearch(width: number): void {
    this.#field?.remove();
    this.#field = undefined;
    this.draw(width);
  }

  /** @param width of the picture in pixels */
  draw(width: number): void {
    const { search, isZoomed, tree, widthOf, matches } = this.#state;
    const found = search.pattern !== undefined;
    const clears = found || search.problem !== '';
    this.#paper.setAttribute('width', String(width));
    let x = width - measures.margin;
    x = this.#buttons.search.place(x, this.#field ? '' : clears ? 'Clear search' : 'Search (/)');
    if (this.#field) {
      x -= fieldWidth;
      this.#field.setAttribute('x', String(x));
      x -= 8;
    }
    x = this.#buttons.zoomOut.place(x, isZoomed ? 'Reset zoom' : '');
    x = this.#buttons.width.place(x, tree.frames.kind === 'diff' ? widthWords[widthOf] : '');
    this.#matched.setAttribute('x', String(x));
    this.#matched.setAttribute('fill', search.problem ? '#b00020' : '#000');
    const words = search.problem || (found ? `${showPercent(matches.share())} matched` : '');
    const room = x - measures.margin;
    this.#matched.textContent = fitText(words, Math.floor(room / cells.bold));
    const rest = room - (words ? words.length * cells.bold + 16 : 0);
    this.#details.textContent = fitText(this.#text, Math.floor(rest / cells.plain));
  }

  /** Keeps the bar at the lower edge of what can be seen of a picture. @param top upper edge of its frames */
  place(svg: SVGSVGElement, top: number, height: number): void {
    const seen = svg.getBoundingClientRect();
    const zoomed = seen.height > 0 ? height / seen.height : 1;
    const bottom = (window.innerHeight - seen.top) * zoomed;
    const y = Math.max(top, Math.min(height, bottom) - measures.bar);
    this.#group.setAttribute('transform', `translate(0,${round(y)})`);
  }
}
