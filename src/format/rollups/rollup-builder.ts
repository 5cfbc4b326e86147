/**
 * Makes rollups of a trace that goes by batch by batch: of stretches of some hundred thousand samples, of eight of
 * those together, and so on, up to one of all. What it holds grows with the distinct stacks, not with the trace.
 */

import type { TickCells } from '../samples/tick-cells.js';
import type { Batch } from '../vocabulary.js';
import { packRollup, type RollupEntry, type RollupHead } from './rollup.js';

export interface BuiltRollup extends RollupHead {
  readonly data: Uint8Array;
}

/** Samples of the smallest stretch: what a window that cuts one has to read again at its edge. */
const defaultSamples = 500_000;
/** Stretches of one level that make one of the next. */
const fanOut = 8;

/** What the builder needs of a batch's row. */
export interface RolledBatch {
  readonly lastNs: number;
  readonly missed: number;
  /** Of its data. */
  readonly bytes: number;
  readonly batch: Batch;
  readonly cells: TickCells;
  /** CPU time by thread entry and sample. */
  readonly cpuNs: readonly Float64Array[];
  /** By thread: when it got each of its names but the first, rising, ns. */
  readonly renamesOf: (thread: number) => readonly number[];
}

export class RollupBuilder {
  readonly #samples: number;
  readonly #levels: Stretch[] = [];
  readonly #done: BuiltRollup[] = [];

  /**
   * @param options.samples of the smallest stretch
   */
  constructor(options: { samples?: number } = {}) {
    this.#samples = options.samples ?? defaultSamples;
  }

  /**
   * Adds the next batch by (last_ns, first_ns, batch_id).
   * @returns false where its times are no whole numbers: sums would depend on their order, and must not be stored
   */
  add(next: RolledBatch): boolean {
    const level = this.#level(0);
    // Batches that end at the same moment belong to the same stretch: that is how it is told which are in it.
    if (level.samples >= this.#samples && next.lastNs > level.untilNs) this.#close(0, false);
    return this.#level(0).addBatch(next);
  }

  /** Closes all stretches. */
  finish(): BuiltRollup[] {
    for (let at = 0; at < this.#levels.length; at++) this.#close(at, true);
    return this.#done;
  }

  #level(at: number): Stretch {
    this.#levels[at] ??= new Stretch();
    return this.#levels[at]!;
  }

  #close(at: number, isLast: boolean): void {
    const stretch = this.#levels[at]!;
    if (stretch.parts === 0) return;
    // One part alone says nothing that it does not say itself.
    if (stretch.parts > 1) this.#done.push(stretch.pack());
    this.#levels[at] = new Stretch();
    if (isLast && at === this.#levels.length - 1) return;
    const above = this.#level(at + 1);
    above.addStretch(stretch);
    if (above.parts >= fanOut && !isLast) this.#close(at + 1, false);
  }
}

interface Sums {
  samples: number;
  wallNs: number;
  cpuNs: number;
}

interface OpenEntry {
  readonly thread: number;
  readonly atNs: number;
  /** By status, then stack. */
  readonly cells: Map<number, Map<number, Sums>>;
}

/** The sums of some batches. */
export class Stretch {
  parts = 0;
  samples = 0;
  untilNs = 0;
  #sinceNs = Infinity;
  #firstNs = Infinity;
  #lastNs = 0;
  #batches = 0;
  #ticks = 0;
  #missed = 0;
  #bytes = 0;
  /** By thread, then by how many renames were before. */
  readonly #entries = new Map<number, Map<number, OpenEntry>>();

