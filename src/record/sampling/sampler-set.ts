/** The processes that are being sampled, each with its row in the trace. */

import type { Platform } from '../../platform/platform.js';
import type { BatchBuilder } from '../batch/batch-builder.js';
import type { Interner } from '../code/interner.js';
import type { Target } from '../target/target.js';
import { LeftThreads } from '../threads/left-threads.js';
import type { Outbox } from './outbox.js';
import { ProcessSampler } from './process-sampler.js';

/** Rows of processes that were let go which are remembered: a server can start a child for each request. */
const maxLeft = 1000;

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
  readonly #periodNs: number;
  readonly #interner: Interner;
  readonly #outbox: Outbox;
  /**
   * The newest row of each pid. Those of processes that were let go are remembered for a while: one whose interpreter could
   * not be read for a moment comes back, and children can come after their parent.
   */
  readonly #rows = new Map<number, Row>();
  /** Pids of rows of processes that are followed no longer, the last one last. */
  readonly #left = new Set<number>();
  #processCount = 0;
  /** How many processes there were; one that replaced its program has several rows. */
  seen = 0;
  #threadCount = 0;

  /** @param periodNs from tick to tick */
  constructor(platform: Platform, interner: Interner, outbox: Outbox, periodNs: number) {
    this.#periodNs = periodNs;
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
    const before = this.#rows.get(target.pid);
    this.#left.delete(target.pid);
    // An interpreter that only could not be read for a moment, as while it starts, goes on as the same process.
    const isSame = before !== undefined && isSameInterpreter(before.target, target);
    const { id, leftThreads } = isSame ? before : this.#add(target, parentPid, nowNs);
    const sampler = new ProcessSampler({
      target,
      processId: id,
      platform: this.#platform,
      interner: this.#interner,
      nextThreadId: () => ++this.#threadCount,
      leftThreads,
      processes: () => this.all.length,
      periodNs: this.#periodNs,
      tagsTasks: true,
    });
    this.all.push(sampler);
    return sampler;
  }

  #add(target: Target, parentPid: number | null, nowNs: number): Row {
    const id = ++this.#processCount;
    const before = this.#rows.get(target.pid)?.target;
    if (before?.startTicks !== target.startTicks) this.seen++;
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
    this.#forgetOldest(sampler.target.pid);
  }

  /** @param pid of a process that was let go just now */
  #forgetOldest(pid: number): void {
    this.#left.delete(pid);
    this.#left.add(pid);
    if (this.#left.size <= maxLeft) return;
    const [oldest] = this.#left;
    this.#left.delete(oldest!);
    this.#rows.delete(oldest!);
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
