/**
 * Walks the samples of a window, run by run: consecutive samples of one thread with the same stack and status cost
 * as much as one. Runs are cut at the window's edges, where a thread changes its name, and where time was lost.
 */
import type { StoredThread, TraceReader, WindowPiece } from '../format/reader.js';
import { type Batch, status } from '../format/vocabulary.js';
import { countNamesUntil, threadLabel, threadNameAt } from './code-name.js';
import { isIdle, type SampleFilter, wantsProcess, wantsStatus } from './filter.js';
import type { Window } from './window.js';

/** A thread under one of its names. */
export interface Lane {
  readonly index: number;
  readonly thread: StoredThread;
  readonly name: string | null;
  /** Its name, or its number where it has none. */
  readonly label: string;
  /** Whether the filter lets this thread through under this name. */
  readonly isWanted: boolean;
}

/** Stack key of samples whose stack could not be read; all others are stack ids, 0 the empty stack. */
export const unreadStack = -1;

/** A stretch of samples of one thread with the same stack. */
export interface Run {
  readonly lane: Lane;
  /** Stack id, 0 for the empty stack, or `unreadStack`. */
  readonly stack: number;
  readonly samples: number;
  /** Weight in ns, by the filter's metric. */
  readonly ns: number;
  /** The time that the samples stand for, on the trace's time line. */
  readonly fromNs: number;
  readonly toNs: number;
}

/** What was found in a window, whether or not the filter let it through. */
export interface WindowCounts {
  readonly ticks: number;
  /** Scheduled ticks that the recorder skipped. Known per batch; of a batch cut by the window, the share of its ticks. */
  readonly missed: number;
  readonly torn: number;
  readonly failed: number;
  readonly truncated: number;
  /** Idle samples that were left out, and what they would have weighed. */
  readonly idleSamples: number;
  readonly idleNs: number;
  /** Samples that the filter left out since they held no GIL and could not: their interpreter ran without one. */
  readonly gilOff: number;
  /** All samples, and those of which it is not known whether the thread ran. */
  readonly samples: number;
  readonly stateUnknown: number;
}

/** Of a window without ticks. */
export const noCounts: WindowCounts = {
  ticks: 0,
  missed: 0,
  torn: 0,
  failed: 0,
  truncated: 0,
  idleSamples: 0,
  idleNs: 0,
  gilOff: 0,
  samples: 0,
  stateUnknown: 0,
};

/** Counts of two windows together. */
export function addCounts(a: WindowCounts, b: WindowCounts): WindowCounts {
  const sums: { -readonly [K in keyof WindowCounts]: number } = { ...a };
  for (const key of Object.keys(sums) as (keyof WindowCounts)[]) sums[key] += b[key];
  return sums;
}

export interface WalkOptions {
  /** Lanes of earlier walks with the same filter, which go on; else there are new ones. */
  readonly lanes?: Lanes;
  readonly observe?: (fromNs: number, toNs: number) => void;
  readonly rollups?: boolean;
}

/**
 * Calls `visit` with every run that the filter lets through, by batch, thread entry and time.
 * @param rollups whether runs may be sums over stretches of the window, whose times then say little
 * @param observe called with the time that each tick stands for, batch by batch before the batch's runs
 * @throws PyspyError of kind "trace" where the trace is damaged
 */
export function walkRuns(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  visit: (run: Run) => void,
  { observe, rollups = false, lanes = new Lanes(filter) }: WalkOptions = {},
): WindowCounts {
  const tally = new Tally(filter);
  const { counts } = tally;
  for (const piece of piecesOf(reader, window, rollups)) {
    if (piece.kind === 'rollup') {
      counts.ticks += piece.head.ticks;
      counts.missed += piece.head.missed;
      for (const entry of piece.entries) {
        const lane = lanes.get(reader.thread(entry.thread), entry.atNs);
        const weights = filter.metric === 'wall' ? entry.wallNs : entry.cpuNs;
        for (let at = 0; at < entry.stack.length; at++) {
          const bits = entry.status[at]!;
          const samples = entry.samples[at]!;
          const ns = weights[at]!;
          tally.see(bits, samples);
          if (!tally.admits(lane, bits, samples, ns)) continue;
          const stack = bits & status.failed ? unreadStack : entry.stack[at]!;
          visit({ lane, stack, samples, ns, fromNs: piece.head.firstNs, toNs: piece.head.lastNs });
        }
      }
      continue;
    }
    const { batch, missed } = piece.stored;
    const { tickNs } = batch;
    const low = lowerBound(tickNs, window.fromNs);
    const high = lowerBound(tickNs, window.toNs);
    if (low >= high) continue;
    counts.ticks += high - low;
    counts.missed += Math.round((missed * (high - low)) / tickNs.length);
    if (observe !== undefined)
      for (let at = low; at < high; at++) observe(tickNs[at]! - batch.weightNs[at]!, tickNs[at]!);
    const unseen = findUnseen(batch);
    const wall = filter.metric === 'wall' ? prefixSums(batch.weightNs) : null;
    for (const samples of batch.threads) {
      const thread = reader.thread(samples.thread);
      const weight = wall ?? prefixSums(samples.cpuNs);
      const base = wall === null ? samples.firstTick : 0;
      let start = samples.firstTick;
      for (let at = 0; at < samples.runLength.length; at++) {
        const from = Math.max(start, low);
        start += samples.runLength[at]!;
        const to = Math.min(start, high);
        if (from >= to) continue;
        const bits = samples.runStatus[at]!;
        tally.see(bits, to - from);
        if (!tally.mayAdmit(bits)) continue;
        const stack = bits & status.failed ? unreadStack : samples.runStack[at]!;
        for (let cut = from; cut < to; ) {
          const end = Math.min(nextRename(thread, tickNs, cut, to), nextUnseen(unseen, cut, to));
          const lane = lanes.get(thread, tickNs[cut]!);
          const ns = weight[end - base]! - weight[cut - base]!;
          if (tally.admits(lane, bits, end - cut, ns)) {
            const fromNs = tickNs[cut]! - batch.weightNs[cut]!;
            visit({ lane, stack, samples: end - cut, ns, fromNs, toNs: tickNs[end - 1]! });
          }
          cut = end;
        }
      }
    }
  }
  return counts;
}

