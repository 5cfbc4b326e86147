/** The processes that are being sampled, each with its row in the trace. */

import type { Platform } from '../../platform/platform.js';
import type { BatchBuilder } from '../batch/batch-builder.js';
import type { Interner } from '../code/interner.js';
import type { InterruptSource } from '../interrupts/interrupt-source.js';
import type { Arrivals } from '../processes/arrivals.js';
import type { Target } from '../target/target.js';
import type { CpuCertainty } from '../threads/cpu-certainty.js';
import { LeftThreads } from '../threads/left-threads.js';
import type { Outbox } from './outbox.js';
import { ProcessRows } from './process-rows.js';
import { ProcessSampler } from './process-sampler.js';

/** The first look at a process takes some 10 ms: when many come at once, the others are not to wait for all of them. */
const arrivalsPerTick = 4;
/** Where ticks are rare there is time for more: one more for each so many ns from tick to tick. */
const arrivalNs = 25e6;

/** What tells one program in a process from others. */
type Identity = Pick<Target, 'pid' | 'startTicks' | 'runtime' | 'stackStart'>;

interface Row {
  readonly id: number;
  readonly target: Identity;
  readonly leftThreads: LeftThreads;
}

export class SamplerSet {
  readonly all: ProcessSampler[] = [];
  readonly #platform: Platform;
  readonly #schedule: { readonly periodNs: number };
  readonly #readsNative: boolean;
  readonly #certainty: CpuCertainty | null;
  readonly #interrupts: InterruptSource | null;
  readonly #interner: Interner;
  readonly #outbox: Outbox;
  readonly #rows = new ProcessRows<Row>(({ id }) => this.#outbox.endProcess(id));
  #processCount = 0;
  /** How many processes there were; one that replaced its program has several rows. */
  seen = 0;
  #threadCount = 0;

  /**
   * @param how `schedule`: has the time from tick to tick, as it is now; `native`: whether stacks get native frames; `certainty`: of the sampling thread; `interrupts`: what
   *   has stacks of running threads copied, null or not there where they are read from memory; it is closed by the caller
   */
  constructor(
    platform: Platform,
    interner: Interner,
    outbox: Outbox,
    {
      schedule,
      native,
      certainty,
      interrupts = null,
    }: {
      readonly schedule: { readonly periodNs: number };
      readonly native: boolean;
      readonly certainty: CpuCertainty | null;
      readonly interrupts?: InterruptSource | null;
    },
  ) {
    this.#certainty = certainty;
    this.#schedule = schedule;
    this.#readsNative = native;
    this.#interrupts = interrupts;
    this.#platform = platform;
    this.#interner = interner;
    this.#outbox = outbox;
  }

  /** How many threads there are in all of them. */
  get threads(): number {
    let count = 0;
    for (const sampler of this.all) count += sampler.threads.length;
    return count;
  }

  /** Takes a process in. @param parentPid of the followed process that started it; null for none */
  open(target: Target, parentPid: number | null, nowNs: number): ProcessSampler {
    this.#rows.takeBack(target.pid);
    const { id, leftThreads } = this.#rowOf(target, parentPid, nowNs);
    const sampler = new ProcessSampler({
      target,
      processId: id,
      platform: this.#platform,
      interner: this.#interner,
      nextThreadId: () => ++this.#threadCount,
      leftThreads,
      processes: () => this.all.length,
      periodNs: this.#schedule.periodNs,
      certainty: this.#certainty,
      tagsTasks: true,
      readsNative: this.#readsNative,
      openInterrupts: (layout) => this.#interrupts?.open(layout) ?? null,
    });
    this.all.push(sampler);
    return sampler;
  }

  /**
   * Takes in processes that wait for it, a few that run at a time. Those that have ended meanwhile have a row and are told
   * to be lost at once, however many: where ticks are rare, they would wait in memory for ever.
   */
  welcome(arrivals: Arrivals, nowNs: number): void {
    const most = Math.max(arrivalsPerTick, Math.floor(this.#schedule.periodNs / arrivalNs));
    for (let opened = 0; opened < most; ) {
      const arrival = arrivals.next();
      if (arrival === null) return;
      const { target, parentPid } = arrival;
      if (this.#platform.readStat(target.pid)?.startTicks === target.startTicks) {
        this.open(target, parentPid, nowNs);
        opened++;
        continue;
      }
      this.#rows.takeBack(target.pid);
      this.#rowOf(target, parentPid, nowNs);
      this.#rows.letGo(target.pid);
      arrivals.lost(target.pid);
    }
  }

  #rowOf(target: Target, parentPid: number | null, nowNs: number): Row {
    const before = this.#rows.get(target.pid);
    // An interpreter that only could not be read for a moment, as while it starts, goes on as the same process.
    if (before !== undefined && isSameInterpreter(before.target, target)) return before;
    const id = ++this.#processCount;
    if (before?.target.startTicks !== target.startTicks) this.seen++;
    this.#outbox.addProcess({
      id,
      recording: 1,
      parent: parentPid === null ? null : (this.#rows.get(parentPid)?.id ?? null),
      pid: target.pid,
      startTicks: target.startTicks,
      command: target.command,
      executable: target.executable,
      cwd: target.cwd,
      pythonVersion: target.pythonVersion,
      pythonBuild: target.pythonBuild,
      firstNs: nowNs,
    });
    const { pid, startTicks, runtime, stackStart } = target;
    const row = { id, target: { pid, startTicks, runtime, stackStart }, leftThreads: new LeftThreads() };
    this.#rows.set(target.pid, row);
    return row;
  }

  /** Lets a process go, with all its threads. */
  drop(sampler: ProcessSampler, batch: BatchBuilder): void {
    sampler.leave(batch);
    this.#outbox.collect(sampler);
    sampler.close();
    const at = this.all.indexOf(sampler);
    if (at >= 0) this.all.splice(at, 1);
    this.#rows.letGo(sampler.target.pid);
  }

  /** Takes the rows of threads and the failures that came up. */
  collect(): void {
    for (const sampler of this.all) this.#outbox.collect(sampler);
  }

  close(): void {
    for (const sampler of this.all) sampler.close();
    this.all.length = 0;
  }
}

/** Whether nothing was started in a process in place of what ran there (exec). */
export function isSameInterpreter(before: Identity, now: Identity): boolean {
  return (
    before.pid === now.pid &&
    before.startTicks === now.startTicks &&
    before.runtime === now.runtime &&
    before.stackStart === now.stackStart
  );
}
