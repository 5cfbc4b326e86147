/** Marks, gaps, missed ticks and torn samples, drawn over the lanes. */
import type { ScaleLinear, Selection } from 'd3';
import type { PageHead } from '../drawing/page-data.js';
import type { Palette } from '../figures/palette.js';
import type { Recording } from '../figures/recording.js';
import { showCounted } from '../words/picture-numbers.js';

export interface Moments {
  readonly head: PageHead;
  readonly columns: Recording['columns'];
  readonly x: ScaleLinear<number, number>;
  readonly palette: Palette;
  readonly width: number;
  /** Upper edge of the strip of missed and torn. */
  readonly top: number;
  readonly stripHeight: number;
}

type Picture = Selection<SVGSVGElement, unknown, null, undefined>;

export function drawMoments(svg: Picture, moments: Moments): void {
  const { head, x, palette, width, top, stripHeight } = moments;
  for (const { fromNs, toNs, reason } of head.gaps) {
    const [from, to] = [Math.max(0, x(fromNs)), Math.min(width, x(toNs))];
    if (to < 0 || from > width) continue;
    const gap = svg.append('rect').attr('class', 'gap').attr('x', from).attr('y', 0);
    gap
      .attr('width', Math.max(1, to - from))
      .attr('height', top)
      .attr('fill', palette.missed)
      .attr('fill-opacity', 0.25);
    gap.append('title').text(`nothing was sampled: ${reason}`);
  }
  drawStrip(svg, moments);
  let free = Number.NEGATIVE_INFINITY;
  for (const { atNs, name } of head.marks) {
    const at = x(atNs);
    if (at < 0 || at > width) continue;
    const mark = svg.append('g').attr('class', 'mark').attr('transform', `translate(${at},0)`);
    mark
      .append('line')
      .attr('y2', top + stripHeight)
      .attr('stroke', 'currentColor')
      .attr('stroke-dasharray', '3 2');
    mark.append('title').text(name);
    // A name that would lie over the one before is in the tooltip alone.
    const room = name.length * 6.4 + 8;
    if (at < free || at + room > width) continue;
    free = at + room;
    mark
      .append('text')
      .attr('x', 3)
      .attr('y', 10)
      .attr('font-size', 11)
      .attr('fill', 'currentColor')
      .text(name);
  }
}

/** Missed ticks over torn samples, a bar for each stretch that has some. */
function drawStrip(svg: Picture, { head, columns, x, palette, width, top, stripHeight }: Moments): void {
  const half = stripHeight / 2;
  const kinds = [
    { counts: columns.missed, colour: palette.missed, noun: 'tick', what: 'missed', y: top },
    { counts: columns.torn, colour: palette.torn, noun: 'torn sample', what: '', y: top + half },
  ];
  for (const { counts, colour, noun, what, y } of kinds) {
    const most = counts.reduce((max, count) => Math.max(max, count), 0);
    counts.forEach((count, at) => {
      const [from, to] = [Math.max(0, x(at * head.columnNs)), Math.min(width, x((at + 1) * head.columnNs))];
      if (count === 0 || to < 0 || from > width) return;
      const bar = svg
        .append('rect')
        .attr('class', what || 'torn')
        .attr('x', from)
        .attr('y', y);
      bar
        .attr('width', Math.max(1, to - from))
        .attr('height', half - 1)
        .attr('fill', colour);
      bar.attr('fill-opacity', 0.3 + 0.7 * Math.sqrt(count / most));
      bar.append('title').text(`${showCounted(count, noun)} ${what}`.trim());
    });
  }
}
