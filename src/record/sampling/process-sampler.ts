/**
 * Takes one sample of every thread of a process per tick. Threads that have not run since the tick before cost next to nothing;
 * all others are read in a single call. The list of threads is read again once a second, and when it is found to have changed.
 */
import { status, type ThreadNameRow, type ThreadRow } from '../../format/vocabulary.js';
import { currentPlatform } from '../../platform/index.js';
import { type Memory, RangeList } from '../../platform/memory.js';
import type { SampleSink } from '../batch/batch-builder.js';
import { KnownCalls } from '../calls/known-calls.js';
import { CodeCache } from '../code/code-cache.js';
import { InterruptStacks } from '../interrupts/interrupt-stacks.js';
import { Peek } from '../memory/peek.js';
import type { Target } from '../target/target.js';
import { TaskTags } from '../tasks/task-tags.js';
import type { CpuCertainty } from '../threads/cpu-certainty.js';
import type { SamplerContext } from '../threads/sampler-context.js';
import { ThreadStatus } from '../threads/thread-status.js';
import { ThreadTable } from '../threads/thread-table.js';
import type { StackNames, ThreadTrack } from '../threads/thread-track.js';
import type { WalkResult } from '../unwind/stack-walk.js';
import { Unwinder } from '../unwind/unwind.js';
import { markerOf } from './left-out.js';
import { NativeStacks } from './native-stacks.js';

/** Attempts to read the lists of threads in one tick. */
const listTries = 4;