/** Decides which samples the filter lets through, and counts them all. */
class Tally {
  readonly counts: { -readonly [K in keyof WindowCounts]: number } = { ...noCounts };
  readonly #filter: SampleFilter;

  constructor(filter: SampleFilter) {
    this.#filter = filter;
  }

  /** Counts samples with the same status, whether or not they pass. */
  see(bits: number, samples: number): void {
    const { counts } = this;
    if (bits & status.torn) counts.torn += samples;
    if (bits & status.failed) counts.failed += samples;
    if (bits & status.truncated) counts.truncated += samples;
    if (bits & status.stateUnknown) counts.stateUnknown += samples;
    counts.samples += samples;
  }

  /** Whether samples with this status pass, or are counted as left out, in any thread. */
  mayAdmit(bits: number): boolean {
    return this.#isGilOff(bits) || wantsStatus(this.#filter, bits);
  }

  /** Whether samples pass; counts those that are left out for a reason worth a word. */
  admits(lane: Lane, bits: number, samples: number, ns: number): boolean {
    if (!lane.isWanted || !this.mayAdmit(bits)) return false;
    if (this.#isGilOff(bits)) {
      this.counts.gilOff += samples;
      return false;
    }
    if (this.#filter.idle || !isIdle(bits)) return true;
    this.counts.idleSamples += samples;
    this.counts.idleNs += ns;
    return false;
  }

  #isGilOff(bits: number): boolean {
    return this.#filter.gil && (bits & status.gilOff) !== 0;
  }
}

function* piecesOf(reader: TraceReader, window: Window, rollups: boolean): Generator<WindowPiece, void> {
  if (rollups) yield* reader.pieces(window.fromNs, window.toNs);
  else for (const stored of reader.batches(window.fromNs, window.toNs)) yield { kind: 'batch', stored };
}

/** Gives each thread a lane for each of its names. */
export class Lanes {
  readonly #lanes = new Map<number, Map<string | null, Lane>>();
  readonly #filter: SampleFilter;
  #count = 0;

  constructor(filter: SampleFilter) {
    this.#filter = filter;
  }

  get(thread: StoredThread, ns: number): Lane {
    let byName = this.#lanes.get(thread.id);
    if (byName === undefined) {
      byName = new Map();
      this.#lanes.set(thread.id, byName);
    }
    const name = threadNameAt(thread, ns);
    let lane = byName.get(name);
    if (lane === undefined) {
      const label = threadLabel(thread, name);
      const isWanted =
        (this.#filter.thread?.test(label) ?? true) && wantsProcess(this.#filter, thread.process);
      lane = { index: this.#count++, thread, name, label, isWanted };
      byName.set(name, lane);
    }
    return lane;
  }
}

/** The first tick in (from, to] at which the thread has another name than at `from`. */
function nextRename({ names }: StoredThread, tickNs: Batch['tickNs'], from: number, to: number): number {
  // The first name holds from the beginning, so only those after it cut anything.
  const next = Math.max(1, countNamesUntil(names, tickNs[from]!));
  return next < names.length ? Math.min(to, lowerBound(tickNs, names[next]!.sinceNs)) : to;
}

/** Ticks before which there is time that nobody observed: they stand for less than their distance from the one before. */
function findUnseen({ tickNs, weightNs }: Batch): Float64Array {
  return Float64Array.from(tickNs.keys()).filter(
    (at) => at > 0 && weightNs[at]! < tickNs[at]! - tickNs[at - 1]!,
  );
}

function nextUnseen(unseen: Float64Array, from: number, to: number): number {
  return Math.min(to, unseen[lowerBound(unseen, from + 1)] ?? to);
}

/** Index of the first value that is at least `least`. */
export function lowerBound(values: Float64Array, least: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Element i is the sum of the values before i. */
function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let at = 0; at < values.length; at++) sums[at + 1] = sums[at]! + values[at]!;
  return sums;
}
