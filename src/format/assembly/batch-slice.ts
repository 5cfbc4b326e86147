/** A part of a batch, told in the ids and on the time line of another trace. */
import { type Batch, type BatchCounts, status, type ThreadSamples } from '../vocabulary.js';

/** How ids and times become those of the other trace. */
export interface Translation {
  readonly shiftNs: number;
  thread(id: number): number;
  stack(id: number): number;
}

/** The ticks from index `low` to before `high`, at least one. */
export function sliceBatch(batch: Batch, low: number, high: number, to: Translation): Batch {
  const threads: ThreadSamples[] = [];
  for (const samples of batch.threads) {
    const runs: { length: number; stack: number; bits: number }[] = [];
    let start = samples.firstTick;
    samples.runLength.forEach((length, at) => {
      const kept = Math.min(start + length, high) - Math.max(start, low);
      start += length;
      if (kept <= 0) return;
      const bits = samples.runStatus[at]!;
      // The stack of a sample that failed means nothing.
      const stack = bits & status.failed ? 0 : to.stack(samples.runStack[at]!);
      runs.push({ length: kept, stack, bits });
    });
    if (runs.length === 0) continue;
    const firstTick = Math.max(samples.firstTick, low);
    threads.push({
      thread: to.thread(samples.thread),
      firstTick: firstTick - low,
      runLength: Uint32Array.from(runs, (run) => run.length),
      runStack: Uint32Array.from(runs, (run) => run.stack),
      runStatus: Uint32Array.from(runs, (run) => run.bits),
      cpuNs: samples.cpuNs.slice(firstTick - samples.firstTick, high - samples.firstTick),
    });
  }
  return {
    tickNs: batch.tickNs.slice(low, high).map((ns) => ns + to.shiftNs),
    weightNs: batch.weightNs.slice(low, high),
    ...(batch.lateNs && { lateNs: batch.lateNs.slice(low, high) }),
    ...(batch.spanNs && { spanNs: batch.spanNs.slice(low, high) }),
    threads,
  };
}

/** What the row of a batch says of its samples. */
export function countSamples({ tickNs, threads }: Batch): Omit<BatchCounts, 'missed' | 'spared'> {
  const counts = { ticks: tickNs.length, samples: 0, torn: 0, failed: 0, truncated: 0 };
  for (const { runLength, runStatus } of threads)
    runLength.forEach((length, run) => {
      const bits = runStatus[run]!;
      counts.samples += length;
      if (bits & status.torn) counts.torn += length;
      if (bits & status.failed) counts.failed += length;
      if (bits & status.truncated) counts.truncated += length;
    });
  return counts;
}
