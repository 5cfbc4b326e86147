/** The flame graph of the window, or callers and callees of one function; its search, and what a frame is about. */
import type { Palette } from '../figures/palette.js';
import type { Recording } from '../figures/recording.js';
import type { Selection } from '../figures/selection.js';
import type { WindowFigures } from '../figures/window-figures.js';
import { showPercent, showSeconds } from '../words/picture-numbers.js';
import { FlameView } from './flame-view.js';
import { button, html } from './html.js';

/** What is told while nothing is pointed at. */
const hint =
  'Point at a frame, or go to one by keyboard, to read its time here; a click or Enter zooms to it; s shows its callers and callees.';

/** Between the zooms of both graphs, in the address. */
const between = '_';

export interface FlameSectionActions {
  /** Remembers what was searched, or zoomed to. */
  readonly remember: (change: Pick<Partial<Selection>, 'search' | 'zoom'>) => void;
  /** Has what was searched drawn everywhere. */
  readonly searched: () => void;
  /** Goes back to all functions. */
  readonly showAll: () => void;
}

export class FlameSection {
  readonly tools: readonly Node[];
  readonly contents: readonly Node[];
  readonly #recording: Recording;
  readonly #actions: FlameSectionActions;
  /** Of all functions, or of what the one called. */
  readonly #graph: FlameView;
  readonly #callers: FlameView;
  readonly #graphs = html('div');
  readonly #details = html('div', { class: 'details', role: 'status' }, hint);
  readonly #matched = html('span', { class: 'mute matched', role: 'status' });
  readonly #search = html('input', {
    type: 'search',
    size: 20,
    placeholder: 'search (/)',
    'aria-label': 'Search',
  });
  #zooms: readonly [callees: string, callers: string] = ['', ''];
  #hasCallers = false;

  constructor(recording: Recording, actions: FlameSectionActions) {
    this.#recording = recording;
    this.#actions = actions;
    const view = (place: 0 | 1) =>
      new FlameView({
        details: (text) => this.tell(text),
        zoomed: (zoom) => this.#zoomed(place, zoom),
        openSearch: () => this.focusSearch(),
      });
    this.#graph = view(0);
    this.#callers = view(1);
    this.tools = [this.#matched, this.#search];
    this.contents = [this.#graphs, this.#details];
    this.#search.addEventListener('input', () => this.#searchFor(this.#search.value));
    this.#search.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape') return;
      this.#searchFor('');
      this.#search.blur();
    });
  }

  focusSearch(): void {
    this.#search.focus();
  }

  /** Brings the graphs into sight, and the keyboard to them. */
  focus(): void {
    this.#graph.focus();
    this.#graphs.scrollIntoView({ block: 'nearest' });
  }

  /** Tells about something; of nothing how to be told more. */
  tell(text: string): void {
    this.#details.textContent = text || hint;
  }

  /** Index of the function that is pointed at, or has the keyboard; -1 for none. */
  pointedAt(): number {
    const found = this.#hasCallers ? this.#callers.pointedAt : -1;
    return found >= 0 ? found : this.#graph.pointedAt;
  }

  #searchFor(search: string): void {
    this.#actions.remember({ search });
    this.#actions.searched();
  }

  #zoomed(place: 0 | 1, zoom: string): void {
    this.#zooms = place === 0 ? [zoom, this.#zooms[1]] : [this.#zooms[0], zoom];
    const [callees, callers] = this.#zooms;
    this.#actions.remember({ zoom: callers === '' ? callees : `${callees}${between}${callers}` });
  }

  draw(figures: WindowFigures, selection: Selection, palette: Palette, width: number): void {
    const { search, zoom, icicle, calls } = selection;
    const [ofGraph = '', ofCallers = ''] = zoom.split(between);
    this.#zooms = [ofGraph, ofCallers];
    const of = this.#recording.functionNamed(calls);
    this.#hasCallers = of >= 0;
    if (of < 0) {
      this.#graphs.replaceChildren(this.#graph.element);
      this.#graph.show(figures.frames(selection, palette), search, ofGraph);
      this.#graph.draw(icicle, width);
      return;
    }
    const { callers, callees } = figures.sandwich(selection, palette, of);
    const us = callees.values.time[0]!;
    const graphs = [
      html('p', { class: 'mute' }, 'Callers'),
      this.#callers.element,
      html('p', { class: 'mute' }, 'Callees'),
      this.#graph.element,
    ];
    this.#graphs.replaceChildren(this.#headOf(of, us, figures.allUs), ...(us > 0 ? graphs : []));
    this.#callers.show(callers, search, ofCallers);
    this.#graph.show(callees, search, ofGraph);
    this.#callers.draw(false, width);
    this.#graph.draw(true, width);
  }

  #headOf(of: number, us: number, allUs: number): HTMLElement {
    const { name, file, line } = this.#recording.functions[of]!;
    const place = file === '' ? '' : ` (${line > 0 ? `${file}:${line}` : file})`;
    const time = us > 0 ? `${showSeconds(us / 1e6)}, ${showPercent(us / allUs)} of the time` : 'no time here';
    return html(
      'p',
      { class: 'tools calls' },
      html('b', {}, name),
      html('span', { class: 'mute' }, `${place} · ${time}`),
      button('All functions (s)', () => this.#actions.showAll(), { class: 'whole' }),
    );
  }

  /** Shows what a search finds. */
  drawSearch(search: string): void {
    if (this.#search.value !== search) this.#search.value = search;
    const { share, problem } = this.#graph.search(search);
    const ofCallers = this.#hasCallers ? this.#callers.search(search).share : 0;
    const found = this.#hasCallers
      ? `${showPercent(ofCallers)} of callers, ${showPercent(share)} of callees matched`
      : `${showPercent(share)} matched`;
    this.#matched.textContent = problem || (search === '' ? '' : found);
  }
}
