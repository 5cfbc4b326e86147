/** The frames of a differential flame graph: the union of two call trees, coloured by what changed. */
import type { DiffNode, DiffTree } from '../../replay/diff/diff-tree.js';
import { type DiffFrames, hiddenLook, type Look } from '../drawing/frames.js';
import { showChange } from '../words/picture-numbers.js';
import { changeColour, inkOn, slightChange } from './colour.js';
import { packFrames } from './frame-data.js';
import { type Frame, type GatherLimits, gather, sumOver, weigh } from './gather.js';
import type { LegendItem } from './header.js';

/** What was found out about a function. */
export interface FunctionFinding {
  /** Whether its change is more than chance, whatever its size. */
  readonly isProven: boolean;
  /** In words, with the interval. */
  readonly text: string;
}

export interface ComparedFunctions {
  /** Seconds that a fraction of one stands for, on each side. */
  readonly aSeconds: number;
  readonly bSeconds: number;
  /** By `DiffNode.function`; the others were not tested. Frames whose change may be chance are grey. */
  readonly findings: ReadonlyMap<number, FunctionFinding>;
}

export interface PackedDiff {
  readonly frames: DiffFrames;
  /** By index of the frames' looks: the same on dark paper. */
  readonly darkLooks: readonly Look[];
}

type Theme = 'light' | 'dark';

/** Fractions are stored for the browser in billionths. */
const unit = 1e-9;

export interface DiffPacker {
  /** Width of the root; 0 where neither side has any time. */
  readonly total: number;
  /** Packs the frames that are within limits. */
  readonly pack: (limits: GatherLimits) => PackedDiff;
}

/** Weighs a tree: width is the mean of both sides, so that nothing of either is dropped. */
export function createDiffPacker(
  { nodes }: DiffTree,
  { aSeconds, bSeconds, findings }: ComparedFunctions,
): DiffPacker {
  const weighed = weigh(nodes, (index) => (nodes[index]!.aSelf + nodes[index]!.bSelf) / 2);
  const shares = sharesOf(nodes);
  const isProven = (frame: Frame): boolean => findings.get(nodes[frame.node]!.function)?.isProven ?? false;
  const pack = (limits: GatherLimits): PackedDiff => {
    const texts = new FindingTexts(findings);
    const darkOf = new Map<string, Look>();
    const columns = packFrames(
      gather(weighed, limits),
      nodes,
      (frame) => {
        const look = lookOf(frame, shares(frame), isProven(frame), 'light');
        darkOf.set(JSON.stringify(look), lookOf(frame, shares(frame), isProven(frame), 'dark'));
        return look;
      },
      (frame) => ({
        a: shares(frame).a / unit,
        b: shares(frame).b / unit,
        finding: texts.indexOf(nodes[frame.node]!),
      }),
    );
    const frames: DiffFrames = {
      ...{ kind: 'diff', unit, slight: slightChange, aSeconds, bSeconds, findings: texts.all },
      ...columns,
    };
    return { frames, darkLooks: columns.looks.map((look) => darkOf.get(JSON.stringify(look))!) };
  };
  return { total: weighed.totals[0] ?? 0, pack };
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

function lookOf(frame: Frame, { a, b }: Shares, isProven: boolean, theme: Theme): Look {
  if (frame.hidden > 0) return hiddenLook;
  const fill = changeColour(isProven ? b - a : 0, theme);
  return lookWith(fill, a === 0 ? 'new' : b === 0 ? 'gone' : undefined);
}

function lookWith(fill: string, hatch?: 'new' | 'gone'): Look {
  const ink = inkOn(fill);
  return [fill, ink, hatch ? `pyspy-${hatch}-${ink === '#000' ? 'black' : 'white'}` : ''];
}

/** What the colours mean. */
export function diffLegend(theme: Theme): LegendItem[] {
  const sample = (delta: number, hatch?: 'new' | 'gone') => lookWith(changeColour(delta, theme), hatch);
  const samples = (deltas: readonly number[]) =>
    deltas.map((delta) => ({ look: sample(delta), text: showChange(delta) }));
  return [
    ...samples([-0.1, -0.03, -0.01]),
    { look: sample(0), text: 'may be chance' },
    ...samples([0.01, 0.03, 0.1]),
    { look: sample(0.1, 'new'), text: 'new: only in B' },
    { look: sample(-0.1, 'gone'), text: 'gone: only in A' },
    { look: hiddenLook, text: 'too thin to draw' },
  ];
}

/** What is said of a function's tests; '' for what is no function. */
function findingText(findings: ComparedFunctions['findings'], node: DiffNode): string {
  if (node.function < 0) return '';
  return findings.get(node.function)?.text ?? 'not tested';
}

/** The texts for the browser, each once, by number. */
class FindingTexts {
  readonly all: string[] = [];
  readonly #findings: ComparedFunctions['findings'];
  readonly #numbers = new Map<string, number>();

  constructor(findings: ComparedFunctions['findings']) {
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
