/** What a page shows of a window: every thread's stacks and states in slices of time, and how busy the program was. */
import type { StoredMark } from '../../format/reading/event-rows.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { findStack } from '../../format/reading/stack-forest.js';
import { type Gap, status } from '../../format/vocabulary.js';
import { waitOf } from '../../format/wait-words.js';
import { unreadStack, walkRuns } from '../samples/runs.js';
import type { SampleFilter } from '../samples/sample-filter.js';
import type { WindowCounts } from '../samples/window-counts.js';
import { noSamples } from '../sums/fold.js';
import type { Window } from '../window/window.js';
import { HeatColumns } from './heat-columns.js';
import { type KeptStacks, StackRanks } from './kept-stacks.js';
import { LaneSlices, type SliceEntries } from './lane-slices.js';
import { type Lane, Lanes } from './lanes.js';

/** What a thread does: the states that lanes are coloured by, in the order of their numbers. */
export const threadStates = ['running', 'gil-wait', 'lock-wait', 'idle', 'collecting', 'unknown'] as const;

type ThreadState = (typeof threadStates)[number];

const numberOf = new Map<ThreadState, number>(threadStates.map((state, number) => [state, number]));

/** The node of samples whose stack could not be read; that of empty stacks is -1. */
const unreadStackNode = -2;

export interface PageContents {
  readonly window: Window;
  readonly counts: WindowCounts;
  readonly lanes: readonly Lane[];
  readonly stacks: KeptStacks;
  /** Whether CPU time is known. */
  readonly hasCpu: boolean;
  /** Wall time of the lanes. `key` is an index into `threadStates`. */
  readonly states: Omit<SlicedTime, 'cpuNs'>;
  /** The same by stack, and CPU time, in slices that may be longer: `key` is an index into the stacks' nodes, -1 for empty
   * stacks, -2 for those that could not be read. */
  readonly calls: SlicedTime & { readonly state: readonly number[] };
  readonly heat: HeatColumns;
  readonly gaps: readonly Gap[];
  /** Those within the window. */
  readonly marks: readonly StoredMark[];
}

export interface SlicedTime extends SliceEntries {
  /** Length of a slice. */
  readonly sliceNs: number;
}

/** What a page has room for. */
export interface PageLimits {
  readonly mostSlices: number;
  readonly mostEntries: number;
  readonly mostNodes: number;
  /** Fewer slices of stacks, or nodes, only where there is no other way. */
  readonly leastSlices: number;
  readonly leastNodes: number;
  readonly mostColumns: number;
}

/** So many times the entries of a page are gathered at first. */
const spare = 3;

/** Room for a state in a key. */
const stateRoom = 8;

/** All samples: what is shown of them is chosen on the page. */
const everything: SampleFilter = {
  metric: 'wall',
  thread: null,
  process: null,
  gil: false,
  gilWait: false,
  waiting: false,
  collecting: false,
  torn: 'keep',
  idle: true,
  stacks: null,
  native: 'usual',
};

/**
 * Reads a window.
 * @throws PyspyError of kind "usage" where it has no samples, "trace" where the trace is damaged
 */
