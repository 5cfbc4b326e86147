/** Batches of what is imported: gathered tick by tick, and written when one is full. */
import { encodeBatch } from '../codec/batch-encoder.js';
import type { prepareInserts } from '../database/row-inserts.js';
import { type Batch, maxBatchSpanNs, maxMergedSamples, type ThreadSamples } from '../vocabulary.js';
import { exactPeriodNs } from './batch-joiner.js';
import { countSamples } from './batch-slice.js';

/** Of one sample, what runs are made of. */
export interface Seen {
  readonly thread: number;
  readonly stack: number;
  readonly bits: number;
}

/** When a tick is, its weight, and how long it stands for where that is told; whole ns. */
export interface ImportedTick {
  readonly atNs: number;
  readonly weightNs: number;
  readonly spanNs: number | null;
}

interface Entry {
  readonly thread: number;
  readonly firstTick: number;
  readonly stacks: number[];
  readonly bits: number[];
  readonly cpuNs: number[];
}

export class ImportedBatches {
  readonly #insert: ReturnType<typeof prepareInserts>;
  #ticks: ImportedTick[] = [];
  #entries: Entry[] = [];

  constructor(insert: ReturnType<typeof prepareInserts>) {
    this.#insert = insert;
  }

  /** Adds a tick with one sample; ticks come by time. */
  add(tick: ImportedTick, { thread, stack, bits }: Seen, cpuNs: number): void {
    const first = this.#ticks[0];
    if (
      first !== undefined &&
      (tick.atNs - first.atNs >= maxBatchSpanNs || this.#ticks.length >= maxMergedSamples)
    )
      this.flush();
    let entry = this.#entries.at(-1);
    if (entry?.thread !== thread) {
      entry = { thread, firstTick: this.#ticks.length, stacks: [], bits: [], cpuNs: [] };
      this.#entries.push(entry);
    }
    this.#ticks.push(tick);
    entry.stacks.push(stack);
    entry.bits.push(bits);
    entry.cpuNs.push(cpuNs);
  }

  /** Writes what is left. */
  flush(): void {
    const ticks = this.#ticks;
    if (ticks.length === 0) return;
    const hasSpans = ticks[0]!.spanNs !== null;
    const batch: Batch = {
      tickNs: Float64Array.from(ticks, ({ atNs }) => atNs),
      weightNs: Float64Array.from(ticks, ({ weightNs }) => weightNs),
      ...(hasSpans && { spanNs: Float64Array.from(ticks, ({ spanNs }) => spanNs!) }),
      threads: this.#entries.map(runsOf),
    };
    this.#insert.batch(null, {
      ...encodeBatch(batch, exactPeriodNs, { deflate: true }),
      ...countSamples(batch),
      missed: 0,
    });
    this.#ticks = [];
    this.#entries = [];
  }
}

function runsOf({ thread, firstTick, stacks, bits, cpuNs }: Entry): ThreadSamples {
  const starts = stacks.flatMap((stack, at) =>
    at === 0 || stacks[at - 1] !== stack || bits[at - 1] !== bits[at] ? [at] : [],
  );
  return {
    thread,
    firstTick,
    runLength: Uint32Array.from(starts, (at, run) => (starts[run + 1] ?? stacks.length) - at),
    runStack: Uint32Array.from(starts, (at) => stacks[at]!),
    runStatus: Uint32Array.from(starts, (at) => bits[at]!),
    cpuNs: Float64Array.from(cpuNs),
  };
}
