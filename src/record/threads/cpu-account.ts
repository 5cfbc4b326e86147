/**
 * CPU time that no two samples of one thread enclose: what a thread used before its first sample, and what threads used
 * after their last, or without ever having one. Without it a program that makes a thread for each request would be shown
 * with a fraction of the CPU time that it uses.
 */
import type { ProcessClock, ThreadClock } from '../../platform/clocks.js';
import type { Platform } from '../../platform/platform.js';

/** A thread that is younger than this may stand for others that were not seen. */
const youngNs = 1e9;
/** What has ended longer ago was something else than the threads that are young now. */
const recentNs = 2e9;
/** Listing the threads of a process takes some 20 µs: this often, at most. */
const settleEveryNs = 5e6;
/** How late a tick may have been, or the kernel's accounts. */
const slackNs = 20e6;
/** A process with more threads than this is not listed: a thread's own time before its first sample is all that counts. */
const maxThreads = 256;
/** With more threads in memory than this, and twice as many as were alive, it is looked which have ended. */
const fewThreads = 1024;

/** The threads of a process, as the operating system knows them. */
export interface ThreadTimes {
  /** Those that are alive. */
  ids(): readonly number[];
  /** CPU time of a thread's whole life, in ns; null where it is gone, or cannot be known. */
  totalNs(osId: number): number | null;
}

type ThreadTimeSource = Pick<Platform, 'readThreadIds' | 'readThreadTime'>;

/** As the system tells of a process now. */
export function threadTimes(platform: ThreadTimeSource, pid: number): ThreadTimes {
  return {
    ids: () => platform.readThreadIds(pid),
    totalNs: (osId) => platform.readThreadTime(pid, osId),
  };
}

/** A thread, as far as its CPU time matters here. */
export interface AccountedThread {
  readonly osId: number | null;
  readonly clock: Pick<ThreadClock, 'totalNs' | 'onCpu'> | null;
  /** When it was first sampled, in ns; negative infinity for one that was there at the beginning. */
  readonly bornNs: number;
  /** CPU time that its next sample will have, in ns. */
  cpuNs: number;
}

export class CpuAccount {
  readonly #times: ThreadTimes;
  readonly #processClock: ProcessClock;
  /** CPU time of each thread, by the operating system's id, as far as its samples or the beginning took it in. */
  #known = new Map<number, number>();
  /** Threads that had no sample when the threads were listed last, but one before: they end, or do something else now. */
  #unwatched = new Set<number>();
  /** All of the CPU time of threads that have ended: of those in `#known`, and what was given to others. */
  #endedNs = -0;
  #givenNs = -0;
  /** When the threads were listed last; null before the first tick. */
  #settledNs: number | null = null;
  /** When the tick before was. */
  #tickNs = Number.NEGATIVE_INFINITY;
  #bornLastNs = Number.NEGATIVE_INFINITY;
  #mostKnown = fewThreads;

  constructor(times: ThreadTimes, processClock: ProcessClock) {
    this.#times = times;
    this.#processClock = processClock;
  }

