/** Fits the header to another width: its lines of text, and the legend. */
import { framesTop, placeLegend } from '../drawing/legend.js';
import { measures, round } from '../drawing/measures.js';
import { type FitSide, fitText } from '../words/text.js';

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
