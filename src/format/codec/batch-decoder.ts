/** Unpacks batches that anyone may have written: the mirror of batch-encoder.ts, with every value checked. */

import { type Batch, maxBatchSpanNs, status, type ThreadSamples } from '../vocabulary.js';
import { damagedBatch, fromDeltas, maxSamples, maxTicks, takeLost, whole, wholes } from './batch-checks.js';
import { unpackBatch } from './batch-packing.js';
import { keysV1, readBatchV1 } from './batch-v1.js';
import { lateStepNs } from './lateness.js';
import { RecentStacks } from './recent-stacks.js';

const keys = [
  'unit',
  'period',
  'weight',
  'cpu_unit',
  'lost',
  'thread',
  'from',
  'ticks',
  'runs',
  'stacks',
  'stack',
  'status',
  'cpu',
  'late',
  'spans',
];

/** What a batch row says about its blob. */
export interface PackedRow {
  readonly data: Uint8Array;
  readonly encoding: number;
  readonly firstNs: number;
  /** Of the trace. */
  readonly formatVersion: number;
}

/**
 * Unpacks the samples of one batch.
 * @param where how to call this batch in an error ("batch 12 of run.trace")
 * @returns the batch, and the names of columns that this version does not know
 * @throws PyspyError of kind "trace" for anything that encodeBatch would not have written
 */
export function decodeBatch(row: PackedRow, where: string): { batch: Batch; unknown: readonly string[] } {
  const names = row.formatVersion === 1 ? keysV1 : keys;
  const columns = unpackBatch(row.data, row.encoding, names, where);
  if (row.formatVersion === 1) return readBatchV1(columns, row.firstNs, where);
  const unit = columns.number('unit', 1, 1e9);
  const cpuUnitNs = columns.number('cpu_unit', 1, 1e9) * unit;
  const { tickNs, weightNs } = readTicks(
    columns.list('ticks'),
    {
      unit,
      period: columns.number('period', 1, 1e12),
      firstNs: row.firstNs,
      weight: columns.number('weight', 0, Number.MAX_SAFE_INTEGER),
    },
    where,
  );
  takeLost(columns.list('lost'), weightNs, unit, where);
  const thread = columns.list('thread');
  const [from, runs, stack, statuses, cpu] = ['from', 'runs', 'stack', 'status', 'cpu'].map((name) => {
    const list = columns.list(name);
    if (list.length !== thread.length) throw damagedBatch(where, 'its columns differ in length');
    return list;
  }) as [unknown[], unknown[], unknown[], unknown[], unknown[]];
  const stacks = new StackReader(columns.list('stacks'), where);
  let samplesLeft = maxSamples;
  const threads = thread.map((value, i): ThreadSamples => {
    const id = whole(value, 1, Number.MAX_SAFE_INTEGER);
    const firstTick = whole(from[i], 0, tickNs.length - 1);
    if (id === null || firstTick === null)
      throw damagedBatch(where, `thread entry ${i} has no valid id or first tick`);
    const runLength = wholes(runs[i], 1);
    const runStatus = wholes(statuses[i], 0);
    const steps = wholes(stack[i], 0);
    if (runLength === null || runStatus === null || steps === null)
      throw damagedBatch(where, `the runs of thread entry ${i} are no lists of whole numbers`);
    if (runStatus.length !== runLength.length || steps.length !== runLength.length)
      throw damagedBatch(where, `the columns of thread entry ${i} differ in length`);
    const count = runLength.reduce((sum, length) => sum + length, 0);
    samplesLeft -= count;
    if (samplesLeft < 0) throw damagedBatch(where, `it has more than ${maxSamples} samples`);
    if (firstTick + count > tickNs.length)
      throw damagedBatch(where, `thread entry ${i} has more samples than the batch has ticks`);
    const runStack = steps.map((step) => stacks.next(step));
    const cpuNs = readCpu(cpu[i], { runLength, runStatus, firstTick, count }, weightNs, cpuUnitNs);
    if (cpuNs === null)
      throw damagedBatch(where, `the CPU times of thread entry ${i} do not fit its samples`);
    return { thread: id, firstTick, runLength, runStack, runStatus, cpuNs };
  });
  stacks.end();
  const lateNs = readLate(columns.optional('late'), tickNs.length, where);
  const spanNs = readSpans(columns.optional('spans'), tickNs, unit, where);
  return {
    batch: { tickNs, weightNs, ...(lateNs && { lateNs }), ...(spanNs && { spanNs }), threads },
    unknown: columns.unknown,
  };
}

