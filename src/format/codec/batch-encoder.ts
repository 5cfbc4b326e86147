/**
 * Packs batches: columns side by side, numbers chosen so that what is usual is small. batch-decoder.ts is its mirror;
 * schema/batch.schema.json describes the map, docs/format.md explains it with an example.
 */

import { type Batch, batchEncoding, status, type ThreadSamples } from '../vocabulary.js';
import { type BatchGrid, chooseGrid } from './batch-grid.js';
import { packColumns, packDeflated } from './batch-packing.js';
import { countLate, packLate } from './lateness.js';
import { RecentStacks } from './recent-stacks.js';

export interface PackedBatch {
  readonly data: Uint8Array;
  /** One of `batchEncoding`. */
  readonly encoding: number;
  /** Times of the first and the last tick as they will be read again, in ns. */
  readonly firstNs: number;
  readonly lastNs: number;
  /** Ticks that came late (from `lateFromNs` on); null where it is not known. */
  readonly late: number | null;
}

/**
 * Packs a batch with at least one tick. Times are rounded up to whole units, so that what is known since a tick is known
 * at it; CPU times are rounded so that errors do not add up.
 * @param periodNs of the schedule that the ticks keep to, more or less
 * @param options.deflate smaller, and slower to write
 */
export function encodeBatch(
  batch: Batch,
  periodNs: number,
  options: { deflate?: boolean } = {},
): PackedBatch {
  const grid = chooseGrid(periodNs);
  const { unitNs, period } = grid;
  const at = batch.tickNs.map((ns) => Math.ceil(ns / unitNs));
  const ticks: number[] = [];
  const lost: number[] = [];
  const weights = new Float64Array(at.length);
  let slot = Math.floor(at[0]! / period) - 1;
  for (let i = 0; i < at.length; i++) {
    ticks.push(at[i]! - (slot + 1) * period);
    slot = Math.floor(at[i]! / period);
    const weight = Math.round(batch.weightNs[i]! / unitNs);
    const distance = i === 0 ? weight : at[i]! - at[i - 1]!;
    // A difference of one unit is rounding.
    const missing = distance - weight > 1 ? distance - weight : 0;
    if (missing > 0) lost.push(i, missing);
    weights[i] = distance - missing;
  }
  const { stacks, stack } = packStacks(batch.threads);
  const { cpuUnit, cpu } = packCpu(batch.threads, weights, grid);
  const columns = {
    unit: unitNs,
    period,
    weight: weights[0],
    cpu_unit: cpuUnit,
    lost,
    thread: batch.threads.map((samples) => samples.thread),
    from: batch.threads.map((samples) => samples.firstTick),
    ticks,
    runs: batch.threads.map((samples) => Array.from(samples.runLength)),
    stacks,
    stack,
    status: batch.threads.map((samples) => Array.from(samples.runStatus)),
    cpu,
    ...(batch.lateNs && { late: packLate(batch.lateNs) }),
    ...(batch.spanNs && { spans: Array.from(batch.spanNs, (ns) => Math.round(ns / unitNs)) }),
  };
  return {
    data: options.deflate ? packDeflated(columns) : packColumns(columns),
    encoding: options.deflate ? batchEncoding.deflated : batchEncoding.plain,
    firstNs: at[0]! * unitNs,
    lastNs: at[at.length - 1]! * unitNs,
    late: batch.lateNs ? countLate(batch.lateNs).late : null,
  };
}

function packStacks(threads: readonly ThreadSamples[]): { stacks: number[]; stack: number[][] } {
  const recent = new RecentStacks();
  const stacks: number[] = [];
  let last = 0;
  const stack = threads.map(({ runStack }) =>
    Array.from(runStack, (id) => {
      const back = recent.find(id);
      if (back === 0) {
        stacks.push(id - last);
        last = id;
      }
      return back;
    }),
  );
  return { stacks, stack };
}

/** More steps are not owed on the way: CPU time would be found later than it was used. */
const mostOwed = 10;

/**
 * CPU times in the coarsest steps that keep the sum of each thread. A reader refuses times below zero, so a sample that was
 * on a CPU and used less than its weight has beyond whole steps can only be rounded up; where its thread does not use
 * enough elsewhere to make up for that, the batch is kept in steps of a unit.
 */
function packCpu(
  threads: readonly ThreadSamples[],
  weights: Float64Array,
  grid: BatchGrid,
): { cpuUnit: number; cpu: number[][] } {
  const { unitNs, cpuUnit } = grid;
  const cpu: number[][] = [];
  for (const samples of threads) {
    const steps = packSteps(samples, weights, unitNs, cpuUnit);
    if (steps === null) return packCpu(threads, weights, { ...grid, cpuUnit: 1 });
    cpu.push(steps);
  }
  return { cpuUnit, cpu };
}

/**
 * Steps of CPU time by which each sample differs from what its status suggests: from its tick's weight where it was on a
 * CPU, from 0 where not. What rounding takes from one sample is given to the next; zeros at the end are left out.
 * @returns null where the steps are too coarse; never for steps of a unit
 */
function packSteps(
  samples: ThreadSamples,
  weights: Float64Array,
  unitNs: number,
  cpuUnit: number,
): number[] | null {
  const list: number[] = [];
  let zeros = 0;
  // At random: what remains of less than a step is lost with every batch, and must not add up to one side.
  let owed = (Math.random() - 0.5) * cpuUnit;
  // The sample with most time, from which what is owed at the end can be taken.
  let [mostAt, most] = [0, 0];
  let at = 0;
  for (let run = 0; run < samples.runLength.length; run++) {
    const isRunning = (samples.runStatus[run]! & status.onCpu) !== 0;
    for (let left = samples.runLength[run]!; left > 0; left--, at++) {
      const usual = isRunning ? weights[samples.firstTick + at]! : 0;
      const used = samples.cpuNs[at]!;
      let steps = 0;
      if (isRunning || used !== 0) {
        const exact = used / unitNs - usual + owed;
        steps = Math.max(Math.round(exact / cpuUnit), -Math.floor(usual / cpuUnit));
        owed = exact - steps * cpuUnit;
        if (cpuUnit > 1 && owed < -mostOwed * cpuUnit) return null;
        const stored = usual + steps * cpuUnit;
        if (stored > most) [mostAt, most] = [at, stored];
      }
      if (steps === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 0; zeros--) list.push(0);
      list.push(steps);
    }
  }
  // Half a step is what rounding of the sum leaves; more would always be too much, and never too little.
  const excess = Math.ceil(-owed / cpuUnit - 0.5);
  if (cpuUnit === 1 || excess <= 0) return list;
  if (most < excess * cpuUnit) return null;
  while (list.length <= mostAt) list.push(0);
  list[mostAt]! -= excess;
  return list;
}
