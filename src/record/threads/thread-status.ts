/** What threads were doing when they were read, as status bits: on a CPU, holding or waiting for a GIL, collecting garbage. */
import { status } from '../../format/vocabulary.js';
import type { RangeList } from '../../platform/memory.js';
import type { ThreadLibrary } from '../../platform/thread-library.js';
import type { Peek } from '../memory/peek.js';
import type { Target } from '../target/target.js';
import { CollectorReader } from './collector.js';
import { GilReader } from './gil.js';
import type { ThreadTrack } from './thread-track.js';
import { waitBits } from './wait-bits.js';

/** Threads of a tick, and what was read of them; as `findQueued` has it. */
interface TickThreads {
  readonly changed: readonly ThreadTrack[];
  readonly threads: readonly ThreadTrack[];
  readonly words: Uint32Array;
  readonly peek: Peek;
}

export class ThreadStatus {
  readonly #gil: GilReader;
  readonly #collector: CollectorReader;
  readonly #gilChecks: ReadonlySet<number> | null;

  /** @param library of the target's threads */
  constructor(target: Target, library: ThreadLibrary) {
    const { layout, runtime, variables } = target;
    this.#gil = new GilReader(target, library);
    this.#collector = new CollectorReader(layout, runtime, variables);
    this.#gilChecks = layout.gilChecks;
  }

  /** Whether every thread that runs Python code is a holder: not where the GIL is off, or not known. */
  get tellsAll(): boolean {
    return this.#gil.tellsAll;
  }

  /** Thread states that hold a GIL. */
  get holders(): Iterable<number> {
    return this.#gil.holders;
  }

  /** To be called when interpreters came or went. */
  find(peek: Peek, interpreters: readonly number[]): void {
    this.#gil.find(peek, interpreters);
    this.#collector.find(interpreters);
  }

  plan(ranges: RangeList): void {
    this.#collector.plan(ranges);
    this.#gil.plan(ranges);
  }

  /** Takes what the planned read brought. */
  update(words: Uint32Array): void {
    this.#gil.update(words);
    this.#collector.update(words);
  }

  /**
   * Finds the threads that wait for a GIL and do not sleep: every 5 ms they wake and queue for a processor, and a thread
   * that gives the GIL up on demand can lose the processor to the next holder. The system calls both running. To be called before
   * the statuses of a tick are asked for.
   * @param changed threads of which something may be new; others sleep
   * @param words of the planned read
   */
  findQueued(
    changed: readonly ThreadTrack[],
    threads: readonly ThreadTrack[],
    words: Uint32Array,
    peek: Peek,
  ): void {
    let isAny = false;
    for (const thread of changed) {
      thread.queuesForGil = this.#mayQueue(thread);
      if (thread.queuesForGil) isAny = true;
    }
    if (!isAny) return;
    for (let gil = 0; gil < this.#gil.count; gil++)
      this.#findQueuedFor(gil, { changed, threads, words, peek });
  }

  /** Ready to run, without the GIL: it runs C code, or wants the GIL. */
  #mayQueue({ clock, isLent, frames }: ThreadTrack): boolean {
    return (
      clock?.onCpu === true &&
      !isLent &&
      this.#gil.waitsKnown &&
      this.#gil.indexOf(frames.interpreter) >= 0 &&
      !this.#gil.holders.has(frames.threadState)
    );
  }

