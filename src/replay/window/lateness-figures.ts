/** Whether the recorder came to its ticks in time: where it waited for a processor, what was running chose the moment. */
import type { LateTicks } from '../../format/codec/lateness.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { percent } from './figure.js';

/**
 * From this share of late ticks on a result may lean: late ticks can be all on the wrong side, so a figure can be off by as
 * many percent of the time. A few late ticks are none.
 */
const leanShare = 0.05;
const leanTicks = 10;

/** Batches whose lateness is read tick by tick: spread over the trace where it has more. */
const mostBatches = 200;

export interface LatenessFigures {
  /** Ticks whose lateness is known, and how many came half a millisecond or more after the moment drawn for them. */
  ticks: number;
  late: number;
  late_pct: number;
  /** Of how many ticks the rest is: all, but in long recordings. In steps of 0.1 ms, rounded down. */
  looked_at: number;
  median_ms: number;
  p95_ms: number;
  max_ms: number;
}

/** Whether so many late ticks can make figures lean. */
export function mayLean({ late, known }: LateTicks): boolean {
  return late >= leanTicks && late > leanShare * known;
}

/** Of a whole trace; null where it is not known. @throws PyspyError of kind "trace" where the trace is damaged */
export function describeLateness(reader: TraceReader): LatenessFigures | null {
  const { late, known } = reader.tickSums(0, Number.MAX_SAFE_INTEGER);
  if (known === 0) return null;
  const all: Float64Array[] = [];
  for (const lateNs of reader.lateness(mostBatches)) all.push(lateNs);
  const sorted = Float64Array.from(all.flatMap((lateNs) => [...lateNs])).sort();
  const at = (share: number): number =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1e6;
  return {
    ticks: known,
    late,
    late_pct: percent(late, known),
    looked_at: sorted.length,
    median_ms: at(0.5),
    p95_ms: at(0.95),
    max_ms: at(1),
  };
}