export function readPage(reader: TraceReader, window: Window, most: PageLimits): PageContents {
  const limits = { ...most, mostSlices: Math.min(most.mostSlices, Math.max(1, ticksOf(reader, window))) };
  const states = new LaneSlices(window, limits);
  // First with more room: what of it is dropped in the end depends on the stacks.
  const calls = new LaneSlices(window, { ...limits, mostEntries: limits.mostEntries * spare });
  const lanes = new Lanes(reader.threads());
  const heat = new HeatColumns(window, limits.mostColumns);
  const weightOf = new Map<number, number>();
  let hasCpu = false;
  const counts = walkRuns(
    { reader, window, filter: everything },
    ({ namedThread: { thread, label }, stack, bits, samples, ns, cpuNs, fromNs, toNs }) => {
      const lane = lanes.laneOf(thread, label);
      const named = stateOf(bits);
      const state = numberOf.get(named)!;
      states.add(lane, state, fromNs, toNs, { ns, cpuNs: 0 });
      // Stack ids begin at 0; -1 is one that could not be read.
      calls.add(lane, (stack + 1) * stateRoom + state, fromNs, toNs, { ns, cpuNs });
      hasCpu ||= cpuNs > 0;
      weightOf.set(stack, (weightOf.get(stack) ?? 0) + ns);
      if (named === 'running' || named === 'collecting') heat.addBusy(fromNs, toNs, ns);
      if (bits & status.torn) heat.addTorn(fromNs, toNs, samples);
    },
    { missed: (count, fromNs, toNs) => heat.addMissed(fromNs, toNs, count), cpu: true },
  );
  if (counts.ticks === 0) throw noSamples(reader, window);

  const stacks = shrinkCalls(calls, reader, weightOf, limits);
  const entries = calls.entries();
  return {
    ...{ window, counts, lanes: lanes.list, stacks, heat },
    // Of what was imported it may not be known.
    hasCpu: hasCpu || counts.stateUnknown < counts.samples,
    states: { ...states.entries(), sliceNs: states.sliceNs },
    calls: {
      ...entries,
      key: entries.key.map((key) => Math.floor(key / stateRoom) - 2),
      state: entries.key.map((key) => key % stateRoom),
      sliceNs: calls.sliceNs,
    },
    gaps: reader.gaps(window.fromNs, window.toNs),
    marks: reader.marks().filter(({ atNs }) => atNs >= window.fromNs && atNs <= window.toNs),
  };
}

/**
 * Has calls fit a page, with keys of nodes: first slices become longer, but not fewer than tell when something was; then fewer
 * stacks are kept; then slices become longer all the same.
 */
function shrinkCalls(
  calls: LaneSlices,
  reader: TraceReader,
  weightOf: ReadonlyMap<number, number>,
  limits: PageLimits,
): KeptStacks {
  const forest = reader.forest([...weightOf.keys()].filter((stack) => stack > 0));
  const weights = new Float64Array(forest.ids.length);
  for (const [stack, ns] of weightOf) if (stack > 0) weights[findStack(forest, stack)]! += ns;
  const ranks = new StackRanks(forest, weights);
  // Stacks that could not be read have the number before all places, as they have before all stacks.
  const rename = (placeOf: (place: number) => number) =>
    calls.rename((key) => (placeOf(Math.floor(key / stateRoom) - 1) + 1) * stateRoom + (key % stateRoom));
  rename((stack) => {
    if (stack === unreadStack) return unreadStack;
    return ranks.placeOf(stack === 0 ? -1 : findStack(forest, stack));
  });
  let most = limits.mostNodes;
  for (;;) {
    rename((place) => (place === unreadStack ? unreadStack : ranks.cutTo(most, place)));
    if (calls.shrinkTo(limits.mostEntries, limits.leastSlices) || most <= limits.leastNodes) break;
    most = Math.max(limits.leastNodes, most >> 1);
  }
  calls.shrinkTo(limits.mostEntries, 1);
  const stacks = ranks.keep(most);
  rename((place) => (place === unreadStack ? unreadStackNode : stacks.nodeOf(place)) + 1);
  return stacks;
}

/** About how many ticks a window has. Slices need not be shorter than a tick. */
function ticksOf(reader: TraceReader, { fromNs, toNs, extentNs }: Window): number {
  const length = extentNs - Math.min(fromNs, reader.keptFromNs());
  return Math.ceil((reader.counts().ticks * (toNs - fromNs)) / Math.max(1, length));
}

function stateOf(bits: number): ThreadState {
  // One that holds the GIL for a collection, and sleeps, is as idle as others that sleep.
  if (bits & status.collecting && bits & (status.onCpu | status.stateUnknown)) return 'collecting';
  if (bits & status.stateUnknown) return 'unknown';
  switch (waitOf(bits)) {
    case 'running':
      return 'running';
    case 'gil':
      return 'gil-wait';
    case 'lock':
      return 'lock-wait';
    default:
      return 'idle';
  }
}
