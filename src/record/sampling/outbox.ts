/**
 * What the recorder's thread has to send: the open batch, and the rows, gaps and failures that go with it. The disk is
 * never waited for: batches that the writer cannot keep up with are dropped, and counted as missed by the next one.
 */
import { countLate } from '../../format/codec/lateness.js';
import type { Gap, ProcessRow, ThreadNameRow, ThreadRow } from '../../format/vocabulary.js';
import { BatchBuilder } from '../batch/batch-builder.js';
import type { GatheredBatch, GatheredSegment } from '../batch/gathered-batch.js';
import type { Interner } from '../code/interner.js';
import type { Schedule } from '../schedule/schedule.js';
import type { ProcessSampler } from './process-sampler.js';
import { control, gauges } from './thread-messages.js';

/** Segments that may wait for the disk before batches are dropped. */
const maxPending = 32;

export interface OutboxOptions {
  readonly interner: Interner;
  readonly schedule: Schedule;
  readonly control: Int32Array;
  readonly gauges: Float64Array;
  /** Takes a segment; the arrays of its batch are given away. */
  readonly send: (segment: GatheredSegment) => void;
}

export class Outbox {
  readonly batch: BatchBuilder;
  readonly #options: OutboxOptions;
  #processes: ProcessRow[] = [];
  #threads: ThreadRow[] = [];
  #threadNames: ThreadNameRow[] = [];
  #gaps: Gap[] = [];
  #over: number[] = [];
  readonly #failures = new Map<string, number>();
  /** Ticks of dropped batches, to be counted as missed by the next that is stored, and those that they left out. */
  #dropped = 0;
  #droppedSpared = 0;
  #droppedFromNs: number | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.batch = new BatchBuilder(options.schedule);
  }

  addProcess(row: ProcessRow): void {
    this.#processes.push(row);
  }

  /** @param id of a process row that nothing refers to any more after the next batch */
  endProcess(id: number): void {
    this.#over.push(id);
  }

  addGap(fromNs: number, toNs: number, reason: string): void {
    this.#gaps.push({ fromNs, toNs, reason });
  }

  /** Counts scheduled ticks that did not take place. @param sparedEach as of `spare` */
  miss(ticks: number, sparedEach = 0): void {
    this.batch.missed(ticks);
    this.#options.gauges[gauges.missed]! += ticks;
    this.spare(ticks * sparedEach);
  }

  /** Counts ticks that were left out on purpose; parts of one add up. */
  spare(ticks: number): void {
    if (ticks === 0) return;
    this.batch.spared(ticks);
    this.#options.gauges[gauges.spared]! += ticks;
  }

  /** Takes the rows of threads and the failures that came up in a process. */
  collect(sampler: ProcessSampler): void {
    const rows = sampler.take();
    const { interrupts } = sampler;
    if (interrupts) {
      this.#options.gauges[gauges.running]! += interrupts.running;
      this.#options.gauges[gauges.copied]! += interrupts.copied;
      interrupts.running = interrupts.copied = 0;
    }
    this.#threads.push(...rows.threads);
    this.#threadNames.push(...rows.threadNames);
    for (const { reason, count } of rows.failures)
      this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + count);
  }

  /** Sends the open batch, with all rows that it is the first to use. The last one is sent however slow the disk is. */
  flush(isLast = false): void {
    const failures = [...this.#failures].map(([reason, count]) => ({ reason, count }));
    this.#failures.clear();
    const { ticks } = this.batch;
    if (this.#dropped > 0 && ticks > 0) {
      this.batch.missed(this.#dropped);
      this.batch.spared(this.#droppedSpared);
    }
    const gathered = this.batch.close();
    const rows = this.#options.interner.takeRows();
    const flags = this.#options.control;
    let batch = gathered;
    // The rows are sent all the same: later samples build on them.
    if (gathered !== null && !isLast && Atomics.load(flags, control.pending) >= maxPending) {
      this.#drop(gathered, ticks);
      batch = null;
    } else if (gathered !== null) this.#count(gathered);
    Atomics.add(flags, control.pending, 1);
    this.#options.send({
      batch,
      ...rows,
      processes: this.#processes,
      threads: this.#threads,
      threadNames: this.#threadNames,
      gaps: this.#gaps,
      failures: batch === null ? [] : failures,
      over: this.#over,
    });
    this.#over = [];
    this.#processes = [];
    this.#threads = [];
    this.#threadNames = [];
    this.#gaps = [];
  }

  #drop(batch: GatheredBatch, ticks: number): void {
    // The batch's own count holds what was dropped before it.
    this.#dropped = batch.missed + ticks;
    this.#droppedSpared = batch.spared ?? 0;
    this.#options.gauges[gauges.missed]! += ticks;
    this.#droppedFromNs ??= firstTick(batch);
  }

  #count(batch: GatheredBatch): void {
    const gauge = this.#options.gauges;
    if (this.#droppedFromNs !== null)
      this.addGap(this.#droppedFromNs, firstTick(batch), 'the disk was too slow');
    this.#dropped = this.#droppedSpared = 0;
    this.#droppedFromNs = null;
    gauge[gauges.late]! += countLate(batch.batch.lateNs).late;
    gauge[gauges.torn]! += batch.torn;
    gauge[gauges.failed]! += batch.failed;
    gauge[gauges.samples]! += batch.samples;
  }
}

/** In ns since time zero; a batch has at least one tick. */
function firstTick({ batch }: GatheredBatch): number {
  return batch.tickNs[0]!;
}
