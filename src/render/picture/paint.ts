/** How pictures are painted: the style sheet, the patterns, and rectangles filled with them. */
import type { Selection } from 'd3';
import type { Look } from '../drawing/frames.js';
import { hatches, hatchLine, hatchSize } from '../drawing/hatches.js';
import { round } from '../drawing/measures.js';

export type Parent = Selection<SVGGElement, unknown, null, undefined>;

/** Style sheet. Selectors start with the class, because an inlined picture shares its page's styles. */
export const style = `
.pyspy text, .pyspy rect[fill^=url] { white-space: pre; pointer-events: none; }
.pyspy .frame { cursor: pointer; outline: none; }
.pyspy .frame:hover rect { stroke: #000; stroke-width: 1; }
.pyspy .frame:focus-visible rect { stroke: #000; stroke-width: 2; }
.pyspy .below rect { fill-opacity: .45; }
.pyspy .below text { fill: #000; }
.pyspy .searched .frame:not(.match) rect { fill: #f1f1f1; }
.pyspy .searched .frame:not(.match) rect[fill^=url] { fill: none; }
.pyspy .searched .frame:not(.match) text { fill: #666; }
.pyspy .match rect { stroke: #000; stroke-width: 1; }
.pyspy .button { cursor: pointer; outline: none; }
.pyspy .button:hover rect { fill: #e6e6e6; }
.pyspy .button:focus-visible rect { stroke: #000; stroke-width: 2; }
`;

/** Dots for boxes that gather, and hatches. */
export function drawPatterns(defs: Selection<SVGDefsElement, unknown, null, undefined>): void {
  const dots = defs.append('pattern').attr('id', 'pyspy-hidden').attr('patternUnits', 'userSpaceOnUse');
  dots.attr('width', 4).attr('height', 4).append('circle').attr('cx', 2).attr('cy', 2).attr('r', 0.8);
  dots.attr('fill', '#c4c4c4');
  for (const { id, path, stroke, opacity } of hatches) {
    defs
      .append('pattern')
      .attr('id', id)
      .attr('width', hatchSize)
      .attr('height', hatchSize)
      .attr('patternUnits', 'userSpaceOnUse')
      .append('path')
      .attr('d', path)
      .attr('stroke', stroke)
      .attr('stroke-width', hatchLine)
      .attr('stroke-opacity', opacity);
  }
}

/** The rectangle, and the hatch over it where there is one. Returns the rectangle. */
export function drawFill(group: Parent, [fill, , hatch]: Look, [x, y, width, height]: readonly number[]) {
  const [first] = [fill, ...(hatch ? [`url(#${hatch})`] : [])].map((paint) =>
    group
      .append('rect')
      .attr('x', round(x!))
      .attr('y', y!)
      .attr('width', round(width!))
      .attr('height', height!)
      .attr('fill', paint),
  );
  return first!;
}
