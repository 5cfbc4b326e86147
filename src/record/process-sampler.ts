/**
 * Takes one sample of every thread of a process per tick. Threads that have not run since the tick before cost
 * one small read of /proc; all others are read in a single call. The list of threads is read again when its head
 * has changed, when a thread is found gone or to be another, and once a second.
 */
import { functionKind, status, type ThreadNameRow, type ThreadRow } from '../format/vocabulary.js';
import type { BatchBuilder } from './batch-builder.js';
import { CodeCache, type CodeEntry } from './code-cache.js';
import { GilReader } from './gil.js';
import type { Interner } from './interner.js';
import { Peek } from './peek.js';
import { type Memory, type Platform, RangeList } from './platform/platform.js';
import { readStat } from './platform/proc.js';
import type { Target } from './target.js';
import { ThreadTable } from './thread-table.js';
import type { ThreadTrack } from './thread-track.js';
import { Unwinder, type WalkResult } from './unwind.js';
import { pointerIn } from './words.js';

/** Attempts to read the lists of threads in one tick. */
const listTries = 4;

export type TickResult =
  | 'sampled'
  /** The process ended, or may not be read any more. */
  | 'gone'
  /** The interpreter is not where it was: it ends, or another program was started in this process. */
  | 'lost';

export class ProcessSampler {
  readonly target: Target;
  readonly #memory: Memory;
  readonly #retryMemory: Memory;
  readonly #ranges = new RangeList();
  readonly #gil: GilReader;
  readonly #unwinder: Unwinder;
  readonly #interner: Interner;
  readonly #codes: CodeCache;
  readonly #table: ThreadTable;
  readonly #peek: Peek;
  #tick = 0;
  /** Offsets of the heads of the interpreter list and of each interpreter's thread list. */
  #headOffsets: number[] = [];
  #planned: CodeEntry[] = [];
  readonly #failures = new Map<string, number>();

  /**
   * @param processId its row in the trace
   * @param nextThreadId hands out ids for rows of threads
   */
  constructor(
    target: Target,
    processId: number,
    platform: Platform,
    interner: Interner,
    nextThreadId: () => number,
  ) {
    this.target = target;
    this.#interner = interner;
    this.#memory = platform.openMemory(target.pid);
    this.#retryMemory = platform.openMemory(target.pid);
    // Peeks bring their own buffers, so they may share the memory of the retries.
    this.#peek = new Peek(this.#retryMemory);
    this.#gil = new GilReader(target.layout, target.runtime, target.currentThread);
    this.#codes = new CodeCache(target.layout, this.#peek, interner);
    this.#unwinder = new Unwinder(target.layout, this.#retryMemory, (code) => this.#codes.isGenerator(code));
    this.#table = new ThreadTable(target, processId, platform, this.#peek, interner, nextThreadId);
  }

  get threads(): readonly ThreadTrack[] {
    return this.#table.threads;
  }