  /** What the threads that are there have used was before the beginning, and is no part of the recording. */
  begin(): void {
    for (const osId of this.#times.ids()) this.#known.set(osId, Number.POSITIVE_INFINITY);
  }

  /** To be called when a thread is not sampled any more, whether it has ended or only Python's part in it. */
  forget({ osId, clock }: Pick<AccountedThread, 'osId' | 'clock'>): void {
    if (osId !== null && clock !== null && clock.totalNs >= 0) this.#known.set(osId, clock.totalNs);
    // Where nobody is to have the time of those that ended, they are not listed for that.
    if (this.#known.size > this.#mostKnown) this.#sumUp();
  }

  /** Threads that are remembered. */
  get size(): number {
    return this.#known.size;
  }

  /** Of threads that have ended, the sum is enough. */
  #sumUp(): void {
    const alive = new Set(this.#times.ids());
    for (const [osId, ns] of this.#known) {
      if (alive.has(osId)) continue;
      if (ns !== Number.POSITIVE_INFINITY) this.#endedNs += ns;
      this.#known.delete(osId);
    }
    this.#mostKnown = Math.max(fewThreads, 2 * this.#known.size);
  }

  /**
   * Gives a thread that is sampled for the first time what it used before. One thread of the operating system can be
   * several of Python's, one after another: each has what was used since the one before. A thread that ran before Python
   * knew of it, as those of C libraries do, begins at 0.
   */
  bear(thread: AccountedThread, nowNs: number): void {
    const { osId, clock } = thread;
    if (osId === null || clock === null || clock.totalNs < 0) return;
    const known = this.#knownOf(osId, clock.totalNs);
    const usedNs = clock.totalNs - known;
    if (usedNs > 0 && usedNs <= nowNs - this.#tickNs + slackNs) thread.cpuNs += usedNs;
    if (known === 0) this.#bornLastNs = nowNs;
    this.#known.set(osId, clock.totalNs);
  }

  /**
   * Shares out what threads used that have ended since the last time, and no sample told of. A tick comes at random, so
   * of threads that live shortly it meets each with a chance that grows with its life, at any moment of that: those that
   * it meets stand for those that it does not. So the time goes to the young threads that are on a processor now, each of
   * which stands for as much.
   * @param threads those that have a sample in this tick
   */
  settle(threads: readonly AccountedThread[], nowNs: number): void {
    this.#tickNs = nowNs;
    if (this.#settledNs === null) {
      this.#settleFirst(threads, nowNs);
      return;
    }
    if (nowNs - this.#bornLastNs > youngNs || nowNs - this.#settledNs < settleEveryNs) return;
    const heirs = threads.filter(
      // The kernel tells the time of a thread that runs only at its own ticks: at first that is none.
      ({ bornNs, clock, cpuNs }) =>
        nowNs - bornNs < youngNs && (clock?.onCpu === true || (clock?.onCpu !== false && cpuNs > 0)),
    );
    if (heirs.length === 0) return;
    const unseenNs = this.#unseen(threads);
    if (unseenNs === null) return;
    const isRecent = nowNs - this.#settledNs <= recentNs;
    this.#settledNs = nowNs;
    if (unseenNs <= 0) return;
    this.#givenNs += unseenNs;
    if (isRecent) share(unseenNs, heirs);
  }

  /** Threads that ended before the recording are no part of it. */
  #settleFirst(threads: readonly AccountedThread[], nowNs: number): void {
    const endedNs = this.#unseen(threads);
    this.#givenNs += endedNs ?? 0;
    this.#settledNs = endedNs === null ? Number.NEGATIVE_INFINITY : nowNs;
  }

  /** What is known of a thread; what was known of another one that had its id is counted among the ended. */
  #knownOf(osId: number, totalNs: number): number {
    const known = this.#known.get(osId) ?? 0;
    if (known <= totalNs || known === Number.POSITIVE_INFINITY) return known;
    this.#endedNs += known;
    this.#known.set(osId, 0);
    return 0;
  }

  /** CPU time of threads that have ended which was neither sampled nor shared out, in ns; null where it cannot be known. */
  #unseen(threads: readonly AccountedThread[]): number | null {
    const totalNs = this.#processClock.totalNs();
    const ids = totalNs === null ? [] : this.#times.ids();
    if (totalNs === null || ids.length === 0 || ids.length > maxThreads) return null;
    const watched = new Map(threads.map(({ osId, clock }) => [osId, clock?.totalNs ?? -1]));
    const known = new Map<number, number>();
    const unwatched = new Set<number>();
    let aliveNs = 0;
    for (const osId of ids) {
      const ofClock = watched.get(osId) ?? -1;
      // One that ends just now is among the ended the next time.
      const ns = ofClock >= 0 ? ofClock : this.#times.totalNs(osId);
      if (ns === null) return null;
      aliveNs += ns;
      const before = this.#knownOf(osId, ns);
      const isOther = ofClock < 0 && (before === Number.POSITIVE_INFINITY || this.#unwatched.has(osId));
      if (ofClock < 0) unwatched.add(osId);
      known.set(osId, ofClock >= 0 || isOther ? ns : before);
    }
    for (const [osId, ns] of this.#known)
      if (!known.has(osId) && ns !== Number.POSITIVE_INFINITY) this.#endedNs += ns;
    this.#known = known;
    this.#unwatched = unwatched;
    return totalNs - aliveNs - this.#endedNs - this.#givenNs;
  }
}

/** Fills up those that have least, until all have the same or nothing is left: what a thread is known to have used stays. */
function share(ns: number, heirs: readonly AccountedThread[]): void {
  const sorted = [...heirs].sort((a, b) => a.cpuNs - b.cpuNs);
  let filled = 0;
  let levelNs = ns;
  for (const { cpuNs } of sorted) {
    if (filled > 0 && cpuNs >= levelNs / filled) break;
    levelNs += cpuNs;
    filled++;
  }
  for (const heir of sorted.slice(0, filled)) heir.cpuNs = levelNs / filled;
}
