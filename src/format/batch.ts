/**
 * The packed form of a batch: msgpack, columns side by side, encoder and decoder facing each other.
 * schema/batch.schema.json describes the decoded map; docs/format.md explains it with an example.
 */
import { Packr, Unpackr } from 'msgpackr';
import { PyspyError } from '../errors.js';
import { findMsgpackFault } from './msgpack-guard.js';
import type { Batch, ThreadSamples } from './vocabulary.js';

/** Resolution of times in a batch, in ns. */
const unitNs = 1000;

/** More samples of one thread, or more ticks, than this in one batch are no second of sampling but an attack. */
const maxTicks = 4_000_000;
const maxSamples = 40_000_000;

/** The msgpack map. `thread`, `from`, `runs`, `stack`, `status` and `cpu` have one element per thread entry. */
interface PackedBatch {
  unit: number;
  weight: number;
  ticks: number[];
  lost: number[];
  thread: number[];
  from: number[];
  runs: number[][];
  stack: number[][];
  status: number[][];
  cpu: number[][];
}
const columns = ['ticks', 'lost', 'thread', 'from', 'runs', 'stack', 'status', 'cpu'] as const;
const knownKeys = new Set<string>(['unit', 'weight', ...columns]);

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'number' });

/**
 * Packs a batch with at least one tick. Times are rounded to microseconds in a way that errors do not add up.
 * A tick's weight is its distance from the one before, less what is listed as lost.
 */
export function encodeBatch(batch: Batch): Uint8Array {
  const first = batch.tickNs[0]!;
  const ticks: number[] = [];
  const lost: number[] = [];
  let before = 0;
  for (const [i, at] of batch.tickNs.entries()) {
    const units = Math.round((at - first) / unitNs);
    const distance = units - before;
    ticks.push(distance);
    before = units;
    const weight = Math.round(batch.weightNs[i]! / unitNs);
    // A difference of one unit is rounding.
    if (i > 0 && distance - weight > 1) lost.push(i, distance - weight);
  }
  const packed: PackedBatch = {
    unit: unitNs,
    weight: Math.round(batch.weightNs[0]! / unitNs),
    ticks,
    lost,
    thread: batch.threads.map((samples) => samples.thread),
    from: batch.threads.map((samples) => samples.firstTick),
    runs: batch.threads.map((samples) => Array.from(samples.runLength)),
    stack: batch.threads.map((samples) => differences(samples.runStack)),
    status: batch.threads.map((samples) => Array.from(samples.runStatus)),
    cpu: batch.threads.map((samples) => packCpu(samples.cpuNs)),
  };
  return packr.pack(packed);
}

/**
 * Unpacks the samples of one batch.
 * @param data the blob of a `batch` row
 * @param firstNs its first_ns
 * @param where how to call this batch in an error ("batch 12 of run.trace")
 * @returns the batch, and the names of columns that this version does not know
 * @throws PyspyError of kind "trace" for anything that encodeBatch would not have written
 */
