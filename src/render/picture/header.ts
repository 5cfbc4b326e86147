/** What stands over the boxes: title, lines of text, and the legend of colours. */

import type { Look } from '../drawing/frames.js';
import { placeLegend } from '../drawing/legend.js';
import { measures, round } from '../drawing/measures.js';
import { displayWidth, type FitSide, fitText, showText } from '../words/text.js';
import { drawFill, type Parent } from './paint.js';
import { mono } from './paper.js';

interface HeaderLine {
  readonly text: string;
  readonly give: FitSide;
  readonly mono?: boolean;
}

/** One sample of colour with its words. */
export interface LegendItem {
  readonly look: Look;
  readonly text: string;
}

export interface Header {
  readonly title: string;
  readonly lines: readonly HeaderLine[];
  readonly legend: readonly LegendItem[];
  /** Width of the picture in pixels. */
  readonly width: number;
}

/** A text line that the browser script fits anew when the window's width is another. */
function drawFitted(
  parent: Parent,
  line: HeaderLine,
  { y, size, width }: { readonly y: number; readonly size: number; readonly width: number },
): void {
  const text = showText(line.text, 2000);
  const cell = size * (line.mono ? 0.61 : 0.58);
  parent
    .append('text')
    .attr('class', 'fit')
    .attr('x', measures.margin)
    .attr('y', y)
    .attr('font-size', size)
    .attr('font-family', line.mono ? mono : null)
    .attr('data-full', text)
    .attr('data-give', line.give)
    .attr('data-cell', cell.toFixed(2))
    .text(fitText(text, Math.floor((width - 2 * measures.margin) / cell), line.give));
}

/** Draws the title and the lines. */
export function drawHeader(header: Parent, drawing: Header): void {
  const { width } = drawing;
  drawFitted(
    header.append('g').attr('font-weight', 'bold'),
    { text: drawing.title, give: 'end' },
    { y: 28, size: 17, width },
  );
  const lines = header.append('g').attr('fill', '#444');
  drawing.lines.forEach((line, at) => {
    drawFitted(lines, line, { y: 50 + at * 18, size: 12, width });
  });
}

/** Draws the legend from an upper edge on. Returns its number of rows. */
export function drawLegend(header: Parent, { legend, width }: Header, top: number): number {
  const items = legend.map((item) => {
    const text = showText(item.text, 60);
    return { look: item.look, text, wide: 18 + displayWidth(text) * 6.4 + 10 };
  });
  const { places, rows } = placeLegend(
    items.map(({ wide }) => wide),
    width,
  );
  items.forEach(({ look, text, wide }, at) => {
    const { x, row } = places[at]!;
    if (row >= rows) return;
    const group = header
      .append('g')
      .attr('class', 'legend')
      .attr('data-width', wide.toFixed(1))
      .attr('transform', `translate(${round(measures.margin + x)},${top + row * measures.legendRow})`);
    drawFill(group, look, [0, 0, 12, 12]).attr('stroke', '#999').attr('stroke-width', 0.5);
    group.append('text').attr('x', 18).attr('y', 10).attr('font-size', 11).attr('fill', '#333').text(text);
  });
  return rows;
}
