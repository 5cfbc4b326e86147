/** The interactive picture: draws the state, and changes it as keys and clicks say. */
import type { PictureData } from '../drawing/frames.js';
import { describeBox } from '../drawing/labels.js';
import { measures } from '../drawing/measures.js';
import { showCounted } from '../words/picture-numbers.js';
import { Bar } from './bar.js';
import { DrawnBoxes } from './drawn-boxes.js';
import { find, set } from './elements.js';
import { fitHeader, placeHeader } from './fitted-header.js';
import { recall, remember } from './history.js';
import { type KeyActions, pressKey } from './keys.js';
import { type Direction, neighbourOf } from './neighbour.js';
import { State } from './state.js';

const minWidth = 320;

export class InteractivePicture {
  readonly #svg: SVGSVGElement;
  readonly #data: PictureData;
  /** Whether the picture is a page of its own, and not a part of one. */
  readonly #isPage: boolean;
  readonly #state: State;
  readonly #drawn: DrawnBoxes;
  readonly #bar: Bar;
  #width: number;
  #height: number;
  /** Upper edge of the frames, under the header. */
  #top = 0;

  constructor(svg: SVGSVGElement, data: PictureData) {
    this.#svg = svg;
    this.#data = data;
    this.#isPage = document.documentElement === (svg as Element);
    this.#width = Number(svg.getAttribute('width'));
    this.#height = Number(svg.getAttribute('height'));
    this.#state = new State(data);
    this.#drawn = new DrawnBoxes(find(svg, '.frames'));
    this.#bar = new Bar(find(svg, '.bar'), this.#state, {
      toggleSearch: () => this.#toggleSearch(),
      zoomOut: () => this.#zoomOut(),
      nextWidth: () => this.#nextWidth(),
      search: (text) => this.#search(text),
      cancel: () => this.#cancelSearch(),
      accept: () => this.#acceptSearch(),
    });
    svg.setAttribute('role', 'group');
    this.#listen();
  }

  /** Draws what the address says. */
  open(): void {
    this.#fitWindow();
    if (this.#isPage) this.#state.goTo(recall());
    this.#draw();
    // With the root at the bottom of a tall picture, that is where reading starts.
    if (this.#isPage && !this.#data.inverted && this.#height > window.innerHeight)
      window.scrollTo(0, this.#height);
    this.#placeBar();
  }

  #listen(): void {
    const { group } = this.#drawn;
    group.addEventListener('click', (event) => this.#zoomAt(event));
    group.addEventListener('mouseover', (event) => this.#showDetails(this.#drawn.indexAt(event)));
    group.addEventListener('mouseleave', () => this.#showDetails(undefined));
    group.addEventListener('focusin', (event) => this.#showDetails(this.#drawn.indexAt(event)));
    const keys: KeyActions = {
      openSearch: () => this.#bar.openSearch(this.#width),
      reset: () => this.#reset(),
      zoom: (event) => this.#zoomAt(event),
      move: (to, event) => this.#move(to, event),
    };
    const listener: Window | SVGSVGElement = this.#isPage ? window : this.#svg;
    listener.addEventListener('keydown', (event) => pressKey(event as KeyboardEvent, keys));
    window.addEventListener('scroll', () => this.#placeBar(), { passive: true });
    window.addEventListener('resize', () => {
      this.#fitWindow();
      this.#draw();
    });
    if (!this.#isPage) return;
    window.addEventListener('popstate', () => {
      this.#state.goTo(recall());
      this.#draw();
    });
  }

  #fitWindow(): void {
    if (!this.#isPage) return;
    this.#width = Math.max(minWidth, document.documentElement.clientWidth || window.innerWidth);
  }

  #draw(): void {
    const boxes = this.#state.boxes(this.#width - 2 * measures.margin);
    const rows = boxes.reduce((most, box) => Math.max(most, box.row + 1), this.#data.rows);
    this.#top = fitHeader(this.#svg, this.#width, this.#data.legendTop);
    this.#height = this.#top + rows * measures.row + measures.bar;
    const size = { width: this.#width, height: this.#height };
    set(this.#svg, { ...size, viewBox: `0 0 ${this.#width} ${this.#height}` });
    set(find(this.#svg, '.paper'), size);
    this.#drawn.draw(boxes, this.#state, (row) => {
      return this.#top + (this.#data.inverted ? row : rows - 1 - row) * measures.row;
    });
    this.#bar.draw(this.#width);
    this.#placeBar();
  }

  /** What is around the frames stays in sight: the bar below, title and legend above where there is room for frames, too. */
  #placeBar(): void {
    this.#bar.place(this.#svg, this.#top, this.#height);
    if (!this.#isPage) return;
    const isRoomy = window.innerHeight > 2 * this.#top + measures.bar;
    placeHeader(this.#svg, isRoomy ? window.scrollY : 0, { width: this.#width, height: this.#top });
  }

  #remember(): void {
    if (this.#isPage) remember(this.#state.place);
  }

  #showDetails(index: number | undefined): void {
    const box = index === undefined ? undefined : this.#drawn.boxes[index];
    if (box) {
      const { head, place, lines } = describeBox(this.#state.tree, box);
      // The place last: it may be long, and what does not fit is cut off there.
      this.#bar.say([head, ...lines, ...(place ? [place] : [])].join(' · '));
    } else this.#bar.say();
    this.#bar.draw(this.#width);
  }

  // Zoom

  #zoomAt(event: Event): boolean {
    const index = this.#drawn.indexAt(event);
    const box = index === undefined ? undefined : this.#drawn.boxes[index];
    if (!box) return false;
    if (this.#state.zoomTo(box)) this.#zoomed();
    else {
      const frames = showCounted(this.#data.line[box.node]!, 'frame');
      this.#bar.say(`${frames} that the picture does not carry: draw a shorter window to see more`);
      this.#bar.draw(this.#width);
    }
    return true;
  }

  #zoomOut(): void {
    this.#state.zoomOut();
    this.#zoomed();
  }

  #zoomed(): void {
    this.#bar.say();
    this.#draw();
    this.#drawn.focus(this.#drawn.current);
    this.#remember();
  }

  #nextWidth(): void {
    this.#state.nextWidth();
    this.#draw();
    this.#remember();
  }

  #move(to: Direction | 'Home', event: Event): boolean {
    const { boxes, current } = this.#drawn;
    const next = to === 'Home' ? 0 : neighbourOf(boxes, current, to, this.#data.inverted);
    if (next === undefined && this.#drawn.indexAt(event) === undefined) return false;
    this.#drawn.focus(next ?? current);
    return true;
  }

  // Search

  #search(text: string): void {
    this.#state.find(text);
    this.#drawn.mark(this.#state);
    this.#bar.draw(this.#width);
    this.#remember();
  }

  #toggleSearch(): void {
    const { pattern, problem } = this.#state.search;
    if (pattern || problem) this.#search('');
    else this.#bar.openSearch(this.#width);
  }

  #cancelSearch(): void {
    this.#bar.closeSearch(this.#width);
    this.#search('');
    this.#drawn.focus(this.#drawn.current);
  }

  #acceptSearch(): void {
    this.#bar.closeSearch(this.#width);
    const { boxes, current } = this.#drawn;
    const first = boxes.findIndex((box) => this.#state.matches.has(box) && !box.below);
    this.#drawn.focus(first < 0 ? current : first);
  }

  #reset(): void {
    this.#bar.closeSearch(this.#width);
    if (this.#state.search.text) this.#search('');
    this.#zoomOut();
  }
}
