/**
 * What both flame graphs share: one standalone SVG with its header, its boxes and its browser script. It reads as a
 * still picture without the script, and needs neither network nor fonts of its own.
 */

import { select } from 'd3';
import { readBuiltFile } from '../../package-files.js';
import { edgesOf, lookOf } from '../drawing/boxes.js';
import type { Frames, PictureData } from '../drawing/frames.js';
import { cellsIn, describeBox, detailsOf, fitLabel } from '../drawing/labels.js';
import { framesTop } from '../drawing/legend.js';
import { measures, round } from '../drawing/measures.js';
import { fitText, showText } from '../words/text.js';
import { createSvgDocument } from './document.js';
import { markupSafeJson } from './frame-data.js';
import { drawHeader, drawLegend, type Header } from './header.js';
import { drawFill, drawPatterns, type Parent, style } from './paint.js';
import { mono, sans } from './paper.js';
import type { StillFrames } from './still.js';

/** A drawing with frames. */
interface Contents {
  readonly still: StillFrames;
  /** What stands in the bar of the still picture. */
  readonly note: string;
  /** More frames, for the script. */
  readonly carried: Frames;
}

export type Drawing = Header & {
  /** In place of the boxes when there are none. */
  readonly emptyText: string;
  readonly inverted: boolean;
} & (Contents | { readonly still: null });

/** Draws everything and returns the SVG's text. The same drawing gives the same bytes. */
export function drawPicture(drawing: Drawing): string {
  const { width, still } = drawing;
  const rows = still === null ? 3 : still.boxes.reduce((most, box) => Math.max(most, box.row + 1), 1);
  const legendTop = 44 + drawing.lines.length * 18;
  const { root, serialize } = createSvgDocument();
  const svg = select(root);
  svg.append('title').text(showText(drawing.title));
  svg.append('style').text(style);
  drawPatterns(svg.append('defs'));
  const paper = svg.append('rect').attr('class', 'paper').attr('fill', '#fff');
  const header = svg.append('g').attr('class', 'header');
  drawHeader(header, drawing);
  const top = framesTop(legendTop, drawLegend(header, drawing, legendTop));
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
  if (still !== null) drawBoxes(frames, still, yOf);
  const bar = svg.append('g').attr('class', 'bar');
  bar
    .append('text')
    .attr('x', measures.margin)
    .attr('y', height - 12)
    .attr('fill', '#555')
    .attr('font-size', 11)
    .text(
      fitText(drawing.still === null ? '' : drawing.note, Math.floor((width - 2 * measures.margin) / 6.2)),
    );
  if (drawing.still === null) {
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

  const data: PictureData = { legendTop, rows, inverted: drawing.inverted, ...drawing.carried };
  svg.append('script').attr('type', 'application/json').text(markupSafeJson(data));
  svg
    .append('script')
    .node()!
    .append(root.ownerDocument.createCDATASection(`\n${browserScript()}`));
  return serialize();
}

/** The script that makes the picture interactive, as the build bundled it. */
function browserScript(): string {
  return readBuiltFile('render/browser/main.js').toString().trimEnd();
}

function drawBoxes(frames: Parent, { tree, boxes }: StillFrames, yOf: (row: number) => number): void {
  for (const box of boxes) {
    const { x, width } = edgesOf(box);
    const y = yOf(box.row);
    const look = lookOf(tree, box);
    const label = describeBox(tree, box);
    const group = frames.append('g').attr('class', 'frame');
    group.append('title').text(detailsOf(label).join('\n'));
    const rect = drawFill(group, look, [x, y, width, measures.row - 1]);
    if (width >= measures.edgedBox) rect.attr('stroke', '#fff');
    const [name, notes] = fitLabel(label, cellsIn(width, measures.cell));
    if (name !== '') {
      const text = group
        .append('text')
        .attr('x', round(box.x + measures.padding))
        .attr('y', y + measures.baseline)
        .attr('fill', look[1] === '#000' ? null : look[1])
        .text(name);
      if (notes !== '') text.append('tspan').attr('fill-opacity', 0.7).text(notes);
    }
    frames.node()!.append('\n');
  }
}
