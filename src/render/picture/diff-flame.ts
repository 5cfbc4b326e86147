/** The differential flame graph: what two runs spent differently, on the union of their call trees, as one SVG. */
import type { DiffTree } from '../../replay/diff/diff-tree.js';
import { measures } from '../drawing/measures.js';
import { showCounted, showSeconds } from '../words/picture-numbers.js';
import { type ComparedFunctions, createDiffPacker, diffLegend } from './diff-frames.js';
import { metricNames } from './flame.js';
import { pictureWidth } from './paper.js';
import { drawPicture } from './picture.js';
import { carriedLimits, drawnLimits, noteOf, stillFrames } from './still.js';

/** One of the two runs. */
interface DiffSide {
  /** What the run is called, such as its file. */
  readonly label: string;
  readonly command: string;
  /** The run's own total, in seconds and in samples: what its percentages are of. */
  readonly seconds: number;
  /** Seconds that a fraction of one stands for. */
  readonly secondsOfWhole: number;
  readonly samples: number;
}

export interface DiffPicture {
  readonly title: string;
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** Further lines for the header, such as the verdict, or filters in force. */
  readonly notes?: readonly string[];
  /** By `DiffNode.function`; the others were not tested. Frames whose change may be chance are grey. */
  readonly findings: ComparedFunctions['findings'];
  /** Root on top, growing downwards; by default the root is at the bottom. */
  readonly inverted?: boolean;
  /** Width of the still picture in pixels, 1200 by default; a browser fits it to its window. */
  readonly width?: number;
}

/**
 * Draws the union of two call trees. Width is the mean of a frame's share in A and in B, so that nothing of either is
 * dropped; the fill is the change from A to B in points of percent, grey where that may be chance, hatched where a frame is
 * in one run only.
 * Frames are gathered as in renderFlame.
 * @returns SVG text; the same input gives the same bytes
 */
export function renderDiffFlame(tree: DiffTree, picture: DiffPicture): string {
  const { nodes, metric } = tree;
  const { a, b, notes = [] } = picture;
  const width = pictureWidth(picture.width);
  const inner = width - 2 * measures.margin;
  const { total, pack } = createDiffPacker(tree, {
    aSeconds: a.secondsOfWhole,
    bSeconds: b.secondsOfWhole,
    findings: picture.findings,
  });
  const drawing = {
    title: picture.title,
    lines: [
      { text: sideLine('A', a, metric), give: 'end', mono: true },
      { text: sideLine('B', b, metric), give: 'end', mono: true },
      ...notes.map((text) => ({ text, give: 'end' }) as const),
    ],
    emptyText: 'No samples in either run: nothing to draw.',
    inverted: picture.inverted ?? false,
    width,
  } as const;
  if (!(total > 0)) return drawPicture({ ...drawing, legend: [], still: null });

  const still = stillFrames(pack(drawnLimits(total, inner)).frames, inner);
  return drawPicture({
    ...drawing,
    legend: diffLegend('light'),
    still,
    note: `Width is the mean of A and B, change is in percentage points; rows under ${100 * measures.slightRow} % are cut. ${noteOf(still, nodes.length)}`,
    carried: pack(carriedLimits).frames,
  });
}

function sideLine(letter: string, side: DiffSide, metric: DiffTree['metric']): string {
  const totals = `${showSeconds(side.seconds)} of ${metricNames[metric]}, ${showCounted(side.samples, 'sample')}`;
  return `${letter}  ${side.label} · ${totals} · ${side.command}`;
}