export function decodeBatch(
  data: Uint8Array,
  firstNs: number,
  where: string,
): { batch: Batch; unknown: string[] } {
  const fault = findMsgpackFault(data);
  if (fault !== null) throw damaged(where, fault);
  const map: unknown = unpackr.unpack(data);
  if (!(map instanceof Map)) throw damaged(where, 'it is not a map');
  const unit = whole(map.get('unit'), 1, 1e9);
  const firstWeight = whole(map.get('weight'), 0, Number.MAX_SAFE_INTEGER);
  const lists: Partial<Record<(typeof columns)[number], unknown[]>> = {};
  for (const name of columns) {
    const list: unknown = map.get(name);
    if (!Array.isArray(list)) throw damaged(where, `its column "${name}" is not a list`);
    lists[name] = list;
  }
  const { ticks, lost, thread, from, runs, stack, status, cpu } = lists as Record<
    (typeof columns)[number],
    unknown[]
  >;
  if (unit === null || firstWeight === null) throw damaged(where, 'its unit or weight is no whole number');
  if (ticks.length === 0 || ticks.length > maxTicks) throw damaged(where, `it has ${ticks.length} ticks`);
  for (const list of [from, runs, stack, status, cpu])
    if (list.length !== thread.length) throw damaged(where, 'its columns differ in length');

  const tickNs = new Float64Array(ticks.length);
  const weightNs = new Float64Array(ticks.length);
  let at = 0;
  for (let i = 0; i < ticks.length; i++) {
    const distance = whole(ticks[i], 0, Number.MAX_SAFE_INTEGER);
    if (distance === null) throw damaged(where, `tick ${i} goes back in time`);
    at += distance;
    tickNs[i] = firstNs + at * unit;
    weightNs[i] = (i === 0 ? firstWeight : distance) * unit;
  }
  for (let i = 0; i < lost.length; i += 2) {
    const tick = whole(lost[i], 1, ticks.length - 1);
    const units = whole(lost[i + 1], 0, Number.MAX_SAFE_INTEGER);
    if (tick === null || units === null || units * unit > weightNs[tick]!)
      throw damaged(where, 'it lost more time than went by');
    weightNs[tick]! -= units * unit;
  }
  let samplesLeft = maxSamples;
  const threads: ThreadSamples[] = [];
  for (let i = 0; i < thread.length; i++) {
    const id = whole(thread[i], 1, Number.MAX_SAFE_INTEGER);
    const firstTick = whole(from[i], 0, ticks.length - 1);
    if (id === null || firstTick === null)
      throw damaged(where, `thread entry ${i} has no valid id or first tick`);
    const runLength = wholes(runs[i], 1);
    const runStatus = wholes(status[i], 0);
    const runStack = sums(stack[i]);
    if (runLength === null || runStatus === null || runStack === null)
      throw damaged(where, `the runs of thread entry ${i} are no lists of whole numbers`);
    if (runStatus.length !== runLength.length || runStack.length !== runLength.length)
      throw damaged(where, `the columns of thread entry ${i} differ in length`);
    const count = runLength.reduce((sum, length) => sum + length, 0);
    samplesLeft -= count;
    if (firstTick + count > ticks.length || samplesLeft < 0)
      throw damaged(where, `thread entry ${i} has more samples than the batch has ticks`);
    const cpuNs = unpackCpu(cpu[i], count, unit);
    if (cpuNs === null) throw damaged(where, `the CPU times of thread entry ${i} do not fit its samples`);
    threads.push({ thread: id, firstTick, runLength, runStack, runStatus, cpuNs });
  }
  const unknown = [...map.keys()].filter((key) => typeof key === 'string' && !knownKeys.has(key)) as string[];
  return { batch: { tickNs, weightNs, threads }, unknown };
}

function damaged(where: string, what: string): PyspyError {
  return new PyspyError('trace', `${where} is damaged: ${what}`, {
    hint: 'Replay a window that leaves it out (--from, --to), or record again.',
  });
}

function differences(values: Uint32Array): number[] {
  const list: number[] = [];
  let before = 0;
  for (const value of values) {
    list.push(value - before);
    before = value;
  }
  return list;
}

function sums(list: unknown): Uint32Array | null {
  if (!Array.isArray(list)) return null;
  const values = new Uint32Array(list.length);
  let sum = 0;
  for (let i = 0; i < list.length; i++) {
    const difference: unknown = list[i];
    if (!Number.isInteger(difference)) return null;
    sum += difference as number;
    if (sum < 0 || sum > 0xffffffff) return null;
    values[i] = sum;
  }
  return values;
}

/** Whole microseconds per sample; n samples in a row without CPU time are the one number -n. */
function packCpu(cpuNs: Float64Array): number[] {
  const list: number[] = [];
  let idle = 0;
  let owed = 0;
  for (const ns of cpuNs) {
    // What rounding takes from one sample is given to the next that used any.
    const exact = ns + owed;
    const units = ns === 0 ? 0 : Math.max(0, Math.round(exact / unitNs));
    if (ns !== 0) owed = exact - units * unitNs;
    if (units === 0) {
      idle++;
      continue;
    }
    if (idle > 0) list.push(-idle);
    idle = 0;
    list.push(units);
  }
  if (idle > 0) list.push(-idle);
  return list;
}

function unpackCpu(list: unknown, count: number, unit: number): Float64Array | null {
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

/** `value` if it is a whole number from `low` to `high`, else null. */
function whole(value: unknown, low: number, high: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : null;
}

function wholes(list: unknown, low: number): Uint32Array | null {
  if (!Array.isArray(list)) return null;
  const values = new Uint32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const value = whole(list[i], low, 0xffffffff);
    if (value === null) return null;
    values[i] = value;
  }
  return values;
}
