/** What stands over the boxes: title, lines of text, and the legend of colours. */

import { measures, mono, round } from '../drawing/measures.js';
import { displayWidth, type FitSide, fitText, showText } from '../words/text.js';
import type { Look } from './frame-data.js';
import { drawFill, type Parent } from './paint.js';

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
function drawFitted(parent: Parent, line: HeaderLine, y: number, size: number, width: number): void {
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
    28,
    17,
    width,
  );
  const lines = header.append('g').attr('fill', '#444');
  drawing.lines.forEach((line, at) => {
    drawFitted(lines, line, 50 + at * 18, 12, width);
  });
}

/** Draws the legend, wrapped as the browser script wraps it anew for another width. Returns its number of rows. */
export function drawLegend(header: Parent, { legend, width }: Header, top: number): number {
  let [x, row] = [0, 0];
  for (const item of legend) {
    const text = showText(item.text, 60);
    const wide = 18 + displayWidth(text) * 6.4 + 10;
    if (x > 0 && x + wide > width - 2 * measures.margin) [x, row] = [0, row + 1];
    if (row >= measures.legendRows) return measures.legendRows;
    const group = header
      .append('g')
      .attr('class', 'legend')
      .attr('data-width', wide.toFixed(1))
      .attr('transform', `translate(${round(measures.margin + x)},${top + row * measures.legendRow})`);
    drawFill(group, item.look, [0, 0, 12, 12]).attr('stroke', '#999').attr('stroke-width', 0.5);
    group.append('text').attr('x', 18).attr('y', 10).attr('font-size', 11).attr('fill', '#333').text(text);
    x += wide;
  }
  return legend.length > 0 ? row + 1 : 0;
}
