/** The open batch: ticks and samples as they come, as runs, until it is closed and encoded. */
import { encodeBatch } from '../format/batch-encoder.js';
import { type EncodedBatch, status, type ThreadSamples } from '../format/vocabulary.js';

/** Samples of one thread; a thread that skips a tick gets a new one. */
class OpenThread {
  readonly thread: number;
  readonly firstTick: number;
  samples = 0;
  readonly #runLength: number[] = [];
  readonly #runStack: number[] = [];
  readonly #runStatus: number[] = [];
  readonly #cpuNs: number[] = [];

  constructor(thread: number, firstTick: number) {
    this.thread = thread;
    this.firstTick = firstTick;
  }

  add(stack: number, flags: number, cpuNs: number): void {
    const last = this.#runLength.length - 1;
    if (last >= 0 && this.#runStack[last] === stack && this.#runStatus[last] === flags)
      this.#runLength[last]!++;
    else {
      this.#runLength.push(1);
      this.#runStack.push(stack);
      this.#runStatus.push(flags);
    }
    this.#cpuNs.push(cpuNs);
    this.samples++;
  }

  close(): ThreadSamples {
    return {
      thread: this.thread,
      firstTick: this.firstTick,
      runLength: Uint32Array.from(this.#runLength),
      runStack: Uint32Array.from(this.#runStack),
      runStatus: Uint32Array.from(this.#runStatus),
      cpuNs: Float64Array.from(this.#cpuNs),
    };
  }
}

export class BatchBuilder {
  readonly #periodNs: number;
  #tickNs: number[] = [];
  #weightNs: number[] = [];
  #open = new Map<number, OpenThread>();
  #threads: OpenThread[] = [];
  #torn = 0;
  #failed = 0;
  #truncated = 0;
  #samples = 0;
  #missed = 0;

  /** @param periodNs of the schedule: sets the steps in which times are kept */
  constructor(periodNs: number) {
    this.#periodNs = periodNs;
  }

  get ticks(): number {
    return this.#tickNs.length;
  }

  /** Time of the first tick, in ns since time zero; undefined while there is none. */
  get firstNs(): number | undefined {
    return this.#tickNs[0];
  }

  /**
   * Begins a tick. Its samples follow.
   * @param weightNs time that the tick stands for: since the one before, unless there was a gap
   */
  tick(atNs: number, weightNs: number): void {
    this.#tickNs.push(atNs);
    this.#weightNs.push(weightNs);
  }

  missed(count: number): void {
    this.#missed += count;
  }

  /** Adds a sample to the current tick. */
  sample(thread: number, stack: number, flags: number, cpuNs: number): void {
    const tick = this.#tickNs.length - 1;
    let open = this.#open.get(thread);
    if (open === undefined || open.firstTick + open.samples !== tick) {
      open = new OpenThread(thread, tick);
      this.#open.set(thread, open);
      this.#threads.push(open);
    }
    open.add(stack, flags, cpuNs);
    this.#samples++;
    if (flags & status.torn) this.#torn++;
    if (flags & status.failed) this.#failed++;
    if (flags & status.truncated) this.#truncated++;
  }

  /** Encodes what was gathered and starts over; null if there was no tick. */
  close(): EncodedBatch | null {
    if (this.#tickNs.length === 0) return null;
    const packed = encodeBatch(
      {
        tickNs: Float64Array.from(this.#tickNs),
        weightNs: Float64Array.from(this.#weightNs),
        threads: this.#threads.map((thread) => thread.close()),
      },
      this.#periodNs,
    );
    const encoded: EncodedBatch = {
      ...packed,
      ticks: this.#tickNs.length,
      samples: this.#samples,
      missed: this.#missed,
      torn: this.#torn,
      failed: this.#failed,
      truncated: this.#truncated,
    };
    this.#tickNs = [];
    this.#weightNs = [];
    this.#open = new Map();
    this.#threads = [];
    this.#torn = this.#failed = this.#truncated = this.#samples = this.#missed = 0;
    return encoded;
  }
}
