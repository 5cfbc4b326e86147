/** Fits the header to another width: its lines of text, and the legend. */
import { framesTop, placeLegend } from '../drawing/legend.js';
import { measures, round } from '../drawing/measures.js';
import { type FitSide, fitText } from '../words/text.js';
import { add, find, set } from './elements.js';

/** Returns the upper edge of the frames under it. */
export function fitHeader(svg: SVGSVGElement, width: number, legendTop: number): number {
  for (const line of svg.querySelectorAll<SVGElement>('.fit')) {
    const { full = '', cell, give } = line.dataset;
    const cells = Math.floor((width - 2 * measures.margin) / Number(cell));
    line.textContent = fitText(full, cells, give as FitSide);
  }
  const items = [...svg.querySelectorAll<SVGElement>('.legend')];
  const widths = items.map(({ dataset }) => Number(dataset.width));
  const { places, rows } = placeLegend(widths, width);
  items.forEach((item, at) => {
    const { x, row } = places[at]!;
    const [left, top] = [round(measures.margin + x), legendTop + row * measures.legendRow];
    item.setAttribute('transform', `translate(${left},${top})`);
    item.style.display = row < rows ? '' : 'none';
  });
  return framesTop(legendTop, rows);
}

/** Moves the header down to where it can be seen, over the frames. @param size of its paper */
export function placeHeader(
  svg: SVGSVGElement,
  y: number,
  size: { readonly width: number; readonly height: number },
): void {
  const header = find(svg, '.header');
  let paper: SVGElement | null = header.querySelector<SVGElement>('.header-paper');
  if (paper === null) {
    paper = add(header, 'rect', { class: 'header-paper', fill: '#fff' });
    header.prepend(paper);
    svg.insertBefore(header, find(svg, '.bar'));
  }
  set(paper, size);
  header.setAttribute('transform', `translate(0,${round(Math.max(0, y))})`);
  // A frame that the keyboard goes to is not to stand behind it.
  document.documentElement.style.scrollPaddingTop = `${y > 0 ? size.height : 0}px`;
}
