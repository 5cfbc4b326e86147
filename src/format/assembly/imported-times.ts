/**
 * Where on the time line imported samples lie. Of a profile without times, each sample gets a tick of its own, after a little time that is
 * lost, and stands for exactly its weight (samples/tick-cells.ts: what has lost time on both sides); many of one weight lie close together. Of one with times, a tick is where
 * its sample began, and its batch says how long it stands for.
 */
import { longestUnitNs } from '../codec/batch-grid.js';
import { tooMuch } from './import-limits.js';
import type { ImportedBatches, Seen } from './imported-batches.js';
import { longestNs } from './imported-profile.js';

/** Lost between two ticks: more than what counts as nothing, also when times are rounded to the longest unit. */
const lostNs = 5 * longestUnitNs;

/** Fewer could be taken for the end of something else (samples/tick-cells.ts looks two ticks far). */
const leastRegular = 4;

/** What a sample stands for, in whole ns. */
export interface ImportedTime {
  /** When it began; null in profiles without times. */
  readonly fromNs: number | null;
  readonly wallNs: number;
  readonly cpuNs: number;
}

export interface TimeLine {
  /** How far it reaches so far. */
  readonly lengthNs: number;
  /** @param count how many there are of it, one behind the other */
  add(seen: Seen, time: ImportedTime, count: number): void;
  /**
   * Writes what is left.
   * @returns when it ended, and when its first sample began in the profile's own time
   * @throws PyspyError of kind "trace" where it turns out to be too long
   */
  finish(): { readonly endNs: number; readonly originNs: number };
}

/** Samples one behind the other, in the order in which they come. */
export class OrderAlone implements TimeLine {
  readonly #batches: ImportedBatches;
  /** Of the last tick: its time and its weight. */
  #nowNs = 0;
  #lastNs = 0;

  constructor(batches: ImportedBatches) {
    this.#batches = batches;
  }

  get lengthNs(): number {
    return this.#nowNs;
  }

  add(seen: Seen, { wallNs, cpuNs }: ImportedTime, count: number): void {
    // Among ticks of one weight none has to be lost: each is as far from its neighbours as it stands for.
    const isRegular = count >= leastRegular && wallNs > 0;
    for (let left = count; left > 0; left -= isRegular ? count : 1) {
      // Half of a tick's weight lies before it, half behind.
      const atNs = this.#nowNs + Math.max(wallNs, Math.ceil((this.#lastNs + wallNs) / 2)) + lostNs;
      this.#batches.add({ atNs, weightNs: wallNs, spanNs: null }, seen, cpuNs);
      this.#nowNs = atNs;
      this.#lastNs = wallNs;
    }
    if (!isRegular) return;
    this.#batches.addRegular(
      { atNs: this.#nowNs + wallNs, weightNs: wallNs, spanNs: null },
      seen,
      cpuNs,
      count - 1,
    );
    this.#nowNs += wallNs * (count - 1);
  }

  finish(): { endNs: number; originNs: number } {
    this.#batches.flush();
    return { endNs: this.#nowNs + this.#lastNs + lostNs, originNs: 0 };
  }
}

/** Samples where they were, from the first one on. Threads come in any order, so all is held until the end. */
export class TrueTimes implements TimeLine {
  readonly #batches: ImportedBatches;
  readonly #path: string;
  readonly #onThread: (thread: number, firstNs: number) => void;
  readonly #seen: Seen[] = [];
  readonly #fromNs: number[] = [];
  readonly #wallNs: number[] = [];
  readonly #cpuNs: number[] = [];
  #firstNs = Infinity;
  #lastNs = -Infinity;

  /** @param path what the profile is called in errors. @param onThread told of each thread when its first sample begins, at the end */
  constructor(batches: ImportedBatches, path: string, onThread: (thread: number, firstNs: number) => void) {
    this.#batches = batches;
    this.#path = path;
    this.#onThread = onThread;
  }

  get lengthNs(): number {
    return Math.max(0, this.#lastNs - this.#firstNs);
  }

  add(seen: Seen, { fromNs, wallNs, cpuNs }: ImportedTime, count: number): void {
    for (let done = 0; done < count; done++) {
      const from = fromNs! + done * wallNs;
      this.#seen.push(seen);
      this.#fromNs.push(from);
      this.#wallNs.push(wallNs);
      this.#cpuNs.push(cpuNs);
    }
    this.#firstNs = Math.min(this.#firstNs, fromNs!);
    this.#lastNs = Math.max(this.#lastNs, fromNs! + count * wallNs);
  }

  finish(): { endNs: number; originNs: number } {
    if (this.#seen.length === 0) return { endNs: 0, originNs: 0 };
    let endNs = this.#lastNs - this.#firstNs;
    const ends = new Map<number, number>();
    const starts = Float64Array.from(this.#fromNs, (from) => from - this.#firstNs);
    // What overlaps the sample before it of its thread begins where that ends: no thread does two things at once.
    for (const at of orderOf(starts)) {
      const { thread } = this.#seen[at]!;
      if (!ends.has(thread)) this.#onThread(thread, starts[at]!);
      const start = Math.max(starts[at]!, ends.get(thread) ?? 0);
      starts[at] = start;
      ends.set(thread, start + this.#wallNs[at]!);
      endNs = Math.max(endNs, start + this.#wallNs[at]!);
    }
    // A few samples that all begin at once can stand for any time.
    if (endNs > longestNs) throw tooMuch(this.#path, 'over 50 days');
    let before = 0;
    for (const at of orderOf(starts)) {
      const atNs = starts[at]!;
      this.#batches.add(
        { atNs, weightNs: atNs - before, spanNs: this.#wallNs[at]! },
        this.#seen[at]!,
        this.#cpuNs[at]!,
      );
      before = atNs;
    }
    this.#batches.flush();
    return { endNs, originNs: this.#firstNs };
  }
}

/** Indexes by time, those of one time in their order. */
function orderOf(starts: Float64Array): Uint32Array {
  return Uint32Array.from(starts.keys()).sort((a, b) => starts[a]! - starts[b]! || a - b);
}
