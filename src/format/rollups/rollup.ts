/**
 * Sums over a stretch of whole batches, by thread, status and stack: what a summary needs of it. Packed as a batch is;
 * docs/format.md describes the columns.
 */
import { damagedBatch, fromDeltas, whole } from '../codec/batch-checks.js';
import { packDeflated, unpackBatch } from '../codec/batch-packing.js';
import { batchEncoding } from '../vocabulary.js';

/** Of the columns below and what they mean. 1 had the time since the tick before as wall time, 2 other CPU times beside busy processes. */
export const rollupLayout = 3;

const keys = ['unit', 'thread', 'at', 'cells', 'status', 'stacks', 'samples', 'wall', 'cpu'];

/** Totals of consecutive batches, as their rows have them: a rollup whose own totals differ is stale. */
export interface BatchTotals {
  readonly batches: number;
  readonly ticks: number;
  readonly samples: number;
  readonly missed: number;
  /** Of the batches' data as they are stored. */
  readonly bytes: number;
}

export interface RollupHead extends BatchTotals {
  /** Earliest and latest tick, ns. */
  readonly firstNs: number;
  readonly lastNs: number;
  /** It is of the batches with sinceNs <= last_ns <= untilNs. */
  readonly sinceNs: number;
  readonly untilNs: number;
}

/** All samples of a thread under one name, by status and stack; the lists are parallel. */
export interface RollupEntry {
  readonly thread: number;
  /** A time at which the thread had the name that it had at all of them, ns. */
  readonly atNs: number;
  readonly status: Uint32Array;
  readonly stack: Uint32Array;
  readonly samples: Uint32Array;
  /** Wall and CPU time, ns: whole numbers, so that sums do not depend on the order. */
  readonly wallNs: Float64Array;
  readonly cpuNs: Float64Array;
}

export function packRollup(entries: readonly RollupEntry[]): Uint8Array {
  const all = (column: (entry: RollupEntry) => Uint32Array | Float64Array): number[] =>
    entries.flatMap((entry) => Array.from(column(entry)));
  const wall = all((entry) => entry.wallNs);
  const cpu = all((entry) => entry.cpuNs);
  let unit = 0;
  for (const ns of [...wall, ...cpu]) unit = commonDivisor(unit, ns);
  unit = Math.max(1, unit);
  return packDeflated({
    unit,
    thread: entries.map(({ thread }) => thread),
    at: entries.map(({ atNs }) => atNs),
    cells: entries.map(({ stack }) => stack.length),
    status: all((entry) => entry.status),
    stacks: all((entry) => entry.stack).map((id, at, ids) => id - (ids[at - 1] ?? 0)),
    samples: all((entry) => entry.samples),
    wall: wall.map((ns) => ns / unit),
    cpu: cpu.map((ns) => ns / unit),
  });
}

/**
 * @param where how to call this rollup in an error
 * @throws PyspyError of kind "trace" for anything that packRollup would not have written
 */
export function unpackRollup(data: Uint8Array, where: string): RollupEntry[] {
  const columns = unpackBatch(data, batchEncoding.deflated, keys, where);
  const unit = columns.number('unit', 1, Number.MAX_SAFE_INTEGER);
  const list = (name: string, unit = 1) => wholeNumbers(columns.list(name), unit, `${where}: ${name}`);
  const [thread, at, cells, status, samples] = ['thread', 'at', 'cells', 'status', 'samples'].map((name) =>
    list(name),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const stack = fromDeltas(columns.list('stacks'));
  const [wall, cpu] = [list('wall', unit), list('cpu', unit)];
  const count = cells.reduce((sum, length) => sum + length, 0);
  if (stack === null || thread.length !== cells.length || at.length !== cells.length)
    throw damagedBatch(where, 'its columns do not fit together');
  for (const column of [status, stack, samples, wall, cpu])
    if (column.length !== count) throw damagedBatch(where, 'its columns differ in length');
  let from = 0;
  return Array.from(cells, (length, index): RollupEntry => {
    const to = from + length;
    const entry = {
      thread: thread[index]!,
      atNs: at[index]!,
      status: Uint32Array.from(status.subarray(from, to)),
      stack: stack.subarray(from, to),
      samples: Uint32Array.from(samples.subarray(from, to)),
      wallNs: wall.subarray(from, to),
      cpuNs: cpu.subarray(from, to),
    };
    from = to;
    return entry;
  });
}

function wholeNumbers(list: readonly unknown[], unit: number, where: string): Float64Array {
  const values = new Float64Array(list.length);
  const most = Math.floor(Number.MAX_SAFE_INTEGER / unit);
  for (let at = 0; at < list.length; at++) {
    const value = whole(list[at], 0, most);
    if (value === null) throw damagedBatch(where, 'it is no list of whole numbers in range');
    values[at] = value * unit;
  }
  return values;
}

function commonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
