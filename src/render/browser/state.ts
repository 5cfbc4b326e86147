/** What a picture shows: the zoomed frame, the measure of widths, the search; and what follows from these. */
import { type Arrangement, arrange, type WidthOf } from '../drawing/arrangement.js';
import { type Box, layOut, type View, wholeView } from '../drawing/boxes.js';
import { type Frames, isHidden } from '../drawing/frames.js';
import { Matches, parseSearch, type Search } from './search.js';

/** Boxes drawn at once at most. */
const maxBoxes = 6000;

/** What of the state an address can hold. */
export interface Place {
  readonly view: View;
  readonly widthOf: WidthOf;
  readonly search: string;
}

export class State {
  readonly #frames: Frames;
  #view = wholeView;
  #widthOf: WidthOf = 'union';
  #tree: Arrangement;
  #search = parseSearch('');
  #matches: Matches;

  constructor(frames: Frames) {
    this.#frames = frames;
    this.#tree = arrange(frames, this.#widthOf);
    this.#matches = new Matches(this.#tree, this.#search);
  }

  get tree(): Arrangement {
    return this.#tree;
  }
  get widthOf(): WidthOf {
    return this.#widthOf;
  }
  get search(): Search {
    return this.#search;
  }
  get matches(): Matches {
    return this.#matches;
  }
  get isZoomed(): boolean {
    return this.#view.node !== 0 || this.#view.first >= 0;
  }
  get place(): Place {
    return { view: this.#view, widthOf: this.#widthOf, search: this.#search.text };
  }

  /** The boxes that are shown. @param inner pixels of the widest one */
  boxes(inner: number): Box[] {
    return layOut(this.#tree, this.#view, inner, maxBoxes);
  }

  /** Zooms to a frame, or to what a box gathers. False for frames that the picture does not carry. */
  zoomTo({ node, from, to }: Box): boolean {
    if (to < 0 && isHidden(this.#frames, node)) return false;
    this.#view = { node, first: to < 0 ? -1 : this.#tree.order[from]! };
    return true;
  }

  zoomOut(): void {
    this.#view = wholeView;
  }

  find(text: string): void {
    this.#search = parseSearch(text);
    this.#matches = new Matches(this.#tree, this.#search);
  }

  /** Both recordings, the first, the second. The zoomed frame stays if it is in the recording. */
  nextWidth(): void {
    this.#arrange(this.#widthOf === 'union' ? 'a' : this.#widthOf === 'a' ? 'b' : 'union');
    if (this.#view.first >= 0) this.#view = { node: this.#view.node, first: -1 };
    if (this.#tree.weights[this.#view.node] === 0) this.#view = wholeView;
    this.find(this.#search.text);
  }

  /** Goes where an address leads; what it says wrong counts as not said. */
  goTo({ view: { node, first }, widthOf, search }: Place): void {
    this.#arrange(this.#frames.kind === 'diff' ? widthOf : 'union');
    const { parents } = this.#tree;
    const isFrame = parents[node] !== undefined && !isHidden(this.#frames, node);
    this.#view = isFrame ? { node, first: parents[first] === node ? first : -1 } : wholeView;
    this.find(search);
  }

  #arrange(widthOf: WidthOf): void {
    this.#widthOf = widthOf;
    this.#tree = arrange(this.#frames, widthOf);
  }
}
