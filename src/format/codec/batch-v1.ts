/** Reads the batches of format version 1, which this version does not write any more. docs/format.md has them at its end. */

import type { Batch, ThreadSamples } from '../vocabulary.js';
import {
  type DecodedColumns,
  damagedBatch,
  fromDeltas,
  maxSamples,
  maxTicks,
  takeLost,
  whole,
  wholes,
} from './batch-checks.js';

/** Its columns. */
export const keysV1 = ['unit', 'weight', 'ticks', 'lost', 'thread', 'from', 'runs', 'stack', 'status', 'cpu'];

/**
 * @param columns of a `batch` row
 * @returns the batch, and the names of columns that this version does not know
 * @throws PyspyError of kind "trace" for anything that no version 1 would have written
 */
export function readBatchV1(
  columns: DecodedColumns,
  firstNs: number,
  where: string,
): { batch: Batch; unknown: readonly string[] } {
  const unit = columns.number('unit', 1, 1e9);
  const firstWeight = columns.number('weight', 0, Number.MAX_SAFE_INTEGER);
  const [ticks, lost, thread, from, runs, stack, status, cpu] = keysV1
    .slice(2)
    .map((name) => columns.list(name)) as [
    unknown[],
    unknown[],
    unknown[],
    unknown[],
    unknown[],
    unknown[],
    unknown[],
    unknown[],
  ];
  if (ticks.length === 0 || ticks.length > maxTicks)
    throw damagedBatch(where, `it has ${ticks.length} ticks`);
  for (const list of [from, runs, stack, status, cpu])
    if (list.length !== thread.length) throw damagedBatch(where, 'its columns differ in length');

  const tickNs = new Float64Array(ticks.length);
  const weightNs = new Float64Array(ticks.length);
  let at = 0;
  for (let i = 0; i < ticks.length; i++) {
    const distance = whole(ticks[i], 0, Number.MAX_SAFE_INTEGER);
    if (distance === null) throw damagedBatch(where, `tick ${i} goes back in time`);
    at += distance;
    tickNs[i] = firstNs + at * unit;
    weightNs[i] = (i === 0 ? firstWeight : distance) * unit;
  }
  takeLost(lost, weightNs, unit, where);
  let samplesLeft = maxSamples;
  const threads: ThreadSamples[] = [];
  for (let i = 0; i < thread.length; i++) {
    const id = whole(thread[i], 1, Number.MAX_SAFE_INTEGER);
    const firstTick = whole(from[i], 0, ticks.length - 1);
    if (id === null || firstTick === null)
      throw damagedBatch(where, `thread entry ${i} has no valid id or first tick`);
    const runLength = wholes(runs[i], 1);
    const runStatus = wholes(status[i], 0);
    const runStack = fromDeltas(stack[i]);
    if (runLength === null || runStatus === null || runStack === null)
      throw damagedBatch(where, `the runs of thread entry ${i} are no lists of whole numbers`);
    if (runStatus.length !== runLength.length || runStack.length !== runLength.length)
      throw damagedBatch(where, `the columns of thread entry ${i} differ in length`);
    const count = runLength.reduce((sum, length) => sum + length, 0);
    samplesLeft -= count;
    if (samplesLeft < 0) throw damagedBatch(where, `it has more than ${maxSamples} samples`);
    if (firstTick + count > ticks.length)
      throw damagedBatch(where, `thread entry ${i} has more samples than the batch has ticks`);
    const cpuNs = readCpu(cpu[i], count, unit);
    if (cpuNs === null)
      throw damagedBatch(where, `the CPU times of thread entry ${i} do not fit its samples`);
    threads.push({ thread: id, firstTick, runLength, runStack, runStatus, cpuNs });
  }
  return { batch: { tickNs, weightNs, threads }, unknown: columns.unknown };
}

/** One number per sample; -n stands for n samples without any. */
function readCpu(list: unknown, count: number, unit: number): Float64Array | null {
  if (!Array.isArray(list)) return null;
  const cpuNs = new Float64Array(count);
  let at = 0;
  for (const value of list as unknown[]) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value === 0) return null;
    if (value < 0) at += -value;
    else if (at < count) cpuNs[at++] = value * unit;
    else return null;
    if (at > count) return null;
  }
  return at === count ? cpuNs : null;
}
