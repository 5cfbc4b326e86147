/** The open batch: ticks and samples as they come, as runs, until it is closed. */
import { status, type ThreadSamples } from '../../format/vocabulary.js';
import type { Schedule } from '../schedule/schedule.js';
import type { GatheredBatch } from './gathered-batch.js';

/**
 * Samples of one thread, one at every tick from `firstTick` to the one at which it ends. Only changes are told: until
 * the next, stack and status stay, and no CPU time is used.
 */
class OpenThread {
  readonly thread: number;
  readonly #firstTick: number;
  readonly #runLength: number[] = [];
  readonly #runStack: number[] = [];
  readonly #runStatus: number[] = [];
  /** Tick and CPU time, in turn, of the samples that used any. */
  readonly #cpu: number[] = [];
  #runFrom: number;
  #stack: number;
  #flags: number;

  constructor(thread: number, firstTick: number, stack: number, flags: number) {
    this.thread = thread;
    this.#firstTick = this.#runFrom = firstTick;
    this.#stack = stack;
    this.#flags = flags;
  }

  change(tick: number, stack: number, flags: number, cpuNs: number): void {
    if (stack !== this.#stack || flags !== this.#flags) {
      this.#endRun(tick);
      this.#stack = stack;
      this.#flags = flags;
    }
    if (cpuNs !== 0) this.#cpu.push(tick, cpuNs);
  }

  /** The same thread, as it is now, from the first tick of the next batch on. */
  next(): OpenThread {
    return new OpenThread(this.thread, 0, this.#stack, this.#flags);
  }

  /** @returns null if it has no sample before `endTick` */
  close(endTick: number): ThreadSamples | null {
    if (endTick === this.#firstTick) return null;
    this.#endRun(endTick);
    const cpuNs = new Float64Array(endTick - this.#firstTick);
    for (let i = 0; i < this.#cpu.length; i += 2)
      cpuNs[this.#cpu[i]! - this.#firstTick]! += this.#cpu[i + 1]!;
    return {
      thread: this.thread,
      firstTick: this.#firstTick,
      runLength: Uint32Array.from(this.#runLength),
      runStack: Uint32Array.from(this.#runStack),
      runStatus: Uint32Array.from(this.#runStatus),
      cpuNs,
    };
  }

  #endRun(tick: number): void {
    if (tick === this.#runFrom) return;
    this.#runLength.push(tick - this.#runFrom);
    this.#runStack.push(this.#stack);
    this.#runStatus.push(this.#flags);
    this.#runFrom = tick;
  }
}

/** Takes what is found of threads at the current tick. */
export interface SampleSink {
  /**
   * From the current tick on the thread has a sample of this stack and status at every tick, until the next call for it, here or
   * of `leave`.
   * @param cpuNs used since its sample before; of this tick alone
   */
  sample(thread: number, stack: number, flags: number, cpuNs: number): void;
  /** The thread has no sample at the current tick, nor later. */
  leave(thread: number): void;
}

/** Threads stay as they are from one batch to the next. */
export class BatchBuilder implements SampleSink {
  readonly #periodNs: number;
  #ticks = 0;
  readonly #draws: boolean;
  /** Time, weight and lateness of each tick; there is room for more. */
  #tickNs = new Float64Array(256);
  #weightNs = new Float64Array(256);
  #lateNs = new Float64Array(256);
  #open = new Map<number, OpenThread>();
  #closed: ThreadSamples[] = [];
  #missed = 0;
  /** Parts of a tick are kept for the next batch. */
  #spared = 0;

  /**
   * @param schedule its period sets the steps in which times are kept; where it draws no moments, no tick can be late
   */
  constructor({ periodNs, draws }: Pick<Schedule, 'periodNs' | 'draws'>) {
    this.#periodNs = periodNs;
    this.#draws = draws;
  }

  get ticks(): number {
    return this.#ticks;
  }

  /** Time of the first tick, in ns since time zero; undefined while there is none. */
  get firstNs(): number | undefined {
    return this.#ticks === 0 ? undefined : this.#tickNs[0];
  }

  /**
   * Begins a tick. Its samples follow.
   * @param weightNs time since the tick before, less what is lost of it
   * @param lateNs how long after the moment that was drawn for it
   */
  tick(atNs: number, weightNs: number, lateNs: number): void {
    if (this.#ticks === this.#tickNs.length) this.#grow();
    this.#tickNs[this.#ticks] = atNs;
    this.#lateNs[this.#ticks] = lateNs;
    this.#weightNs[this.#ticks++] = weightNs;
  }

  missed(count: number): void {
    this.#missed += count;
  }

  /** Counts ticks that were left out on purpose; parts of one add up. */
  spared(count: number): void {
    this.#spared += count;
  }

  sample(thread: number, stack: number, flags: number, cpuNs: number): void {
    const tick = this.#ticks - 1;
    let open = this.#open.get(thread);
    if (open === undefined) {
      open = new OpenThread(thread, tick, stack, flags);
      this.#open.set(thread, open);
    }
    open.change(tick, stack, flags, cpuNs);
  }

  leave(thread: number): void {
    const open = this.#open.get(thread);
    if (open === undefined) return;
    this.#open.delete(thread);
    const samples = open.close(Math.max(0, this.#ticks - 1));
    if (samples !== null) this.#closed.push(samples);
  }

  /** Hands out what was gathered and starts over; null if there was no tick. */
  close(): GatheredBatch | null {
    const ticks = this.#ticks;
    if (ticks === 0) return null;
    const open = [...this.#open.values()];
    const threads = [...this.#closed, ...open.flatMap((thread) => thread.close(ticks) ?? [])];
    this.#open = new Map(open.map((thread) => [thread.thread, thread.next()]));
    this.#closed = [];
    const gathered: GatheredBatch = {
      batch: {
        tickNs: this.#tickNs.slice(0, ticks),
        weightNs: this.#weightNs.slice(0, ticks),
        ...(this.#draws && { lateNs: this.#lateNs.slice(0, ticks) }),
        threads,
      },
      periodNs: this.#periodNs,
      ticks,
      samples: threads.reduce((sum, { cpuNs }) => sum + cpuNs.length, 0),
      missed: this.#missed,
      ...(this.#spared >= 1 && { spared: Math.floor(this.#spared) }),
      torn: countStatus(threads, status.torn),
      failed: countStatus(threads, status.failed),
      truncated: countStatus(threads, status.truncated),
    };
    this.#ticks = 0;
    this.#missed = 0;
    this.#spared %= 1;
    return gathered;
  }

  #grow(): void {
    const grow = (values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(values.length * 2);
      grown.set(values);
      return grown;
    };
    this.#tickNs = grow(this.#tickNs);
    this.#weightNs = grow(this.#weightNs);
    this.#lateNs = grow(this.#lateNs);
  }
}

/** Samples that have a status bit. */
function countStatus(threads: readonly ThreadSamples[], bit: number): number {
  let count = 0;
  for (const { runLength, runStatus } of threads)
    for (let run = 0; run < runLength.length; run++) if (runStatus[run]! & bit) count += runLength[run]!;
  return count;
}
