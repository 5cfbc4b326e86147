/** The call tree of a window as rows, callers before callees, the heaviest first, cut at a share. */
import { compareText } from '../../compare-text.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { TraceState } from '../../format/reading/trace-state.js';
import { CodePaths } from '../names/code-path.js';
import { describeQuality, type Quality } from '../samples/quality.js';
import type { Metric, SampleFilter } from '../samples/sample-filter.js';
import { foldWindow } from '../sums/fold.js';
import { outsideNs } from '../sums/own-time.js';
import { buildFlameTree, type FlameNode, type FlameTreeOptions } from '../trees/flame-tree.js';
import { percent, seconds } from '../window/figure.js';
import { type Window, type WindowFigures, windowFigures } from '../window/window.js';

export interface TreeOptions extends FlameTreeOptions {
  /** Calls with less than this share of the window's time are cut, in percent. */
  readonly minPct: number;
  /** Whether sums that the trace has may be used. */
  readonly rollups: boolean;
}

/** A call, or calls that were cut. */
export interface TreeRow {
  /** Index of the caller's row; null for outermost ones. */
  parent: number | null;
  /** 0 for outermost ones. */
  depth: number;
  /** Name of the function, or of the thread where each has a root. */
  function: string;
  /** Empty where there is none. */
  file: string;
  /** First line of the function, or the line that ran; 0 where not known. */
  line: number;
  self_s: number;
  total_s: number;
  self_pct: number;
  total_pct: number;
  self_samples: number;
  total_samples: number;
  /** Calls of this one that were cut, each with what it calls; and their time. */
  cut: number;
  cut_s: number;
}

/** `tree --json`, see schema/tree.schema.json. */
export interface TreeResult extends Quality {
  state: TraceState;
  window: WindowFigures;
  metric: Metric;
  samples: number;
  total_s: number;
  /** With --mine, time of stacks without a line of one's own; else null. */
  outside_s: number | null;
  inverted: boolean;
  min_pct: number;
  /** Calls that were cut in all, and their time; outermost ones among them have no row to be told at. */
  cut: number;
  cut_s: number;
  rows: TreeRow[];
}

/**
 * Sums up a window as a tree.
 * @throws PyspyError as foldWindow does
 */
export function treeOf(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: TreeOptions,
): TreeResult {
  const fold = foldWindow(reader, window, filter, { rollups: options.rollups });
  const { nodes } = buildFlameTree(fold, new CodePaths(reader.processes()), options);
  const { rows, cut, cutS } = rowsOf(nodes, (fold.ns / 1e9) * (options.minPct / 100));
  return {
    state: reader.state(),
    window: windowFigures(window),
    metric: fold.metric,
    samples: fold.samples,
    total_s: seconds(fold.ns),
    outside_s: filter.stacks?.mine == null ? null : seconds(outsideNs(fold)),
    inverted: options.inverted,
    min_pct: options.minPct,
    cut,
    cut_s: cutS,
    ...describeQuality(reader, window, fold.counts),
    rows,
  };
}

/** @param leastS calls with less are cut */
function rowsOf(
  nodes: readonly FlameNode[],
  leastS: number,
): { readonly rows: TreeRow[]; readonly cut: number; readonly cutS: number } {
  const callees: number[][] = nodes.map(() => []);
  nodes.forEach(({ parent }, node) => {
    if (parent >= 0) callees[parent]!.push(node);
  });
  const whole = nodes[0]!.totalS * 1e9;
  const heaviest = (a: number, b: number) =>
    nodes[b]!.totalS - nodes[a]!.totalS || compareText(nodes[a]!.name, nodes[b]!.name) || a - b;
  const rows: TreeRow[] = [];
  let [cut, cutS] = [0, 0];
  // A list of what is still to do, not a recursion: stacks are as deep as they like.
  const open: { readonly node: number; readonly row: number | null; readonly depth: number }[] = [];
  const enter = (node: number, row: number | null, depth: number): void => {
    const kept = callees[node]!.filter((callee) => nodes[callee]!.totalS >= leastS);
    const left = callees[node]!.filter((callee) => !(nodes[callee]!.totalS >= leastS));
    const leftS = left.reduce((sum, callee) => sum + nodes[callee]!.totalS, 0);
    cut += left.length;
    cutS += leftS;
    if (row !== null) {
      rows[row]!.cut = left.length;
      rows[row]!.cut_s = seconds(leftS * 1e9);
    }
    for (const callee of kept.sort(heaviest).reverse()) open.push({ node: callee, row, depth });
  };
  enter(0, null, 0);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, file, line, selfS, totalS, selfSamples, totalSamples } = nodes[next.node]!;
    rows.push({
      parent: next.row,
      depth: next.depth,
      function: name,
      file,
      line,
      self_s: selfS,
      total_s: totalS,
      self_pct: percent(selfS * 1e9, whole),
      total_pct: percent(totalS * 1e9, whole),
      self_samples: selfSamples,
      total_samples: totalSamples,
      cut: 0,
      cut_s: 0,
    });
    enter(next.node, rows.length - 1, next.depth + 1);
  }
  return { rows, cut, cutS: seconds(cutS * 1e9) };
}
