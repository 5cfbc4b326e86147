/** Sums a window's samples by thread and stack: what every summary of it starts from. */
import { compareText } from '../../compare-text.js';
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { findStack, type StackForest } from '../../format/reading/stack-forest.js';
import { type Wait, waitOf, waits } from '../../format/wait-words.js';
import { isTaskFrame } from '../names/code-name.js';
import { OwnCode } from '../names/own-code.js';
import type { Cell } from '../samples/cell.js';
import { type NamedThread, NamedThreads } from '../samples/named-thread.js';
import { filterNative } from '../samples/native-filter.js';
import { unreadStack, walkRuns } from '../samples/runs.js';
import type { Metric, SampleFilter } from '../samples/sample-filter.js';
import { allStacks, filterStacks } from '../samples/stack-filter.js';
import { tasksOf } from '../samples/task-names.js';
import { addCounts, noCounts, type WindowCounts } from '../samples/window-counts.js';
import { seconds } from '../window/figure.js';
import { type Window, windowFigures } from '../window/window.js';

/** Node of a cell whose stack could not be read; one whose stack is empty has `emptyNode`. */
export const unreadNode = -2;
const emptyNode = -1;

export interface Fold {
  readonly window: Window;
  readonly metric: Metric;
  readonly forest: StackForest;
  readonly cells: readonly Cell[];
  /** The node of a stack's cells, by the number that `walkRuns` tells; `leftOutNode` for one that a filter leaves out. */
  readonly nodeOf: (stack: number) => number;
  /** The task of asyncio that a stack belongs to, by the same number; null for none. */
  readonly taskOf: (stack: number) => string | null;
  /** Sums over the cells. */
  readonly samples: number;
  readonly ns: number;
  readonly counts: WindowCounts;
}

/**
 * Reads a window and sums it up.
 * @param options.cpu whether cells have their CPU time whatever the filter weighs by
 * @param options.waits whether cells tell what their thread waited for
 * @param options.rollups whether sums that the trace has may be used; either way, cells come in one order then
 * @throws PyspyError of kind "usage" where the window has no samples, "trace" where the trace has none or is damaged
 */
export function foldWindow(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: { readonly rollups?: boolean; readonly cpu?: boolean; readonly waits?: boolean } = {},
): Fold {
  // Rollups come in an order of their own: a fold that may use them has the same order without them.
  const isOrdered = options.rollups !== undefined;
  const fold = (rollups: boolean) => foldPieces(reader, window, filter, { ...options, rollups, isOrdered });
  if (!options.rollups) return fold(false);
  try {
    return fold(true);
  } catch (error) {
    // Sums that are damaged, or refer to what is not there, are no reason to fail: the samples have it all.
    if (!(error instanceof PyspyError) || error.kind !== 'trace') throw error;
    return fold(false);
  }
}

function foldPieces(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  {
    rollups,
    isOrdered,
    cpu = false,
    waits = false,
  }: { rollups: boolean; isOrdered: boolean; cpu?: boolean; waits?: boolean },
): Fold {
  const sums = new RunningFold(filter, { waits });
  const counts = sums.add(reader, window, { rollups, cpu });
  if (counts.ticks === 0) throw noSamples(reader, window);
  return sums.fold(reader, window, isOrdered);
}

interface Sum {
  readonly namedThread: NamedThread;
  readonly stack: number;
  readonly wait: Wait | null;
  samples: number;
  ns: number;
  cpuNs: number;
}

interface RunningFoldOptions {
  readonly waits?: boolean;
  readonly namedThreads?: NamedThreads;
}

/** Sums that grow, window after window of one trace. */
export class RunningFold {
  readonly #filter: SampleFilter;
  readonly #namedThreads: NamedThreads;
  /** By thread, then by stack and what was waited for. */
  #byThread: Map<number, Sum>[] = [];
  readonly #waits: boolean;
  #samples = 0;
  #ns = 0;
  #counts: WindowCounts = noCounts;

  /** @param options.waits whether cells tell what their thread waited for */
  constructor(
    filter: SampleFilter,
    { waits = false, namedThreads = new NamedThreads(filter) }: RunningFoldOptions = {},
  ) {
    this.#filter = filter;
    this.#waits = waits;
    this.#namedThreads = namedThreads;
  }

  /** The same sums, to which other windows can be added. */
  copy(): RunningFold {
    const copy = new RunningFold(this.#filter, { waits: this.#waits, namedThreads: this.#namedThreads });
    copy.#byThread = this.#byThread.map(
      (cells) => new Map([...cells].map(([stack, cell]) => [stack, { ...cell }])),
    );
    copy.#samples = this.#samples;
    copy.#ns = this.#ns;
    copy.#counts = this.#counts;
    return copy;
  }

