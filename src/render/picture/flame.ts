/** The flame graph: where the time of one recording went, as one standalone SVG. */
import { compareText } from '../../compare-text.js';
import type { CodeOrigin } from '../../replay/names/code-origin.js';
import type { FlameTree } from '../../replay/trees/flame-tree.js';
import { type FlameFrames, hiddenLook, type Look } from '../drawing/frames.js';
import { measures } from '../drawing/measures.js';
import { showCounted, showPercent, showSeconds } from '../words/picture-numbers.js';
import { showText } from '../words/text.js';
import { inkOn, moduleColour, originColour } from './colour.js';
import { packFrames } from './frame-data.js';
import { type Frame, gather, sumOver, type WeighedTree, weigh } from './gather.js';
import type { LegendItem } from './header.js';
import { pictureWidth } from './paper.js';
import { drawPicture } from './picture.js';
import { carriedLimits, drawnLimits, noteOf, stillFrames } from './still.js';

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
  if (!(total > 0)) return drawPicture({ ...drawing, legend: [], still: null });

  const unit = unitFor(total);
  const sampleTotals = nodes.map((node) => node.totalSamples);
  const lookOf = createLooks(tree);
  const pack = (root: Frame): FlameFrames => {
    const valuesOf = (frame: Frame) => ({
      time: frame.total / unit,
      samples: sumOver(sampleTotals, frame.members),
    });
    return { kind: 'flame', unit, ...packFrames(root, nodes, lookOf, valuesOf) };
  };
  const still = stillFrames(pack(gather(weighed, drawnLimits(total, inner))), inner);
  return drawPicture({
    ...drawing,
    legend: legendOf(tree, weighed, drawing.inverted),
    still,
    note: `Width is time, the heaviest stand left. ${noteOf(still, nodes.length, total / inner)}`,
    carried: pack(gather(weighed, carriedLimits)),
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
    const { module, origin } = nodes[node]!;
    const key = `${origin} ${module}`;
    const look = byModule.get(key) ?? lookWith(moduleColour(module, origin));
    byModule.set(key, look);
    return look;
  };
}

function lookWith(fill: string): Look {
  return [fill, inkOn(fill), ''];
}

/** Whose code there is, where there is more than one's own. */
const originWords: Readonly<Record<CodeOrigin, string>> = {
  own: 'your code',
  library: 'packages',
  standard: 'standard library',
  none: '',
};

/** Whose code it is, then modules by their own time, as many as fit. In an inverted tree that is the time of the frames at the root. */
function legendOf({ nodes }: FlameTree, { selfs, totals }: WeighedTree, inverted: boolean): LegendItem[] {
  const byModule = new Map<
    string,
    { readonly module: string; readonly origin: CodeOrigin; seconds: number }
  >();
  const byOrigin = new Map<CodeOrigin, number>();
  nodes.forEach(({ module, origin, parent }, index) => {
    const own = !inverted ? selfs[index]! : parent === 0 ? totals[index]! : 0;
    if (module === '') return;
    const key = `${origin} ${module}`;
    const sum = byModule.get(key) ?? { module, origin, seconds: 0 };
    sum.seconds += own;
    byModule.set(key, sum);
    byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + own);
  });
  const item = (fill: string, name: string, seconds: number): LegendItem => ({
    look: lookWith(fill),
    text: `${showText(name, 40)} ${showPercent(seconds / totals[0]!)}`,
  });
  const origins = (['own', 'library', 'standard'] as const).filter(
    (origin) => (byOrigin.get(origin) ?? 0) > 0,
  );
  const modules = [...byModule.values()]
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds || compareText(a.module, b.module))
    .slice(0, 30);
  return [
    ...origins.map((origin) => item(originColour(origin), originWords[origin], byOrigin.get(origin)!)),
    ...modules.map(({ module, origin, seconds }) => item(moduleColour(module, origin), module, seconds)),
  ];
}
