/** The boxes on the screen, one of which the keyboard is at. */
import type { Arrangement } from '../drawing/arrangement.js';
import { type Box, edgesOf, lookOf } from '../drawing/boxes.js';
import { cellsIn, describeBox, detailsOf, fitLabel } from '../drawing/labels.js';
import { measures, round } from '../drawing/measures.js';
import { add } from './elements.js';
import type { State } from './state.js';

export class DrawnBoxes {
  readonly group: SVGGraphicsElement;
  /** In the order of the group's elements. */
  boxes: readonly Box[] = [];
  /** Index of the box that the keyboard is at. */
  current = 0;
  readonly #cell: number;

  constructor(group: SVGGraphicsElement) {
    this.group = group;
    group.setAttribute('role', 'tree');
    group.setAttribute('aria-label', 'Frames; arrow keys move, Enter zooms, Escape resets, slash searches');
    this.#cell = measureCell(group);
  }

  /** Draws boxes anew. @param yOf upper edge of a row in pixels */
  draw(boxes: readonly Box[], state: State, yOf: (row: number) => number): void {
    this.boxes = boxes;
    this.current = boxes.findIndex((box) => !box.below);
    this.group.replaceChildren();
    boxes.forEach((box, index) => {
      this.#drawBox(state.tree, box, index, yOf(box.row));
    });
    this.mark(state);
  }

  #drawBox(tree: Arrangement, box: Box, index: number, y: number): void {
    const label = describeBox(tree, box);
    const details = detailsOf(label);
    const group = add(this.group, 'g', {
      class: `frame${box.below ? ' below' : ''}`,
      'data-box': index,
      tabindex: index === this.current ? 0 : -1,
      role: 'treeitem',
      'aria-level': box.row + 1,
      'aria-label': details.join(', '),
    });
    add(group, 'title', {}, details.join('\n'));
    const [fill, ink, hatch] = lookOf(tree, box);
    const { x, width } = edgesOf(box);
    const shape = { x, y, width, height: measures.row - 1 };
    add(group, 'rect', { ...shape, fill, ...(width >= measures.edgedBox ? { stroke: '#fff' } : {}) });
    if (hatch) add(group, 'rect', { ...shape, fill: `url(#${hatch})` });
    const [name, notes] = fitLabel(label, cellsIn(width, this.#cell));
    if (name === '') return;
    const start = { x: round(box.x + measures.padding), y: y + measures.baseline };
    const text = add(group, 'text', { ...start, fill: ink }, name);
    if (notes) add(text, 'tspan', { 'fill-opacity': 0.7 }, notes);
  }

  /** Shows what a search has found. */
  mark({ search, matches }: State): void {
    this.group.classList.toggle('searched', search.pattern !== undefined);
    this.boxes.forEach((box, index) => {
      this.group.children[index]?.classList.toggle('match', matches.has(box));
    });
  }

  focus(index: number): void {
    this.#element(this.current)?.setAttribute('tabindex', '-1');
    this.current = index;
    this.#element(index)?.setAttribute('tabindex', '0');
    this.#element(index)?.focus();
  }

  #element(index: number): SVGGElement | undefined {
    return this.group.children[index] as SVGGElement | undefined;
  }

  /** Index of the box that an event is about. */
  indexAt({ target }: Event): number | undefined {
    const group = target instanceof Element ? target.closest<SVGElement>('.frame') : null;
    return group?.dataset.box === undefined ? undefined : Number(group.dataset.box);
  }
}

/** Cell width of the font that the browser really took; the estimate stays where nothing is laid out. */
function measureCell(group: Element): number {
  const probe = add(group, 'text', {}, 'm'.repeat(50));
  const measured = probe.getComputedTextLength() / 50;
  probe.remove();
  return measured > 1 ? measured + 0.05 : measures.cell;
}
