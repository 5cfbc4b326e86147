/**
 * Walks the samples of a window, run by run: consecutive samples of one thread with the same stack and status cost
 * as much as one. Runs are cut at the window's edges, where a thread changes its name, and where time was lost.
 */
import { countLate } from '../../format/codec/lateness.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import type { WindowPiece } from '../../format/reading/window-pieces.js';
import type { TickCells } from '../../format/samples/tick-cells.js';
import { type Batch, status } from '../../format/vocabulary.js';
import { countNamesUntil } from '../names/code-name.js';
import type { Window } from '../window/window.js';
import { type NamedThread, NamedThreads } from './named-thread.js';
import type { SampleFilter } from './sample-filter.js';
import { Tally, type WindowCounts } from './window-counts.js';

/** Stack key of samples whose stack could not be read; all others are stack ids, 0 the empty stack. */
export const unreadStack = -1;

/** A stretch of samples of one thread with the same stack. */
export interface Run {
  readonly namedThread: NamedThread;
  /** Stack id, 0 for the empty stack, or `unreadStack`. */
  readonly stack: number;
  /** Status bits of all its samples (see `status`). */
  readonly bits: number;
  readonly samples: number;
  /** Weight in ns, by the filter's metric. */
  readonly ns: number;
  /** CPU time in ns, where the walk has it (`cpu`); else 0. */
  readonly cpuNs: number;
  /** When the first sample was taken. */
  readonly tickNs: number;
  /** The time that the samples stand for, on the trace's time line. */
  readonly fromNs: number;
  readonly toNs: number;
}

/** What is walked. */
export interface Walk {
  readonly reader: TraceReader;
  readonly window: Window;
  readonly filter: SampleFilter;
}

export interface WalkOptions {
  /** Those of earlier walks with the same filter; without them the walk numbers threads anew. */
  readonly namedThreads?: NamedThreads;
  readonly observe?: (fromNs: number, toNs: number) => void;
  readonly missed?: (ticks: number, fromNs: number, toNs: number) => void;
  readonly rollups?: boolean;
  /** Whether the CPU time is wanted whatever the filter weighs by. */
  readonly cpu?: boolean;
  /** Whether each sample is a run of its own. */
  readonly single?: boolean;
}

/**
 * Calls `visit` with every run that the filter lets through, by batch, thread entry and time.
 * @param rollups whether runs may be sums over stretches of the window, whose times then say little
 * @param observe called with the time that each tick stands for, batch by batch before the batch's runs
 * @param missed called with the number of ticks that were missed within a stretch of time
 * @throws PyspyError of kind "trace" where the trace is damaged
 */
