/** The flame graph: where the time of one recording went, as one standalone SVG. */
import type { FlameTree } from '../../replay/flame-tree.js';
import { maxDrawnFrames, measures, pictureWidth } from '../drawing/measures.js';
import { showCount, showCounted, showPercent, showSeconds } from '../words/numbers.js';
import { showText } from '../words/text.js';
import { inkOn, moduleColour } from './colour.js';
import { hiddenLook, type Look, maxDataFrames, packFrames } from './frame-data.js';
import { type Box, type Frame, gather, layOut, sumOver, type WeighedTree, weigh } from './gather.js';
import type { LegendItem } from './header.js';
import { type DrawnBox, drawPicture } from './picture.js';

export interface FlamePicture {
  readonly title: string;
  /** Command line of the recorded program. */
  readonly command: string;
  /** The part of the recording that is drawn, in words. */
  readonly window: string;
  /** Further lines for the header, such as filters in force. */
  readonly notes?: readonly string[];
  /** Root on top, growing downwards; by default the root is at the bottom. */
  readonly inverted?: boolean;
  /** Width of the still picture in pixels, 1200 by default; a browser fits it to its window. */
  readonly width?: number;
}

/** Names what a second is. */
export const metricNames = { wall: 'wall time', cpu: 'CPU time' } as const;

/**
 * Draws a call tree. Width is time, colour is the module, children stand heaviest first. Frames under half a pixel,
 * beyond the 5,000 heaviest, or over 200 rows from the root are gathered in dotted boxes; the picture carries up to
 * 20,000 frames, so that zooming in a browser shows them.
 * @returns SVG text; the same input gives the same bytes
 */
export function renderFlame(tree: FlameTree, picture: FlamePicture): string {
  const { nodes, metric } = tree;
  const width = pictureWidth(picture.width);
  const inner = width - 2 * measures.margin;
  const weighed = weigh(nodes, (index) => nodes[index]!.selfS);
  const total = weighed.totals[0] ?? 0;
  const samples = nodes[0]?.totalSamples ?? 0;
  const totals = `${showCounted(samples, 'sample')} · ${showSeconds(total)} of ${metricNames[metric]}`;
  const drawing = {
    title: picture.title,
    lines: [
      { text: picture.command, give: 'middle', mono: true },
      { text: [picture.window, totals, ...(picture.notes ?? [])].join(' · '), give: 'end' },
    ],
    emptyText: 'No samples here: nothing to draw.',
    inverted: picture.inverted ?? false,
    width,
  } as const;
  if (!(total > 0)) return drawPicture({ ...drawing, legend: [], boxes: [], note: '', data: {} });

  const minTotal = (total * measures.minBox) / inner;
  const drawn = gather(weighed, { minTotal, maxFrames: maxDrawnFrames, maxDepth: measures.maxRows - 2 });
  const boxes = layOut(drawn, inner, measures.minBox);
  const kept = gather(weighed, { minTotal: 0, maxFrames: maxDataFrames, maxDepth: Number.POSITIVE_INFINITY });
  const unit = unitFor(total);
  const sampleTotals = nodes.map((node) => node.totalSamples);
  const lookOf = createLooks(tree);
  const data = packFrames(kept, nodes, lookOf, (frame) => ({
    time: frame.total / unit,
    samples: sumOver(sampleTotals, frame.members),
  }));
  return drawPicture({
    ...drawing,
    legend: legendOf(tree, weighed, drawing.inverted),
    boxes: boxes.map((box) => draw(tree, box, total, sampleTotals, lookOf(box.frame))),
    note: `Width is time, the heaviest stand left. ${noteOf(boxes, nodes.length, total / inner)}`,
    data: { kind: 'flame', unit, ...data },
  });
}

/** A power of ten of which the total has eight or nine digits: fine enough to zoom in by a million. */
function unitFor(total: number): number {
  return Number(`1e${Math.ceil(Math.log10(total)) - 8}`);
}

/** What frames look like: each module's look is mixed once. */
function createLooks({ nodes }: FlameTree): (frame: Frame) => Look {
  const byModule = new Map<string, Look>();
  return ({ hidden, node }) => {
    if (hidden > 0) return hiddenLook;
    const { module } = nodes[node]!;
    const look = byModule.get(module) ?? lookOfModule(module);
    byModule.set(module, look);
    return look;
  };
}

function lookOfModule(module: string): Look {
  const fill = moduleColour(module);
  return [fill, inkOn(fill), ''];
}

/** The modules by their own time, as many as fit. In an inverted tree that is the time of the frames at the root. */
function legendOf({ nodes }: FlameTree, { selfs, totals }: WeighedTree, inverted: boolean): LegendItem[] {
  const byModule = new Map<string, number>();
  nodes.forEach(({ module, parent }, index) => {
    const own = !inverted ? selfs[index]! : parent === 0 ? totals[index]! : 0;
    if (module !== '') byModule.set(module, (byModule.get(module) ?? 0) + own);
  });
  return [...byModule]
    .filter(([, seconds]) => seconds > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 30)
    .map(([module, seconds]) => {
      const text = `${showText(module, 40)} ${showPercent(seconds / totals[0]!)}`;
      return { look: lookOfModule(module), text };
    });
}

function draw(tree: FlameTree, box: Box, all: number, sampleTotals: readonly number[], look: Look): DrawnBox {
  const { frame, x0, x1, depth } = box;
  const node = tree.nodes[frame.node]!;
  const hidden = frame.hidden > 0;
  const share = showPercent(frame.total / all);
  const sum = `${showSeconds(frame.total)} (${share}), ${showCounted(sumOver(sampleTotals, frame.members), 'sample')}`;
  const base = { x0, x1, row: depth, look, keepNote: false };
  if (hidden) {
    return {
      ...base,
      name: `(${showCount(frame.hidden)} hidden)`,
      notes: [share],
      details: [...hiddenLines(frame), sum],
    };
  }
  const self = `self ${showSeconds(frame.self)} (${showPercent(frame.self / all)}), ${showCounted(node.selfSamples, 'sample')}`;
  const place = placeOf(node.file, node.line);
  return {
    ...base,
    name: nameOf(node.name),
    notes: [share, ...(place ? [shortPlace(place)] : [])],
    details: [nameOf(node.name), ...(place ? [place] : []), sum, self],
  };
}

/** Tooltip of a box that gathers frames. */
export function hiddenLines({ hidden }: Frame): string[] {
  return [`${showCounted(hidden, 'frame')} too thin or too deep to draw here`];
}

/** A frame's name as it is shown. */
export function nameOf(name: string): string {
  return showText(name) || '(no name)';
}

/** "file:line", as far as they are known. */
export function placeOf(file: string, line: number): string {
  if (file === '') return '';
  return line > 0 ? `${showText(file)}:${line}` : showText(file);
}

/** The last two parts of the path. */
export function shortPlace(place: string): string {
  return place.split(/[\\/]/).slice(-2).join('/');
}

/** What the still picture does not show. */
export function noteOf(boxes: readonly Box[], nodeCount: number, perPixel?: number): string {
  const drawn = boxes.reduce((count, box) => count + (box.frame.hidden === 0 ? 1 : 0), 0);
  if (drawn >= nodeCount) return `All ${showCounted(nodeCount, 'frame')} are drawn.`;
  const pixel = perPixel === undefined ? '' : ` (a pixel is ${showSeconds(perPixel)})`;
  return `${showCount(drawn)} of ${showCounted(nodeCount, 'frame')} are drawn, the others are gathered in dotted boxes${pixel}.`;
}