  /** Reads all threads once and adds a sample of each to the batch, whose tick the caller has begun. */
  tick(nowNs: number, batch: BatchBuilder): TickResult {
    this.#tick++;
    let listed = false;
    if (this.#table.isDue(nowNs)) {
      if (!this.#list(nowNs)) return this.#giveUp();
      listed = true;
    }
    for (;;) {
      const allThere = this.#table.updateClocks();
      if (!this.#read()) return 'gone';
      if (this.#memory.failed.some((range) => range < this.#headOffsets.length)) return 'lost';
      const heads = this.#headOffsets.map((offset) => pointerIn(this.#memory.words, offset >>> 2));
      // What was read is walked in any case: an old stack must never pass for this tick's.
      const isWalked = this.#walkActive();
      const isCurrent = allThere && this.#table.hasHeads(heads) && isWalked;
      if (isCurrent || listed) break;
      if (!this.#list(nowNs)) return this.#giveUp();
      listed = true;
    }
    this.#gil.update(this.#memory.words);
    this.#addSamples(batch);
    this.#table.readNames(nowNs);
    return 'sampled';
  }

  /** Rows and failure counts that came up since the last call. */
  take(): {
    threads: ThreadRow[];
    threadNames: ThreadNameRow[];
    failures: { reason: string; count: number }[];
  } {
    const failures = [...this.#failures].map(([reason, count]) => ({ reason, count }));
    this.#failures.clear();
    return { ...this.#table.takeRows(), failures };
  }

  close(): void {
    this.#table.close();
    this.#memory.close();
    this.#retryMemory.close();
  }

  #list(nowNs: number): boolean {
    // An interpreter at a fixed address is there again right after the process replaced its program (exec).
    const stackStart = readStat(this.target.pid)?.stackStart;
    if (stackStart !== undefined && stackStart !== this.target.stackStart) return false;
    // Lists that are being changed just now can be followed a moment later.
    let tries = 0;
    while (!this.#table.list(nowNs)) if (this.#peek.lost || ++tries >= listTries) return false;
    this.#gil.find(this.#peek, this.#table.interpreters);
    return true;
  }

  /** A list that cannot be followed may only be changing just now; a target that is gone stays gone. */
  #giveUp(): TickResult {
    return this.#peek.lost ? 'gone' : 'lost';
  }

  /** One call for everything: heads of the lists, GILs, threads that may have run, and the code objects they were in. */
  #read(): boolean {
    const { layout, runtime } = this.target;
    const ranges = this.#ranges;
    ranges.clear();
    this.#headOffsets = [ranges.add(runtime + layout.runtime.interpretersHead, 8)];
    for (const interpreter of this.#table.interpreters)
      this.#headOffsets.push(ranges.add(interpreter + layout.interpreter.threadsHead, 8));
    this.#gil.plan(ranges);
    for (const thread of this.threads) if (thread.active) this.#unwinder.plan(thread.frames, ranges);
    this.#codes.copies.plan(ranges, this.#table.interpreters);
    this.#planned.length = 0;
    for (const thread of this.threads) if (thread.active) this.#planCodes(thread);
    return this.#memory.read(ranges);
  }

  #planCodes(thread: ThreadTrack): void {
    for (const entry of thread.codes) {
      if (entry.plannedTick === this.#tick || entry.dead) continue;
      entry.plannedTick = this.#tick;
      entry.plannedOffset = this.#ranges.add(
        entry.address + this.#codes.identityOffset,
        this.#codes.identityBytes,
      );
      this.#planned.push(entry);
    }
  }

  /** @returns false if some thread state turned out to be another thread's: the list is out of date */
  #walkActive(): boolean {
    this.#codes.copies.update(this.#memory.words);
    for (const entry of this.#planned)
      this.#codes.verify(entry, this.#memory.words, entry.plannedOffset, this.#tick);
    // A second round in the same tick plans its code objects again.
    for (const entry of this.#planned) entry.plannedTick = -1;
    let allOurs = true;
    for (const thread of this.threads) {
      thread.isStale = false;
      if (!thread.active) continue;
      const result = this.#unwinder.walk(thread.frames, this.#memory);
      thread.isStale = result === 'stale';
      if (thread.isStale) allOurs = false;
      else this.#take(thread, result);
    }
    return allOurs;
  }

  #take(thread: ThreadTrack, result: WalkResult): void {
    const { stack } = thread.frames;
    const root = stack.truncated ? this.#markTruncated() : 0;
    const id =
      result === 'broken' ? null : thread.intern(stack, root, this.#codes, this.#interner, this.#tick);
    thread.settled = (result === 'steady' || result === 'paired') && id !== null;
    thread.stackId = id ?? 0;
    thread.stackFlags =
      (id === null ? status.failed : 0) |
      (result === 'torn' && id !== null ? status.torn : 0) |
      (stack.truncated && id !== null ? status.truncated : 0);
    if (id === null)
      this.#count(result === 'broken' ? 'its frames lead nowhere' : 'a code object was not readable');
  }

  #addSamples(batch: BatchBuilder): void {
    for (const states of this.#table.shared) this.#giveToOne(states);
    for (const thread of this.threads) {
      if (thread.isVacant || thread.isStale) continue;
      let flags = thread.stackFlags;
      const onCpu = thread.clock === null ? null : thread.isLent ? false : thread.clock.onCpu;
      if (onCpu === null) flags |= status.stateUnknown;
      else if (onCpu) flags |= status.onCpu;
      flags |= this.#gil.statusOf(thread.frames.threadState, thread.frames.interpreter);
      batch.sample(thread.id, thread.stackId, flags, thread.cpuNs);
      thread.cpuNs = 0;
    }
  }

  /**
   * A thread that has a state in several interpreters runs in one of them: in that which holds its GIL, else in the
   * newest that has frames. The CPU time is that one's; states without frames are only kept for later.
   */
  #giveToOne(states: readonly ThreadTrack[]): void {
    const holds = (thread: ThreadTrack): boolean => this.#gil.holders.has(thread.frames.threadState);
    const hasFrames = (thread: ThreadTrack): boolean => thread.stackId !== 0 || thread.stackFlags !== 0;
    const current = states.find(holds) ?? states.find(hasFrames) ?? states.at(-1);
    for (const thread of states) {
      thread.isLent = thread !== current;
      thread.isVacant = thread.isLent && !hasFrames(thread);
      if (thread.isLent) thread.cpuNs = 0;
    }
  }

  #markTruncated(): number {
    const marker = this.#interner.function(functionKind.marker, '<frames left out>', null, '', 0);
    return this.#interner.stack(0, this.#interner.frame(marker, 0));
  }

  #count(reason: string): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }
}