export function walkRuns(walk: Walk, visit: (run: Run) => void, options: WalkOptions = {}): WindowCounts {
  const steps = walkPieces(walk, visit, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same runs one after the other, of which a batch's are in memory at a time. */
export function* listRuns(walk: Walk, options: WalkOptions = {}): Generator<Run, void> {
  const runs: Run[] = [];
  const steps = walkPieces(walk, (run) => runs.push(run), options);
  for (;;) {
    const { done } = steps.next();
    yield* runs;
    if (done) return;
    runs.length = 0;
  }
}

/** Stops behind each batch. */
function* walkPieces(
  { reader, window, filter }: Walk,
  visit: (run: Run) => void,
  { observe, missed: seeMissed, rollups, cpu, single, namedThreads = new NamedThreads(filter) }: WalkOptions,
): Generator<void, WindowCounts> {
  const tally = new Tally(filter);
  const { counts } = tally;
  const hasCpu = cpu === true || filter.metric === 'cpu';
  for (const piece of piecesOf(reader, window, { rollups: rollups === true, cpu: hasCpu })) {
    if (piece.kind === 'rollup') {
      counts.ticks += piece.head.ticks;
      counts.missed += piece.head.missed;
      const sums = reader.tickSums(piece.head.sinceNs, piece.head.untilNs);
      counts.spared += sums.spared;
      tally.seeLate(sums);
      for (const entry of piece.entries) {
        const namedThread = namedThreads.get(reader.thread(entry.thread), entry.atNs);
        const weights = filter.metric === 'wall' ? entry.wallNs : entry.cpuNs;
        for (let at = 0; at < entry.stack.length; at++) {
          const bits = entry.status[at]!;
          const samples = entry.samples[at]!;
          const ns = weights[at]!;
          tally.see(bits, samples);
          if (!tally.admits(namedThread, bits, samples, ns)) continue;
          const stack = bits & status.failed ? unreadStack : entry.stack[at]!;
          visit({
            namedThread,
            stack,
            bits,
            samples,
            ns,
            cpuNs: entry.cpuNs[at] ?? 0,
            tickNs: piece.head.firstNs,
            fromNs: piece.head.firstNs,
            toNs: piece.head.lastNs,
          });
        }
      }
      continue;
    }
    const { batch, cells, cpuNs, missed, spared = 0 } = piece.stored;
    const { tickNs } = batch;
    const low = lowerBound(tickNs, window.fromNs);
    const high = lowerBound(tickNs, window.toNs);
    if (low >= high) continue;
    counts.ticks += high - low;
    const missedHere = Math.round((missed * (high - low)) / tickNs.length);
    counts.missed += missedHere;
    counts.spared += Math.round((spared * (high - low)) / tickNs.length);
    seeMissed?.(missedHere, tickNs[low]!, tickNs[high - 1]!);
    tally.seeLate(countLate(batch.lateNs, low, high));
    const { fromNs, toNs, weightNs } = cells;
    if (observe !== undefined) for (let at = low; at < high; at++) observe(fromNs[at]!, toNs[at]!);
    const unseen = findUnseen(cells);
    const wall = filter.metric === 'wall' ? prefixSums(weightNs) : null;
    for (const [index, samples] of batch.threads.entries()) {
      const thread = reader.thread(samples.thread);
      const used = hasCpu ? prefixSums(cpuNs[index]!) : null;
      const weight = wall ?? used!;
      const base = wall === null ? samples.firstTick : 0;
      const first = samples.firstTick;
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
          const end = single
            ? cut + 1
            : Math.min(nextRename(thread, tickNs, cut, to), nextUnseen(unseen, cut, to));
          const namedThread = namedThreads.get(thread, tickNs[cut]!);
          const ns = weight[end - base]! - weight[cut - base]!;
          if (tally.admits(namedThread, bits, end - cut, ns))
            visit({
              namedThread,
              stack,
              bits,
              samples: end - cut,
              ns,
              cpuNs: used === null ? 0 : used[end - first]! - used[cut - first]!,
              tickNs: tickNs[cut]!,
              fromNs: fromNs[cut]!,
              toNs: toNs[end - 1]!,
            });
          cut = end;
        }
      }
    }
    yield;
  }
  return counts;
}

function* piecesOf(
  reader: TraceReader,
  { fromNs, toNs }: Window,
  { rollups, cpu }: { rollups: boolean; cpu: boolean },
): Generator<WindowPiece, void> {
  if (rollups) yield* reader.pieces(fromNs, toNs, cpu);
  else for (const stored of reader.weighed(fromNs, toNs, { cpu })) yield { kind: 'batch', stored };
}

/** The first tick in (from, to] at which the thread has another name than at `from`. */
function nextRename({ names }: StoredThread, tickNs: Batch['tickNs'], from: number, to: number): number {
  // The first name holds from the beginning, so only those after it cut anything.
  const next = Math.max(1, countNamesUntil(names, tickNs[from]!));
  return next < names.length ? Math.min(to, lowerBound(tickNs, names[next]!.sinceNs)) : to;
}

/** Ticks before which time was not observed: their time does not begin where that of the tick before ends. */
function findUnseen({ fromNs, toNs }: TickCells): Float64Array {
  return Float64Array.from(fromNs.keys()).filter((at) => at > 0 && fromNs[at] !== toNs[at - 1]);
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
