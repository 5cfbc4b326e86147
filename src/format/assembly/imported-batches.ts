/** Batches of what is imported: gathered tick by tick, and written when one is full. */
import { encodeBatch } from '../codec/batch-encoder.js';
import { chooseGrid } from '../codec/batch-grid.js';
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

const grid = chooseGrid(exactPeriodNs);
/** Batches that begin so many ns apart, or a multiple of that, are packed alike. */
const gridNs = grid.unitNs * grid.period;

type BatchRow = Parameters<ReturnType<typeof prepareInserts>['batch']>[1];

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

  /** Adds ticks of one sample each that lie as far from each other as they stand for. Full batches of them are the same but for their time. */
  addRegular(tick: ImportedTick, seen: Seen, cpuNs: number, count: number): void {
    const { weightNs } = tick;
    const most = Math.min(maxMergedSamples, Math.ceil(maxBatchSpanNs / weightNs));
    // As many whose length is a whole number of periods: times are kept by their place in one.
    const full = most - (most % gridNs);
    let [atNs, left] = [tick.atNs, count];
    const next = (): void => {
      this.add({ ...tick, atNs }, seen, cpuNs);
      atNs += weightNs;
      left--;
    };
    if (full > 0 && cpuNs === 0 && left >= 2 * full) {
      this.flush();
      while (this.#ticks.length < full) next();
      const written = this.#write();
      for (; left >= full; left -= full, atNs += weightNs * full)
        this.#insert.batch(null, {
          ...written,
          firstNs: atNs,
          lastNs: atNs + weightNs * (full - 1),
        });
    }
    while (left > 0) next();
  }

  /** Writes what is left. */
  flush(): void {
    if (this.#ticks.length > 0) this.#write();
  }

  /** @returns the row that it wrote */
  #write(): BatchRow {
    const ticks = this.#ticks;
    const hasSpans = ticks[0]!.spanNs !== null;
    const batch: Batch = {
      tickNs: Float64Array.from(ticks, ({ atNs }) => atNs),
      weightNs: Float64Array.from(ticks, ({ weightNs }) => weightNs),
      ...(hasSpans && { spanNs: Float64Array.from(ticks, ({ spanNs }) => spanNs!) }),
      threads: this.#entries.map(runsOf),
    };
    const row = {
      ...encodeBatch(batch, exactPeriodNs, { deflate: true }),
      ...countSamples(batch),
      missed: 0,
    };
    this.#insert.batch(null, row);
    this.#ticks = [];
    this.#entries = [];
    return row;
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
