/** Joins batches that follow each other into one: long batches compress better, and each costs a row. */
import type { Batch, ThreadSamples } from '../vocabulary.js';

/** @param batches of one recording, by time, at least one */
export function mergeBatches(batches: readonly Batch[]): Batch {
  const join = (column: (batch: Batch) => Float64Array): Float64Array => concat(batches.map(column));
  const entries: OpenEntry[] = [];
  const open = new Map<number, OpenEntry>();
  let offset = 0;
  for (const batch of batches) {
    for (const samples of batch.threads) {
      const firstTick = offset + samples.firstTick;
      let entry = open.get(samples.thread);
      if (entry === undefined || entry.nextTick !== firstTick) {
        entry = new OpenEntry(samples.thread, firstTick);
        open.set(samples.thread, entry);
        entries.push(entry);
      }
      entry.add(samples);
    }
    offset += batch.tickNs.length;
  }
  return {
    tickNs: join((batch) => batch.tickNs),
    weightNs: join((batch) => batch.weightNs),
    // What is not known of a part is not known of the whole; batches of one recorder are all alike in this.
    ...(batches.every(({ lateNs }) => lateNs) && { lateNs: join(({ lateNs }) => lateNs!) }),
    ...(batches.every(({ spanNs }) => spanNs) && { spanNs: join(({ spanNs }) => spanNs!) }),
    threads: entries.map((entry) => entry.close()),
  };
}

class OpenEntry {
  readonly #thread: number;
  readonly #firstTick: number;
  /** The tick at which the entry would go on. */
  nextTick: number;
  readonly #runLength: number[] = [];
  readonly #runStack: number[] = [];
  readonly #runStatus: number[] = [];
  readonly #cpuNs: Float64Array[] = [];

  constructor(thread: number, firstTick: number) {
    this.#thread = thread;
    this.#firstTick = firstTick;
    this.nextTick = firstTick;
  }

  add(samples: ThreadSamples): void {
    samples.runLength.forEach((length, at) => {
      const stack = samples.runStack[at]!;
      const bits = samples.runStatus[at]!;
      const last = this.#runLength.length - 1;
      if (this.#runStack[last] === stack && this.#runStatus[last] === bits) this.#runLength[last]! += length;
      else {
        this.#runLength.push(length);
        this.#runStack.push(stack);
        this.#runStatus.push(bits);
      }
    });
    this.#cpuNs.push(samples.cpuNs);
    this.nextTick += samples.cpuNs.length;
  }

  close(): ThreadSamples {
    return {
      thread: this.#thread,
      firstTick: this.#firstTick,
      runLength: Uint32Array.from(this.#runLength),
      runStack: Uint32Array.from(this.#runStack),
      runStatus: Uint32Array.from(this.#runStatus),
      cpuNs: concat(this.#cpuNs),
    };
  }
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
