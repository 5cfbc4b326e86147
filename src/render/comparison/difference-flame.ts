/** The differential flame graph of the page, with its buttons, its legend, and what a frame is about. */
import { add } from '../browser/elements.js';
import type { WidthOf } from '../drawing/arrangement.js';
import type { ComparedTree, ComparisonHead } from '../drawing/comparison-data.js';
import type { DiffFrames, Look } from '../drawing/frames.js';
import { hatches, hatchLine, hatchSize } from '../drawing/hatches.js';
import { measures } from '../drawing/measures.js';
import { FlameView } from '../page/flame-view.js';
import { button, html, press, space } from '../page/html.js';
import type { LookedAt } from './looked-at.js';

/** What is told while nothing is pointed at. */
const hint =
  'Point at a frame, or go to one by keyboard, to read what it took in A and in B; a click or Enter zooms to it.';

const rule =
  `Width is the mean of A and B unless the button says otherwise; change is in percentage points. Rows under ` +
  `${100 * measures.slightRow} % are cut.`;

const toggles = {
  inverted: ['Inverted (i)', 'innermost functions first, their callers above them'],
  icicle: ['Root on top (o)', 'the other way up'],
} as const;
type Toggle = keyof typeof toggles;

const widthTexts: Readonly<Record<WidthOf, string>> = {
  union: 'Width: A and B (x)',
  a: 'Width: A only (x)',
  b: 'Width: B only (x)',
};
const nextWidth: Readonly<Record<WidthOf, WidthOf>> = { union: 'a', a: 'b', b: 'union' };

export interface DifferenceFlameActions {
  /** Has it drawn anew with a change. */
  readonly choose: (change: Partial<LookedAt>) => void;
  readonly openSearch: () => void;
}

export class DifferenceFlame {
  readonly tools: readonly Node[];
  readonly contents: readonly Node[];
  readonly #head: ComparisonHead;
  readonly #actions: DifferenceFlameActions;
  readonly #view: FlameView;
  readonly #details = html('div', { class: 'details', role: 'status' }, hint);
  readonly #legend = html('div', { class: 'tools legend' });
  readonly #toggles: Readonly<Record<Toggle, HTMLButtonElement>>;
  readonly #width = button('', () => this.nextWidth(), { class: 'width' });
  #looked: LookedAt | undefined;
  /** What is shown: drawn anew, it keeps the keyboard. */
  #shown = '';

  constructor(head: ComparisonHead, actions: DifferenceFlameActions) {
    this.#head = head;
    this.#actions = actions;
    this.#view = new FlameView({
      details: (text) => this.#tell(text),
      zoomed: (zoom) => this.#zoomed(zoom),
      openSearch: () => actions.openSearch(),
      tooThin: 'frames that the page has no room for: compare a shorter window to see them',
    });
    const make = (name: Toggle): HTMLButtonElement => {
      const [text, title] = toggles[name];
      return button(text, () => this.toggle(name), { class: name, title });
    };
    this.#toggles = { inverted: make('inverted'), icicle: make('icicle') };
    this.tools =
      head.trees === null ? [] : [...Object.values(this.#toggles), this.#width, space(), this.#legend];
    this.contents =
      head.trees === null
        ? [html('p', { class: 'mute' }, 'No samples on either side: nothing to draw.')]
        : [html('p', { class: 'about' }, rule), this.#view.element, this.#details, hatchPatterns()];
  }

  toggle(name: Toggle): void {
    if (this.#looked === undefined) return;
    // The other tree has other frames.
    const zoom = name === 'inverted' ? { zoom: '' } : {};
    this.#actions.choose({ [name]: !this.#looked[name], ...zoom });
  }

  nextWidth(): void {
    if (this.#looked !== undefined) this.#actions.choose({ widthOf: nextWidth[this.#looked.widthOf] });
  }

  draw(looked: LookedAt, isDark: boolean, width: number): void {
    const { trees, legend } = this.#head;
    this.#looked = looked;
    if (trees === null) return;
    const { inverted, icicle, widthOf, zoom, search } = looked;
    for (const name of ['inverted', 'icicle'] as const) press(this.#toggles[name], looked[name]);
    this.#width.textContent = widthTexts[widthOf];
    press(this.#width, widthOf !== 'union');
    this.#legend.replaceChildren(
      ...legend.map(({ light, dark, text }) =>
        html('span', { class: 'key' }, swatch(isDark ? dark : light), text),
      ),
    );
    const shown = [inverted, isDark, widthOf, zoom].join();
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#view.show(framesOf(inverted ? trees.inverted : trees.plain, isDark), search, zoom, widthOf);
    }
    this.#view.draw(icicle, width);
  }

  /** What is searched; the share of the time that it found, or what is wrong with it. */
  search(text: string): { readonly share: number; readonly problem: string } {
    return this.#view.search(text);
  }

  /** It is drawn already, and has the keyboard. */
  #zoomed(zoom: string): void {
    if (this.#looked === undefined) return;
    this.#shown = this.#shown.replace(/[^,]*$/, zoom);
    this.#actions.choose({ zoom });
    this.#view.focus();
  }

  #tell(text: string): void {
    this.#details.textContent = text || hint;
  }
}

function framesOf({ frames, darkLooks }: ComparedTree, isDark: boolean): DiffFrames {
  return isDark ? { ...frames, looks: darkLooks } : frames;
}

/** Patterns that frames and swatches name. */
function hatchPatterns(): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [name, value] of [
    ['class', 'hatches'],
    ['width', '0'],
    ['height', '0'],
    ['aria-hidden', 'true'],
  ] as const)
    svg.setAttribute(name, value);
  const defs = add(svg, 'defs');
  for (const { id, path, stroke, opacity } of hatches) {
    const size = { width: hatchSize, height: hatchSize, patternUnits: 'userSpaceOnUse' };
    const lines = { d: path, stroke, 'stroke-width': hatchLine, 'stroke-opacity': opacity };
    add(add(defs, 'pattern', { id, ...size }), 'path', lines);
  }
  return svg;
}

function swatch([fill, , hatch]: Look): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'swatch');
  for (const paint of [fill, ...(hatch === '' ? [] : [`url(#${hatch})`])])
    add(svg, 'rect', { width: '100%', height: '100%', fill: paint });
  return svg;
}