/** How often in one tick a thread taken for asleep may turn out to run, so that all is read again. */
const maxWakes = 2;

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
  readonly #status: ThreadStatus;
  readonly #unwinder: Unwinder;
  readonly #codes: CodeCache;
  readonly #names: StackNames;
  readonly #table: ThreadTable;
  readonly #peek: Peek;
  readonly #tasks: TaskTags | null;
  readonly #natives: NativeStacks | null;
  readonly #certainty: CpuCertainty | null;
  /** Null where all stacks are read from memory. */
  readonly interrupts: InterruptStacks | null;
  readonly #failures = new Map<string, number>();

  constructor(process: SamplerContext) {
    const { target, platform, interner, periodNs } = process;
    this.target = target;
    this.#certainty = process.certainty;
    this.#memory = platform.openMemory(target.pid);
    this.#retryMemory = platform.openMemory(target.pid);
    // Peeks bring their own buffers, so they may share the memory of the retries.
    this.#peek = new Peek(this.#retryMemory);
    this.#status = new ThreadStatus(target, platform.threadLibrary);
    this.#codes = new CodeCache(target.layout, this.#peek, interner, target.variables.codeVersions);
    this.#names = { codes: this.#codes, interner };
    const calls = new KnownCalls(target.layout, this.#retryMemory, this.#peek, this.#codes);
    this.#unwinder = new Unwinder(target.layout, this.#retryMemory, calls, { periodNs });
    this.#table = new ThreadTable(process, this.#peek);
    this.#natives = process.readsNative ? NativeStacks.create(target, this.#names) : null;
    this.interrupts = InterruptStacks.create(process, calls, this.#unwinder);
    this.#tasks = process.tagsTasks ? TaskTags.create(target, this.#peek, this.#codes, interner) : null;
  }

  get threads(): readonly ThreadTrack[] {
    return this.#table.threads;
  }

  /** Whether the last tick took unusually long, so that a caller that waits may have given up. */
  get isHeavy(): boolean {
    return this.#unwinder.budget.isHeavy;
  }

  /** Reads all threads once and gives what is new of each to the sink, whose tick the caller has begun. */
  tick(nowNs: number, sink: SampleSink): TickResult {
    let listed = false;
    this.#unwinder.budget.begin();
    if (this.#table.isDue(nowNs)) {
      if (!this.#list(nowNs)) return this.#giveUp(sink);
      listed = true;
    }
    this.#tasks?.find(this.#table.interpreters, nowNs);
    for (let wakes = 0; ; ) {
      const allThere = this.#table.updateClocks(this.#status.tellsAll);
      if (wakes === 0) this.#certainty?.judge(this.#table.activity.awake);
      this.#natives?.look(this.#table.activity.awake, this.#table.shared);
      this.interrupts?.ask(this.#table.activity.awake);
      if (!this.#read()) return this.#end('gone', sink);
      for (const range of this.#memory.failed)
        if (range <= this.#table.interpreters.length) return this.#end('lost', sink);
      // All that was read is walked: an old stack must never count as this tick's.
      const isWalked = this.#walkAwake();
      this.#natives?.weave(this.interrupts);
      this.#status.update(this.#memory.words);
      if (wakes++ < maxWakes && this.#wakeHolders()) continue;
      const isCurrent = allThere && isWalked && this.#table.hasHeads(this.#memory.words);
      if (isCurrent || listed) break;
      if (!this.#list(nowNs)) return this.#giveUp(sink);
      listed = true;
    }
    this.#table.settleTimes(nowNs);
    this.#addSamples(sink);
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

  /** Tells that none of its threads has a sample any more. */
  leave(sink: SampleSink): void {
    for (const id of this.#table.takeLeft()) sink.leave(id);
    for (const { id } of this.#table.threads) sink.leave(id);
  }

  close(): void {
    this.#table.close();
    this.#natives?.close();
    this.interrupts?.close();
    this.#memory.close();
    this.#retryMemory.close();
  }

  #list(nowNs: number): boolean {
    // An interpreter at a fixed address is there again right after the process replaced its program (exec).
    const stackStart = currentPlatform().readStat(this.target.pid)?.stackStart;
    if (stackStart !== undefined && stackStart !== this.target.stackStart) return false;
    // Lists that are being changed just now can be followed a moment later.
    let tries = 0;
    while (!this.#table.list(nowNs)) if (this.#peek.lost || ++tries >= listTries) return false;
    this.#status.find(this.#peek, this.#table.interpreters);
    this.#natives?.keep(this.threads);
    this.interrupts?.keep(this.threads);
    return true;
  }

  /** @returns whether a thread that was taken for asleep holds a GIL, and has run */
  #wakeHolders(): boolean {
    let woke = false;
    for (const threadState of this.#status.holders) if (this.#table.activity.wake(threadState)) woke = true;
    return woke;
  }

  /** A list that cannot be followed may only be changing just now; a target that is gone stays gone. */
  #giveUp(sink: SampleSink): TickResult {
    return this.#end(this.#peek.lost ? 'gone' : 'lost', sink);
  }

  /** No thread has a sample now; if the process goes on after all, everything is read anew. */
  #end(result: 'gone' | 'lost', sink: SampleSink): TickResult {
    this.leave(sink);
    this.#table.activity.changed.clear();
    this.#table.activity.wakeAll();
    return result;
  }

  /**
   * One call for everything: heads of the lists (first, as the table wants them), GILs, threads that may have run, and
   * the code objects they were in.
   */
  #read(): boolean {
    const { layout, runtime } = this.target;
    const ranges = this.#ranges;
    ranges.clear();
    // The heads share no range with each other: their places in the buffer are known by their number.
    ranges.add(runtime + layout.runtime.interpretersHead, 8);
    for (const interpreter of this.#table.interpreters)
      ranges.addFirst(interpreter + layout.interpreter.threadsHead, 8);
    this.#status.plan(ranges);
    for (const thread of this.#table.activity.awake)
      if (!this.interrupts?.isAsked(thread)) this.#unwinder.plan(thread.frames, ranges);
    this.#codes.copies.plan(ranges, this.#table.interpreters);
    this.#codes.plan(this.#table.activity.awake, ranges, this.#table.interpreters);
    return this.#memory.read(ranges);
  }

  /** @returns false if some thread state turned out to be another thread's: the list is out of date */
  #walkAwake(): boolean {
    this.#codes.copies.update(this.#memory.words);
    this.#codes.verify(this.#memory.words);
    let allOurs = true;
    for (const thread of this.#table.activity.awake) {
      const result = this.interrupts?.walk(thread) ?? this.#unwinder.walk(thread.frames, this.#memory);
      thread.isStale = result === 'stale';
      if (thread.isStale) allOurs = thread.settled = false;
      else this.#take(thread, result);
    }
    return allOurs;
  }

  #take(thread: ThreadTrack, result: WalkResult): void {
    const { stack } = thread.frames;
    const marker = markerOf(stack, this.#names.interner);
    const tag = (): number => this.#tasks?.tagOf(thread.frames) ?? 0;
    const id = result === 'broken' ? null : thread.intern(stack, marker, tag(), this.#names);
    thread.settled = result === 'steady' && id !== null;
    thread.stackId = id ?? 0;
    thread.stackFlags =
      (id === null ? status.failed : 0) |
      (result === 'torn' && id !== null ? status.torn : 0) |
      (stack.truncated && id !== null ? status.truncated : 0);
    if (id === null)
      this.#count(result === 'broken' ? 'its frames lead nowhere' : 'a code object was not readable');
  }

  #addSamples(sink: SampleSink): void {
    for (const id of this.#table.takeLeft()) sink.leave(id);
    const { shared } = this.#table;
    const { changed } = this.#table.activity;
    for (const states of shared) this.#status.giveToOne(states);
    this.#status.findQueued(changed.threads, this.threads, this.#memory.words, this.#peek);
    // Which of a thread's states is in use can change without any of them having been read.
    for (const thread of shared.length > 0 ? this.threads : changed.threads) {
      if (thread.isVacant || thread.isStale) sink.leave(thread.id);
      else
        sink.sample(
          thread.id,
          thread.stackId,
          thread.stackFlags | this.#status.statusOf(thread),
          thread.cpuNs,
        );
      thread.cpuNs = 0;
      thread.hadCpu = true;
    }
    changed.clear();
  }

  #count(reason: string): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }
}