  #findQueuedFor(gil: number, { changed, threads, words, peek }: TickThreads): void {
    const isOf = ({ frames }: ThreadTrack): boolean => this.#gil.indexOf(frames.interpreter) === gil;
    const ready = changed.filter((thread) => thread.queuesForGil && isOf(thread));
    if (ready.length === 0) return;
    let asleep = 0;
    for (const thread of threads)
      if (
        thread.clock?.onCpu === false &&
        !thread.isLent &&
        isOf(thread) &&
        this.#gil.isCounted(thread.clock.sleepsAt ?? 0)
      )
        asleep++;
    const waiting = this.#gil.countWaiters(words, gil, asleep, ready.length) ?? 0;
    const sure = ready.filter((thread) => this.#isAtCheck(thread, peek));
    // If only some of the others wait, take those with the least CPU time: a wait uses microseconds.
    const others = ready.filter((thread) => !sure.includes(thread)).sort((a, b) => a.cpuNs - b.cpuNs);
    const counted = Math.max(0, waiting - asleep - sure.length);
    for (const thread of others.slice(counted)) thread.queuesForGil = false;
    if (this.#gil.isHeld(gil)) return;
    // The GIL is free for the first of them that gets a processor: that one counts as running.
    const next = ready.filter((thread) => thread.queuesForGil).sort((a, b) => a.cpuNs - b.cpuNs)[0];
    if (next !== undefined) next.queuesForGil = false;
  }

  /** Whether it gave the GIL up on demand, as its stack says: it stands where nothing else can be without. */
  #isAtCheck({ frames: { stack }, settled }: ThreadTrack, peek: Peek): boolean {
    if (this.#gilChecks === null || !settled || stack.depth === 0) return false;
    const opcode = peek.bytes(stack.instruction[0]!, 1);
    return opcode !== null && this.#gilChecks.has(opcode[0]!);
  }

  /** The status bits of a thread; one that holds the GIL and does not run is not settled. */
  statusOf(thread: ThreadTrack): number {
    const { clock, isLent, frames } = thread;
    const queues = thread.queuesForGil;
    const onCpu = clock === null ? null : isLent || queues ? false : clock.onCpu;
    let flags = onCpu === null ? status.stateUnknown : onCpu ? status.onCpu : 0;
    if (onCpu && thread.hadCpu !== true)
      flags |= thread.hadCpu === 'unsure' ? status.cpuUnsure : status.cpuWait;
    const gil = this.#gil.statusOf(frames.threadState, frames.interpreter);
    const holds = (gil & status.gil) !== 0;
    const isGilKnown = (gil & status.gilUnknown) === 0;
    flags |= gil;
    // The GIL is locked before its holder is written: for a moment the old holder is still there.
    if (holds && onCpu === false) thread.settled = false;
    const sleepsAt = clock === null ? null : isLent ? 0 : clock.sleepsAt;
    if (sleepsAt !== null && isGilKnown && this.#gil.waitsKnown) {
      flags |= status.gilWaitKnown;
      // A thread that was woken with the GIL is still seen asleep until it runs.
      if (!holds && (queues || this.#gil.isWait(sleepsAt))) flags |= status.gilWait;
    }
    if (isGilKnown && this.#collector.known) {
      flags |= status.collectingKnown;
      if (holds && this.#collector.isRunning(frames.interpreter)) flags |= status.collecting;
    }
    // Who runs in another interpreter sleeps in none.
    return onCpu === false && !isLent ? flags | waitBits(thread, flags) : flags;
  }

  /**
   * A thread that has a state in several interpreters runs in one of them: in that which holds its GIL, else in the
   * newest that has frames. The CPU time is that one's; states without frames are only kept for later.
   */
  giveToOne(states: readonly ThreadTrack[]): void {
    const holds = (thread: ThreadTrack): boolean => this.#gil.holders.has(thread.frames.threadState);
    const hasFrames = (thread: ThreadTrack): boolean => thread.stackId !== 0 || thread.stackFlags !== 0;
    const current = states.find(holds) ?? states.find(hasFrames) ?? states.at(-1);
    for (const thread of states) {
      thread.isLent = thread !== current;
      thread.isVacant = thread.isLent && !hasFrames(thread);
      if (thread.isLent) thread.cpuNs = 0;
    }
  }
}

/** The states of each thread of the operating system that has several, in the order given. */
export function groupByOsThread(threads: readonly ThreadTrack[]): ThreadTrack[][] {
  const groups = new Map<number, ThreadTrack[]>();
  for (const thread of threads) {
    if (thread.osId === null) continue;
    const group = groups.get(thread.osId);
    if (group === undefined) groups.set(thread.osId, [thread]);
    else group.push(thread);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