  /**
   * Adds a window, which may lie in the trace as it was opened again.
   * @returns what was found in it
   * @throws PyspyError of kind "trace" where the trace is damaged
   */
  add(reader: TraceReader, window: Window, { rollups = false, cpu = false } = {}): WindowCounts {
    const byThread = this.#byThread;
    const counts = walkRuns(
      { reader, window, filter: this.#filter },
      (run) => {
        byThread[run.namedThread.index] ??= new Map();
        const cells = byThread[run.namedThread.index]!;
        const wait = this.#waits ? waitOf(run.bits) : null;
        const key = wait === null ? run.stack : run.stack * waits.length + waits.indexOf(wait);
        const cell = cells.get(key);
        if (cell === undefined)
          cells.set(key, {
            namedThread: run.namedThread,
            stack: run.stack,
            wait,
            samples: run.samples,
            ns: run.ns,
            cpuNs: run.cpuNs,
          });
        else {
          cell.samples += run.samples;
          cell.ns += run.ns;
          cell.cpuNs += run.cpuNs;
        }
        this.#samples += run.samples;
        this.#ns += run.ns;
      },
      { rollups, cpu, namedThreads: this.#namedThreads },
    );
    this.#counts = addCounts(this.#counts, counts);
    return counts;
  }

  /**
   * What was added so far.
   * @param window that it stands for
   * @param isOrdered whether cells come by thread, name and stack, instead of as they were met
   * @throws PyspyError of kind "trace" where the trace is damaged
   */
  fold(reader: TraceReader, window: Window, isOrdered = false): Fold {
    const sums = this.#byThread.flatMap((cells) => (cells === undefined ? [] : [...cells.values()]));
    if (isOrdered)
      sums.sort(
        (a, b) =>
          a.namedThread.thread.id - b.namedThread.thread.id ||
          compareText(a.namedThread.label, b.namedThread.label) ||
          a.stack - b.stack ||
          compareText(a.wait ?? '', b.wait ?? ''),
      );
    const forest = reader.forest(sums.flatMap(({ stack }) => (stack > 0 ? [stack] : [])));
    const nodeOf = (stack: number): number =>
      stack === unreadStack ? unreadNode : stack === 0 ? emptyNode : findStack(forest, stack);
    const taskOf = tasksOf(forest);
    const cells = sums.map(({ namedThread, stack, wait, samples, ns, cpuNs }): Cell => {
      const node = nodeOf(stack);
      return { namedThread, node, task: taskOf(node), wait, samples, ns, cpuNs };
    });
    const { metric } = this.#filter;
    const native = filterNative(forest.frames, this.#filter.native);
    // What says which task it was is no frame of the program's.
    const stacks =
      this.#filter.stacks ?? (native.isNeeded || forest.frames.some(isTaskFrame) ? allStacks : null);
    const all = {
      ...{ window, metric, counts: this.#counts },
      taskOf: (stack: number) => taskOf(nodeOf(stack)),
    };
    if (stacks === null) return { ...all, forest, cells, nodeOf, samples: this.#samples, ns: this.#ns };
    const { nodeNow, ...left } = filterStacks(
      { forest, cells },
      stacks,
      native,
      stacks.mine === null ? null : new OwnCode(reader.processes(), stacks.mine),
    );
    const sum = (of: 'samples' | 'ns') => left.cells.reduce((total, cell) => total + cell[of], 0);
    return {
      ...all,
      ...left,
      nodeOf: (stack) => nodeNow(nodeOf(stack)),
      samples: sum('samples'),
      ns: sum('ns'),
    };
  }
}

/** The error for a window in which nothing was sampled. */
export function noSamples(reader: TraceReader, window: Window): PyspyError {
  const { from_s, to_s } = windowFigures(window);
  if (window.fromNs <= reader.keptFromNs() && window.toNs === window.extentNs)
    return new PyspyError('trace', `${reader.path} holds no samples`, {
      hint:
        reader.state() === 'recording'
          ? 'It is being recorded: try again in a second.'
          : 'The program may have ended before its first sample; record for longer.',
    });
  const gap = reader.gaps(window.fromNs, window.toNs)[0];
  return new PyspyError('usage', `there are no samples from ${from_s}s to ${to_s}s in ${reader.path}`, {
    hint: gap
      ? `Nothing was sampled from ${seconds(gap.fromNs)}s to ${seconds(gap.toNs)}s: ${gap.reason}.`
      : `Give a wider window; the recording goes from ${seconds(reader.keptFromNs())}s to ${seconds(window.extentNs)}s.`,
  });
}
