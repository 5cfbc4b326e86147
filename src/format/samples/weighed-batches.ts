/**
 * The batches of a window with the time that their samples stand for. That depends on what surrounds a batch, so more is
 * read than the window, and each is held back until enough of the same recording has followed.
 */
import { periodOf } from '../codec/batch-grid.js';
import type { StoredRecording } from '../database/recordings.js';
import { type Batch, maxBatchSpanNs } from '../vocabulary.js';
import type { BatchHead, EndRange, StoredBatch } from './batch-rows.js';
import { mostHeld, spreadReachNs, withCpu } from './spread-batches.js';
import { spanCells, type Ticks, tickCells } from './tick-cells.js';
import type { WeighedBatch, WeighOptions } from './weighed-batch.js';

/** What is needed of a trace. */
export interface BatchSource {
  readonly recordings: readonly StoredRecording[];
  /** By time; those that are not wanted are left out where they cannot be decoded. */
  batches(
    fromNs: number,
    toNs: number,
    ends: EndRange,
    isWanted: (head: BatchHead) => boolean,
  ): Iterable<StoredBatch>;
}

/** Ticks of one recording that are farther from each other than all of this are no neighbours. */
const farthest = { periods: 50, ns: 1e9 };
/** However slow the schedule. */
const mostFarthestNs = 60e9;

/**
 * The batches with ticks in from <= t < to, by time.
 * @throws PyspyError of kind "trace" at one that cannot be decoded
 */
export function* weighBatches(
  source: BatchSource,
  fromNs: number,
  toNs: number,
  { ends = { sinceNs: 0, beforeNs: Number.POSITIVE_INFINITY }, cpu = false }: WeighOptions = {},
): Generator<WeighedBatch, void> {
  const isWanted = ({ firstNs, lastNs }: BatchHead): boolean =>
    lastNs >= fromNs && firstNs < toNs && lastNs >= ends.sinceNs && lastNs < ends.beforeNs;
  const reachNs = settlingNs(source.recordings, cpu);
  const around = {
    sinceNs: ends.sinceNs - reachNs - maxBatchSpanNs,
    beforeNs: ends.beforeNs + reachNs + maxBatchSpanNs,
  };
  const batches = source.batches(fromNs - reachNs, toNs + reachNs, around, isWanted);
  const celled = withCells(batches, source.recordings);
  for (const weighed of cpu ? withCpu(celled, source.recordings) : celled)
    if (isWanted(weighed)) yield weighed;
}

/** What lies farther from a sample than this many ns does not change the time that it stands for. */
export function settlingNs(recordings: readonly StoredRecording[], cpu: boolean): number {
  return recordings.reduce(
    (most, recording) => Math.max(most, 2 * farthestOf(recording) + (cpu ? spreadReachNs(recording) : 0)),
    0,
  );
}

/** Adds the cells of ticks: for them the two ticks that follow must be known. */
function* withCells(
  batches: Iterable<StoredBatch>,
  recordings: readonly StoredRecording[],
): Generator<WeighedBatch, void> {
  const states = new Map(recordings.map((recording) => [recording.id, new RecordingState(recording)]));
  const held: StoredBatch[] = [];
  let samples = 0;
  const stateOf = ({ recording }: StoredBatch): RecordingState => {
    const state = states.get(recording) ?? new RecordingState(null);
    states.set(recording, state);
    return state;
  };
  const release = (): WeighedBatch => {
    const stored = held.shift()!;
    samples -= stored.samples;
    const state = stateOf(stored);
    const after = firstTicks(held.filter(({ recording }) => recording === stored.recording));
    const { tickNs, spanNs } = stored.batch;
    const cells =
      spanNs === undefined ? tickCells(stored.batch, { ...state, after }) : spanCells(tickNs, spanNs);
    state.before = lastTicks(state.before, stored.batch);
    state.heldTicks -= stored.batch.tickNs.length;
    return { ...stored, cells, cpuNs: [] };
  };
  for (const next of batches) {
    held.push(next);
    samples += next.samples;
    stateOf(next).heldTicks += next.batch.tickNs.length;
    for (let head = held[0]!; held.length > 1; head = held[0]!) {
      const { heldTicks, farthestNs } = stateOf(head);
      const isFollowed = heldTicks >= head.batch.tickNs.length + 2;
      // What follows in the file ends no earlier than this one.
      const isPast = next.lastNs - maxBatchSpanNs > head.lastNs + 2 * farthestNs;
      if (!isFollowed && !isPast && samples <= mostHeld) break;
      yield release();
    }
  }
  while (held.length > 0) yield release();
}

/** What is remembered of a recording while its batches go by. */
class RecordingState {
  readonly farthestNs: number;
  /** The two ticks before those that are held. */
  before: Ticks = { tickNs: [], weightNs: [] };
  heldTicks = 0;

  /** @param recording null for one that the trace does not list */
  constructor(recording: StoredRecording | null) {
    this.farthestNs = recording === null ? 0 : farthestOf(recording);
  }
}

function farthestOf({ rateHz }: StoredRecording): number {
  return Math.min(mostFarthestNs, Math.max(farthest.ns, farthest.periods * periodOf(rateHz)));
}

/** The first two ticks of some batches. */
function firstTicks(batches: readonly StoredBatch[]): Ticks {
  const [tickNs, weightNs]: [number[], number[]] = [[], []];
  for (const { batch } of batches)
    for (let at = 0; at < batch.tickNs.length && tickNs.length < 2; at++) {
      tickNs.push(batch.tickNs[at]!);
      weightNs.push(batch.weightNs[at]!);
    }
  return { tickNs, weightNs };
}

/** The last two ticks of one batch after the other. */
function lastTicks(before: Ticks, { tickNs, weightNs }: Batch): Ticks {
  return {
    tickNs: [...Array.from(before.tickNs), ...tickNs.slice(-2)].slice(-2),
    weightNs: [...Array.from(before.weightNs), ...weightNs.slice(-2)].slice(-2),
  };
}