/** @param steps undefined where the recorder did not tell */
function readLate(steps: unknown, ticks: number, where: string): Float64Array | undefined {
  if (steps === undefined) return undefined;
  const late = wholes(steps, 0);
  if (late === null || late.length > ticks)
    throw damagedBatch(where, 'its "late" is no list of whole numbers, at most one a tick');
  const lateNs = new Float64Array(ticks);
  for (let at = 0; at < late.length; at++) lateNs[at] = late[at]! * lateStepNs;
  return lateNs;
}

/** @param spans in units; undefined where what a tick stands for follows from those around it */
function readSpans(
  spans: unknown,
  tickNs: Float64Array,
  unit: number,
  where: string,
): Float64Array | undefined {
  if (spans === undefined) return undefined;
  if (!Array.isArray(spans) || spans.length !== tickNs.length)
    throw damagedBatch(where, 'its "spans" is no list of one number a tick');
  return tickNs.map((_, at) => {
    const units = whole(spans[at], 0, Number.MAX_SAFE_INTEGER);
    if (units === null || units * unit > maxBatchSpanNs)
      throw damagedBatch(where, `tick ${at} stands for no time that there is`);
    return units * unit;
  });
}

/**
 * Of a batch of version 2, how late each tick came, in ns; undefined where it does not say.
 * @throws PyspyError of kind "trace" where it is damaged
 */
export function decodeLate(data: Uint8Array, encoding: number, where: string): Float64Array | undefined {
  const columns = unpackBatch(data, encoding, ['ticks', 'late'], where);
  const ticks = columns.list('ticks').length;
  if (ticks > maxTicks) throw damagedBatch(where, `it has ${ticks} ticks`);
  return readLate(columns.optional('late'), ticks, where);
}

function readTicks(
  ticks: readonly unknown[],
  head: { unit: number; period: number; firstNs: number; weight: number },
  where: string,
): { tickNs: Float64Array; weightNs: Float64Array } {
  const { unit, period, firstNs, weight } = head;
  if (ticks.length === 0 || ticks.length > maxTicks)
    throw damagedBatch(where, `it has ${ticks.length} ticks`);
  const tickNs = new Float64Array(ticks.length);
  const weightNs = new Float64Array(ticks.length);
  let slot = -1;
  let start = 0;
  let before = 0;
  for (let i = 0; i < ticks.length; i++) {
    const step = whole(ticks[i], -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const at = (slot + 1) * period + (step ?? 0);
    if (i === 0) start = before = at;
    if (step === null || at < before || !Number.isSafeInteger(at))
      throw damagedBatch(where, `tick ${i} goes back in time`);
    slot = Math.floor(at / period);
    tickNs[i] = firstNs + (at - start) * unit;
    weightNs[i] = (i === 0 ? weight : at - before) * unit;
    before = at;
  }
  return { tickNs, weightNs };
}

class StackReader {
  readonly #recent = new RecentStacks();
  readonly #listed: Uint32Array;
  readonly #where: string;
  #next = 0;

  constructor(stacks: unknown[], where: string) {
    const listed = fromDeltas(stacks);
    if (listed === null) throw damagedBatch(where, 'its stacks are no list of whole numbers');
    this.#listed = listed;
    this.#where = where;
  }

  /** @param back how far back among the recent stacks; 0 for the next one that is listed */
  next(back: number): number {
    if (back > 0) {
      const id = this.#recent.take(back);
      if (id === undefined)
        throw damagedBatch(this.#where, `it refers ${back} stacks back, which is too far`);
      return id;
    }
    const id = this.#listed[this.#next++];
    if (id === undefined) throw damagedBatch(this.#where, 'it needs more stacks than it lists');
    this.#recent.add(id);
    return id;
  }

  /** To be called behind the last run. @throws PyspyError of kind "trace" if stacks are left over that no run took */
  end(): void {
    const left = this.#listed.length - this.#next;
    if (left > 0) throw damagedBatch(this.#where, `it lists ${left} stacks more than it needs`);
  }
}

function readCpu(
  list: unknown,
  samples: Pick<ThreadSamples, 'runLength' | 'runStatus' | 'firstTick'> & { count: number },
  weightNs: Float64Array,
  cpuUnitNs: number,
): Float64Array | null {
  if (!Array.isArray(list) || list.length > samples.count) return null;
  const cpuNs = new Float64Array(samples.count);
  let at = 0;
  for (let run = 0; run < samples.runLength.length; run++) {
    const isRunning = (samples.runStatus[run]! & status.onCpu) !== 0;
    for (let left = samples.runLength[run]!; left > 0; left--, at++) {
      const steps: unknown = at < list.length ? list[at] : 0;
      if (typeof steps !== 'number' || !Number.isInteger(steps)) return null;
      const ns = (isRunning ? weightNs[samples.firstTick + at]! : 0) + steps * cpuUnitNs;
      if (ns < 0 || ns > Number.MAX_SAFE_INTEGER) return null;
      cpuNs[at] = ns;
    }
  }
  return cpuNs;
}
