/** The flame graph of the window: the boxes, zoom, search and keys that pictures have. */
import { DrawnBoxes } from '../browser/drawn-boxes.js';
import { add, set } from '../browser/elements.js';
import { type KeyActions, pressKey } from '../browser/keys.js';
import { type Direction, neighbourOf } from '../browser/neighbour.js';
import { State } from '../browser/state.js';
import type { WidthOf } from '../drawing/arrangement.js';
import { type Box, hiddenIn } from '../drawing/boxes.js';
import type { DiffFrames } from '../drawing/frames.js';
import { describeBox } from '../drawing/labels.js';
import { measures } from '../drawing/measures.js';
import type { PageFrames } from '../figures/flame-frames.js';
import { html } from './html.js';

/** What a window of a recording has no room for. */
const tooThin = 'frames too thin for this window: choose a shorter one to see them';

export interface FlameActions {
  readonly details: (text: string) => void;
  /** @param zoom for the address */
  readonly zoomed: (zoom: string) => void;
  readonly openSearch: () => void;
  /** Said of a box that cannot be zoomed to, if not that a shorter window shows more. */
  readonly tooThin?: string;
}

export class FlameView {
  readonly element = html('div', { class: 'flame' });
  readonly #actions: FlameActions;
  readonly #svg: SVGSVGElement;
  readonly #drawn: DrawnBoxes;
  #state: State | null = null;
  #functions: readonly number[] = [];
  /** Index of the function that is pointed at, or has the keyboard; -1 for none. */
  pointedAt = -1;
  #isIcicle = false;
  #width = 0;

  constructor(actions: FlameActions) {
    this.#actions = actions;
    this.#svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.element.append(this.#svg);
    const dots = add(add(this.#svg, 'defs'), 'pattern', {
      id: 'pyspy-hidden',
      patternUnits: 'userSpaceOnUse',
    });
    set(dots, { width: 4, height: 4 });
    add(dots, 'circle', { cx: 2, cy: 2, r: 0.8, class: 'dot' });
    document.body.append(this.element);
    this.#drawn = new DrawnBoxes(add(this.#svg, 'g', { class: 'frames' }));
    this.#listen();
  }

  /** Another tree. @param zoom as it was told to `zoomed`, if it is still there @param widthOf of a difference */
  show(frames: PageFrames | DiffFrames, search: string, zoom: string, widthOf: WidthOf = 'union'): void {
    this.#state = new State(frames);
    this.#functions = frames.kind === 'flame' ? frames.values.function : [];
    this.pointedAt = -1;
    const [node = 0, first = -1] = zoom.split('.').filter(Boolean).map(Number);
    this.#state.goTo({ view: { node, first }, widthOf, search });
  }

  /** What is searched; the share of the time that it found, or what is wrong with it. */
  search(text: string): { readonly share: number; readonly problem: string } {
    if (this.#state === null) return { share: 0, problem: '' };
    this.#state.find(text);
    this.#drawn.mark(this.#state);
    const { problem } = this.#state.search;
    return { share: problem === '' && text !== '' ? this.#state.matches.share() : 0, problem };
  }

  draw(isIcicle: boolean, width: number): void {
    if (this.#state === null) return;
    this.#isIcicle = isIcicle;
    this.#width = Math.max(200, width);
    const boxes = this.#state.boxes(this.#width);
    const rows = boxes.reduce((most, { row }) => Math.max(most, row + 1), 1);
    set(this.#svg, { width: this.#width, height: rows * measures.row });
    const yOf = (row: number) => (isIcicle ? row : rows - 1 - row) * measures.row;
    this.#drawn.draw(boxes, this.#state, yOf);
  }

  focus(): void {
    this.#drawn.focus(this.#drawn.current);
  }

  #boxAt(event: Event): Box | undefined {
    const index = this.#drawn.indexAt(event);
    return index === undefined ? undefined : this.#drawn.boxes[index];
  }

  #listen(): void {
    const { group } = this.#drawn;
    group.addEventListener('click', (event) => this.#zoomAt(event));
    for (const type of ['mouseover', 'focusin'] as const)
      group.addEventListener(type, (event) => this.#tell(this.#boxAt(event)));
    for (const type of ['mouseleave', 'focusout'] as const)
      group.addEventListener(type, () => this.#tell(undefined));
    const keys: KeyActions = {
      openSearch: () => this.#actions.openSearch(),
      reset: () => {
        this.#state?.zoomOut();
        this.#zoomed();
      },
      zoom: (event) => this.#zoomAt(event),
      move: (to, event) => this.#move(to, event),
    };
    group.addEventListener('keydown', (event) => {
      pressKey(event, keys);
      if (event.defaultPrevented || event.key === 'Escape') event.stopPropagation();
      if (event.key === 'c' && (event.ctrlKey || event.metaKey)) this.#copy(this.#boxAt(event));
    });
  }

  #tell(box: Box | undefined): void {
    this.pointedAt = -1;
    if (box === undefined || this.#state === null) {
      this.#actions.details('');
      return;
    }
    const { tree } = this.#state;
    if (hiddenIn(tree, box) === 0) this.pointedAt = this.#functions[box.node] ?? -1;
    const { head, place, lines } = describeBox(tree, box);
    this.#actions.details([head, ...lines, ...(place ? [place] : [])].join(' · '));
  }

  /** Ctrl-C takes the name of the box that has the keyboard. */
  #copy(box: Box | undefined): void {
    if (box === undefined || this.#state === null) return;
    void navigator.clipboard?.writeText(describeBox(this.#state.tree, box).head).catch(() => {});
  }

  #zoomAt(event: Event): boolean {
    const box = this.#boxAt(event);
    if (box === undefined || this.#state === null) return false;
    if (this.#state.zoomTo(box)) this.#zoomed();
    else this.#actions.details(this.#actions.tooThin ?? tooThin);
    return true;
  }

  #zoomed(): void {
    if (this.#state === null) return;
    this.draw(this.#isIcicle, this.#width);
    this.#drawn.focus(this.#drawn.current);
    const { node, first } = this.#state.place.view;
    this.#actions.zoomed(first >= 0 ? `${node}.${first}` : node > 0 ? String(node) : '');
  }

  #move(to: Direction | 'Home', event: Event): boolean {
    const { boxes, current } = this.#drawn;
    const next =
      to === 'Home' ? 0 : neighbourOf(boxes, this.#drawn.indexAt(event) ?? current, to, this.#isIcicle);
    if (next === undefined) return this.#drawn.indexAt(event) !== undefined;
    this.#drawn.focus(next);
    return true;
  }
}