  /** @returns false where the batch's times are no whole numbers: sums would depend on their order */
  addBatch({ lastNs, missed, bytes, batch, cells, cpuNs: cpu, renamesOf }: RolledBatch): boolean {
    const { tickNs } = batch;
    const { weightNs } = cells;
    this.parts++;
    this.#sinceNs = Math.min(this.#sinceNs, lastNs);
    this.untilNs = Math.max(this.untilNs, lastNs);
    this.#firstNs = Math.min(this.#firstNs, Math.floor(tickNs[0]!));
    this.#lastNs = Math.max(this.#lastNs, Math.ceil(tickNs[tickNs.length - 1]!));
    this.#batches++;
    this.#ticks += tickNs.length;
    this.#missed += missed;
    this.#bytes += bytes;
    if (!weightNs.every(Number.isSafeInteger)) return false;
    for (const [index, { thread, firstTick, runLength, runStack, runStatus }] of batch.threads.entries()) {
      const cpuNs = cpu[index]!;
      if (!cpuNs.every(Number.isSafeInteger)) return false;
      const renames = renamesOf(thread);
      let renamed = 0;
      let entry: OpenEntry | null = null;
      let tick = firstTick;
      for (let run = 0; run < runLength.length; run++) {
        const end = tick + runLength[run]!;
        while (tick < end) {
          while (renamed < renames.length && renames[renamed]! <= tickNs[tick]!) {
            renamed++;
            entry = null;
          }
          entry ??= this.#entry(thread, renamed, tickNs[tick]!);
          const until = renames[renamed] ?? Infinity;
          const sums = cellOf(entry, runStatus[run]!, runStack[run]!);
          for (; tick < end && tickNs[tick]! < until; tick++) {
            sums.samples++;
            sums.wallNs += weightNs[tick]!;
            sums.cpuNs += cpuNs[tick - firstTick]!;
          }
        }
        this.samples += runLength[run]!;
      }
    }
    return true;
  }

  addStretch(part: Stretch): void {
    this.parts++;
    this.samples += part.samples;
    this.#sinceNs = Math.min(this.#sinceNs, part.#sinceNs);
    this.untilNs = Math.max(this.untilNs, part.untilNs);
    this.#firstNs = Math.min(this.#firstNs, part.#firstNs);
    this.#lastNs = Math.max(this.#lastNs, part.#lastNs);
    this.#batches += part.#batches;
    this.#ticks += part.#ticks;
    this.#missed += part.#missed;
    this.#bytes += part.#bytes;
    for (const byName of part.#entries.values())
      for (const [renamed, { thread, atNs, cells }] of byName) {
        const entry = this.#entry(thread, renamed, atNs);
        for (const [status, byStack] of cells)
          for (const [stack, { samples, wallNs, cpuNs }] of byStack) {
            const sums = cellOf(entry, status, stack);
            sums.samples += samples;
            sums.wallNs += wallNs;
            sums.cpuNs += cpuNs;
          }
      }
  }

  pack(): BuiltRollup {
    return {
      firstNs: this.#firstNs,
      lastNs: this.#lastNs,
      sinceNs: this.#sinceNs,
      untilNs: this.untilNs,
      batches: this.#batches,
      ticks: this.#ticks,
      samples: this.samples,
      missed: this.#missed,
      bytes: this.#bytes,
      data: packRollup(this.entries()),
    };
  }

  entries(): RollupEntry[] {
    return [...this.#entries.values()].flatMap((byName) => [...byName.values()].map(flatten));
  }

  #entry(thread: number, renamed: number, atNs: number): OpenEntry {
    let byName = this.#entries.get(thread);
    if (byName === undefined) {
      byName = new Map();
      this.#entries.set(thread, byName);
    }
    let entry = byName.get(renamed);
    if (entry === undefined) {
      entry = { thread, atNs: Math.floor(atNs), cells: new Map() };
      byName.set(renamed, entry);
    }
    return entry;
  }
}

function cellOf({ cells }: OpenEntry, status: number, stack: number): Sums {
  let byStack = cells.get(status);
  if (byStack === undefined) {
    byStack = new Map();
    cells.set(status, byStack);
  }
  let sums = byStack.get(stack);
  if (sums === undefined) {
    sums = { samples: 0, wallNs: 0, cpuNs: 0 };
    byStack.set(stack, sums);
  }
  return sums;
}

function flatten({ thread, atNs, cells }: OpenEntry): RollupEntry {
  const rows = [...cells]
    .flatMap(([status, byStack]) => [...byStack].map(([stack, sums]) => ({ status, stack, ...sums })))
    .sort((a, b) => a.status - b.status || a.stack - b.stack);
  return {
    thread,
    atNs,
    status: Uint32Array.from(rows, (row) => row.status),
    stack: Uint32Array.from(rows, (row) => row.stack),
    samples: Uint32Array.from(rows, (row) => row.samples),
    wallNs: Float64Array.from(rows, (row) => row.wallNs),
    cpuNs: Float64Array.from(rows, (row) => row.cpuNs),
  };
}
