/**
 * A window in bins of equal length: in each, how much time was observed, how much of it was selected, and how much
 * belongs to each function of a family, itself and in total. Taken across threads, which depend on each other.
 */

import type { TraceReader } from '../../format/reading/reader.js';
import { walkRuns } from '../samples/runs.js';
import type { SampleFilter } from '../samples/sample-filter.js';
import { leftOutNode } from '../samples/stack-filter.js';
import type { Window } from '../window/window.js';
import { findOutermost } from './call-totals.js';
import type { Fold } from './fold.js';

export interface TimeSeries {
  /** Time that ticks stand for, in ns; less than a bin's length where nothing was sampled. */
  readonly observedNs: Float64Array;
  /** Weight of the samples that the filter let through. */
  readonly selectedNs: Float64Array;
  /** By member of the family. */
  readonly selfNs: readonly Float64Array[];
  readonly totalNs: readonly Float64Array[];
}

/** Samples stay together in bins of this length, or of five periods where that is more. */
const shortestBinNs = 100_000_000;
/** More bins than this cost memory and tell nothing more. */
const mostBins = 2_048;

/** The length of bins that suits all of these windows, in ns. */
export function binLength(windows: readonly { window: Window; periodNs: number }[]): number {
  return windows.reduce(
    (length, { window, periodNs }) =>
      Math.max(length, 5 * periodNs, (window.toNs - window.fromNs) / mostBins),
    shortestBinNs,
  );
}

/** The functions that a series is of. */
export interface SeriesMembers {
  /** For each of the forest's frames its place in the family, or -1. */
  readonly memberOfFrame: readonly number[];
  readonly count: number;
}

/**
 * Reads a window once more, for the functions that are worth it.
 * @param fold of the same window, with the same filter
 */
export function readSeries(
  { reader, fold }: { reader: TraceReader; fold: Fold },
  filter: SampleFilter,
  members: SeriesMembers,
  binNs: number,
): TimeSeries {
  const { window } = fold;
  const bins = Math.max(1, Math.ceil((window.toNs - window.fromNs) / binNs));
  const newSeries = () => Array.from({ length: members.count }, () => new Float64Array(bins));
  const series = {
    observedNs: new Float64Array(bins),
    selectedNs: new Float64Array(bins),
    selfNs: newSeries(),
    totalNs: newSeries(),
  };
  const chains = new Chains(fold, members);
  const spread = (fromNs: number, toNs: number, ns: number, add: (bin: number, ns: number) => void) => {
    const place = (timeNs: number) =>
      Math.min(bins - 1, Math.max(0, Math.floor((timeNs - window.fromNs) / binNs)));
    const [first, last] = [place(fromNs), place(toNs)];
    for (let bin = first; bin <= last; bin++) {
      const start = bin === first ? fromNs : window.fromNs + bin * binNs;
      const end = bin === last ? toNs : window.fromNs + (bin + 1) * binNs;
      add(bin, first === last ? ns : (ns * (end - start)) / (toNs - fromNs));
    }
  };
  const observe = (bin: number, ns: number) => {
    series.observedNs[bin] = Math.min(binNs, series.observedNs[bin]! + ns);
  };
  walkRuns(
    { reader, window, filter },
    ({ stack, ns, fromNs, toNs }) => {
      const node = chains.nodeOf(stack);
      if (node === leftOutNode) return;
      const self = node < 0 ? -1 : chains.memberOf(node);
      spread(fromNs, toNs, ns, (bin, part) => {
        series.selectedNs[bin] = series.selectedNs[bin]! + part;
        if (self >= 0) series.selfNs[self]![bin] = series.selfNs[self]![bin]! + part;
        for (let at = chains.first(node); at >= 0; at = chains.next(at)) {
          const total = series.totalNs[chains.memberOf(at)]!;
          total[bin] = total[bin]! + part;
        }
      });
    },
    { observe: (fromNs, toNs) => spread(fromNs, toNs, toNs - fromNs, observe) },
  );
  return series;
}

/** For each stack the members of the family on it, each once, without looking at all other frames. */
class Chains {
  readonly #fold: Fold;
  readonly #memberOfNode: Int32Array;
  /** The node itself or its nearest caller that is a member, and has no caller of the same function. */
  readonly #first: Int32Array;
  readonly #nodes = new Map<number, number>();

  constructor(fold: Fold, { memberOfFrame, count }: SeriesMembers) {
    const { forest } = fold;
    this.#fold = fold;
    this.#memberOfNode = Int32Array.from(forest.frameOf, (frame) => memberOfFrame[frame]!);
    const keys = Uint32Array.from(this.#memberOfNode, (member) => (member < 0 ? count : member));
    const outermost = findOutermost(forest, keys, count + 1);
    this.#first = new Int32Array(keys.length);
    for (let node = 0; node < keys.length; node++) {
      const parent = forest.parents[node]!;
      const isFirst = outermost[node] === 1 && this.#memberOfNode[node]! >= 0;
      this.#first[node] = isFirst ? node : parent < 0 ? -1 : this.#first[parent]!;
    }
  }

  /** Negative for samples without frames, and for those that are left out. */
  nodeOf(stack: number): number {
    let node = this.#nodes.get(stack);
    if (node === undefined) {
      node = this.#fold.nodeOf(stack);
      this.#nodes.set(stack, node);
    }
    return node;
  }

  memberOf(node: number): number {
    return this.#memberOfNode[node]!;
  }

  first(node: number): number {
    return node < 0 ? -1 : this.#first[node]!;
  }

  next(node: number): number {
    return this.first(this.#fold.forest.parents[node]!);
  }
}
