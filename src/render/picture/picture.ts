/**
 * What both flame graphs share: one standalone SVG with its header, its boxes and its browser script. It reads as a
 * still picture without the script, and needs neither network nor fonts of its own.
 */
import { readFileSync } from 'node:fs';
import { select } from 'd3';
import { measures, mono, round, sans } from '../drawing/measures.js';
import { displayWidth, fitName, fitText, showText } from '../words/text.js';
import { createSvgDocument } from './document.js';
import { type Look, markupSafeJson } from './frame-data.js';
import { drawHeader, drawLegend, type Header } from './header.js';
import { drawFill, drawPatterns, type Parent, style } from './paint.js';

export interface DrawnBox {
  readonly x0: number;
  readonly x1: number;
  readonly row: number;
  readonly look: Look;
  readonly name: string;
  /** What follows the name as far as there is room. */
  readonly notes: readonly string[];
  /** Whether the first note is worth more than the whole name. */
  readonly keepNote: boolean;
  /** Lines of the tooltip. */
  readonly details: readonly string[];
}

export interface Drawing extends Header {
  readonly boxes: readonly DrawnBox[];
  /** What stands in the bar of the still picture. */
  readonly note: string;
  /** In place of the boxes when there are none. */
  readonly emptyText: string;
  readonly inverted: boolean;
  /** For the browser script, as JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Draws everything and returns the SVG's text. The same drawing gives the same bytes. */
export function drawPicture(drawing: Drawing): string {
  const { width, boxes } = drawing;
  const rows = boxes.reduce((most, box) => Math.max(most, box.row + 1), boxes.length === 0 ? 3 : 1);
  const legendTop = 44 + drawing.lines.length * 18;
  const { root, serialize } = createSvgDocument();
  const svg = select(root);
  svg.append('title').text(showText(drawing.title));
  svg.append('style').text(style);
  drawPatterns(svg.append('defs'));
  const paper = svg.append('rect').attr('class', 'paper').attr('fill', '#fff');
  const header = svg.append('g').attr('class', 'header');
  drawHeader(header, drawing);
  const top = legendTop + 12 + drawLegend(header, drawing, legendTop) * measures.legendRow;
  const height = top + rows * measures.row + measures.bar;

  svg
    .attr('class', 'pyspy')
    .attr('width', width)
    .attr('height', height)
    .attr('viewBox', `0 0 ${width} ${height}`)
    .attr('font-family', sans)
    .attr('font-size', 12)
    .attr('role', 'img')
    .attr('aria-label', showText(drawing.title));
  paper.attr('width', width).attr('height', height);
  const frames = svg
    .append('g')
    .attr('class', 'frames')
    .attr('transform', `translate(${measures.margin},0)`)
    .attr('font-family', mono)
    .attr('font-size', 11)
    .attr('stroke-width', 0.5);
  const yOf = (row: number) => top + (drawing.inverted ? row : rows - 1 - row) * measures.row;
  drawBoxes(frames, boxes, yOf);
  const bar = svg.append('g').attr('class', 'bar');
  bar
    .append('text')
    .attr('x', measures.margin)
    .attr('y', height - 12)
    .attr('fill', '#555')
    .attr('font-size', 11)
    .text(fitText(drawing.note, Math.floor((width - 2 * measures.margin) / 6.2)));
  if (boxes.length === 0) {
    frames
      .append('text')
      .attr('x', width / 2 - measures.margin)
      .attr('y', top + 1.5 * measures.row + 5)
      .attr('text-anchor', 'middle')
      .attr('font-size', 14)
      .attr('fill', '#555')
      .text(drawing.emptyText);
    return serialize();
  }

  const data = { ...measures, legendTop, rows, inverted: drawing.inverted, ...drawing.data };
  svg.append('script').attr('type', 'application/json').text(markupSafeJson(data));
  svg
    .append('script')
    .node()!
    .append(root.ownerDocument.createCDATASection(`\n${browserScript()}`));
  return serialize();
}

/** The script that makes the picture interactive; the build copies it next to the compiled file. */
function browserScript(): string {
  return readFileSync(new URL('../browser/flame.js', import.meta.url), 'utf8');
}

function drawBoxes(frames: Parent, boxes: readonly DrawnBox[], yOf: (row: number) => number): void {
  for (const box of boxes) {
    const width = round(box.x1) - round(box.x0);
    const y = yOf(box.row);
    const group = frames.append('g').attr('class', 'frame');
    group.append('title').text(box.details.join('\n'));
    const rect = drawFill(group, box.look, [box.x0, y, width, measures.row - 1]);
    // A light edge tells neighbours apart; it would wash out a box that is all edge.
    if (width >= 2) rect.attr('stroke', '#fff');
    const [name, notes] = fitLabel(box, Math.floor((width - 2 * measures.padding) / measures.cell));
    if (name !== '') {
      const text = group
        .append('text')
        .attr('x', round(box.x0 + measures.padding))
        .attr('y', y + 12.5)
        .attr('fill', box.look[1] === '#000' ? null : box.look[1])
        .text(name);
      if (notes !== '') text.append('tspan').attr('fill-opacity', 0.7).text(notes);
    }
    frames.node()!.append('\n');
  }
}

/** The name, and what of the notes fits behind it, in a box of so many character cells. */
function fitLabel(box: DrawnBox, cells: number): [name: string, notes: string] {
  const first = box.notes[0] ?? '';
  const room = cells - displayWidth(first) - 1;
  const name = fitName(box.name, box.keepNote && room >= 6 ? room : cells);
  let left = cells - displayWidth(name);
  let notes = '';
  if (name === '') return ['', ''];
  for (const note of box.notes) {
    left -= displayWidth(note) + 1;
    if (left < 0) break;
    notes += ` ${note}`;
  }
  return [name, notes];
}
