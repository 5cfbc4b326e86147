/**
 * A batch as it was gathered, on its way from the thread that samples to the one that writes: packing it takes time that
 * the former does not have.
 */
import { encodeBatch } from '../../format/codec/batch-encoder.js';
import type { Batch, BatchCounts, EncodedBatch, Segment } from '../../format/vocabulary.js';

export interface GatheredBatch extends BatchCounts {
  readonly batch: Batch;
  /** Of the schedule: sets the steps in which times are kept. */
  readonly periodNs: number;
}

/** What is sent at once: a batch, and the rows that it is the first to need. */
export interface GatheredSegment extends Omit<Segment, 'batch'> {
  readonly batch: GatheredBatch | null;
}

/** Buffers from this size on are given away; to copy smaller ones is quicker. */
const givenBytes = 1 << 16;

/** The buffers to give away with a batch when it is sent to another thread. */
export function buffersToGive({ batch }: GatheredBatch): ArrayBuffer[] {
  const { tickNs, weightNs, lateNs, threads } = batch;
  const arrays = [
    tickNs,
    weightNs,
    ...(lateNs ? [lateNs] : []),
    ...threads.flatMap(({ runLength, runStack, runStatus, cpuNs }) => [
      runLength,
      runStack,
      runStatus,
      cpuNs,
    ]),
  ];
  return arrays
    .filter(({ byteLength }) => byteLength >= givenBytes)
    .map(({ buffer }) => buffer as ArrayBuffer);
}

/** Packs a batch for the file. */
export function packSegment(segment: GatheredSegment): Segment {
  return { ...segment, batch: segment.batch === null ? null : packGathered(segment.batch) };
}

export function packGathered({ batch, periodNs, ...counts }: GatheredBatch): EncodedBatch {
  return { ...encodeBatch(batch, periodNs), ...counts };
}
