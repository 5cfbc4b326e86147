/** The differential flame graph: what two runs spent differently, on the union of their call trees, as one SVG. */
import type { DiffNode, DiffTree } from '../../replay/diff/diff-tree.js';
import { type DiffFrames, hiddenLook, type Look } from '../drawing/frames.js';
import { measures } from '../drawing/measures.js';
import { showChange, showCounted, showSeconds } from '../words/picture-numbers.js';
import { changeColour, inkOn, slightChange } from './colour.js';
import { metricNames } from './flame.js';
import { packFrames } from './frame-data.js';
import { type Frame, gather, sumOver, weigh } from './gather.js';
import type { LegendItem } from './header.js';
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

/** What was found out about a function. */
export interface FunctionFinding {
  /** Whether its change is more than chance, whatever its size. */
  readonly isProven: boolean;
  /** In words, with the interval. */
  readonly text: string;
}

export interface DiffPicture {
  readonly title: string;
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** Further lines for the header, such as the verdict, or filters in force. */
  readonly notes?: readonly string[];
  /** By `DiffNode.function`; the others were not tested. Frames whose change may be chance are grey. */
  readonly findings: ReadonlyMap<number, FunctionFinding>;
  /** Root on top, growing downwards; by default the root is at the bottom. */
  readonly inverted?: boolean;
  /** Width of the still picture in pixels, 1200 by default; a browser fits it to its window. */
  readonly width?: number;
}

/** Fractions are stored for the browser in billionths. */
const unit = 1e-9;

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
  const weighed = weigh(nodes, (index) => (nodes[index]!.aSelf + nodes[index]!.bSelf) / 2);
  const total = weighed.totals[0] ?? 0;
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

  const shares = sharesOf(nodes);
  const pack = (root: Frame): DiffFrames => {
    const texts = new FindingTexts(picture.findings);
    const isProven = (frame: Frame): boolean =>
      picture.findings.get(nodes[frame.node]!.function)?.isProven ?? false;
    const columns = packFrames(
      root,
      nodes,
      (frame) => lookOf(frame, shares(frame), isProven(frame)),
      (frame) => ({
        a: shares(frame).a / unit,
        b: shares(frame).b / unit,
        finding: texts.indexOf(nodes[frame.node]!),
      }),
    );
    const [aSeconds, bSeconds] = [a.secondsOfWhole, b.secondsOfWhole];
    return {
      ...{ kind: 'diff', unit, slight: slightChange, aSeconds, bSeconds, findings: texts.all },
      ...columns,
    };
  };
  const still = stillFrames(pack(gather(weighed, drawnLimits(total, inner))), inner);
  return drawPicture({
    ...drawing,
    legend,
    still,
    note: `Width is the mean of A and B, change is in percentage points; rows under ${100 * measures.slightRow} % are cut. ${noteOf(still, nodes.length)}`,
    carried: pack(gather(weighed, carriedLimits)),
  });
}

function sideLine(letter: string, side: DiffSide, metric: DiffTree['metric']): string {
  const totals = `${showSeconds(side.seconds)} of ${metricNames[metric]}, ${showCounted(side.samples, 'sample')}`;
  return `${letter}  ${side.label} · ${totals} · ${side.command}`;
}

interface Shares {
  readonly a: number;
  readonly b: number;
}

/** What a box stands for on each side, as fractions of A's time. */
function sharesOf(nodes: readonly DiffNode[]): (frame: Frame) => Shares {
  const a = nodes.map((node) => node.aTotal);
  const b = nodes.map((node) => node.bTotal);
  return ({ members }) => ({ a: sumOver(a, members), b: sumOver(b, members) });
}

function lookOf(frame: Frame, { a, b }: Shares, isProven: boolean): Look {
  if (frame.hidden > 0) return hiddenLook;
  const fill = changeColour(isProven ? b - a : 0);
  return lookWith(fill, a === 0 ? 'new' : b === 0 ? 'gone' : undefined);
}

function lookWith(fill: string, hatch?: 'new' | 'gone'): Look {
  const ink = inkOn(fill);
  return [fill, ink, hatch ? `pyspy-${hatch}-${ink === '#000' ? 'black' : 'white'}` : ''];
}

const legend: readonly LegendItem[] = [
  ...[-0.1, -0.03, -0.01].map((delta) => ({ look: lookWith(changeColour(delta)), text: showChange(delta) })),
  { look: lookWith(changeColour(0)), text: 'may be chance' },
  ...[0.01, 0.03, 0.1].map((delta) => ({ look: lookWith(changeColour(delta)), text: showChange(delta) })),
  { look: lookWith(changeColour(0.1), 'new'), text: 'new: only in B' },
  { look: lookWith(changeColour(-0.1), 'gone'), text: 'gone: only in A' },
  { look: hiddenLook, text: 'too thin to draw' },
];

/** What the tooltip says of a function's tests; '' for what is no function. */
function findingText(findings: DiffPicture['findings'], node: DiffNode): string {
  if (node.function < 0) return '';
  return findings.get(node.function)?.text ?? 'not tested';
}

/** The texts for the browser, each once, by number. */
class FindingTexts {
  readonly all: string[] = [];
  readonly #findings: DiffPicture['findings'];
  readonly #numbers = new Map<string, number>();

  constructor(findings: DiffPicture['findings']) {
    this.#findings = findings;
  }

  indexOf(node: DiffNode): number {
    const text = findingText(this.#findings, node);
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.all.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
