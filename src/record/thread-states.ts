/** What threads were doing when they were read, as status bits: on a CPU, holding or waiting for a GIL, collecting garbage. */
import { status } from '../format/vocabulary.js';
import { CollectorReader } from './collector.js';
import { GilReader } from './gil.js';
import type { Peek } from './peek.js';
import type { RangeList } from './platform/platform.js';
import type { Target } from './target.js';
import type { ThreadTrack } from './thread-track.js';

export class ThreadStates {
  readonly #gil: GilReader;
  readonly #collector: CollectorReader;

  constructor({ layout, runtime, variables }: Target) {
    this.#gil = new GilReader(layout, runtime, variables);
    this.#collector = new CollectorReader(layout, runtime, variables);
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

  /** The status bits of a thread; one that holds the GIL and does not run is not settled. */
  statusOf(thread: ThreadTrack): number {
    const { clock, isLent, frames } = thread;
    const onCpu = clock === null ? null : isLent ? false : clock.onCpu;
    let flags = onCpu === null ? status.stateUnknown : onCpu ? status.onCpu : 0;
    const gil = this.#gil.statusOf(frames.threadState, frames.interpreter);
    const holds = (gil & status.gil) !== 0;
    const isGilKnown = (gil & status.gilUnknown) === 0;
    flags |= gil;
    // Locked comes before the holder's name in time: an old name may be there for a moment.
    if (holds && onCpu === false) thread.settled = false;
    const sleepsAt = clock === null ? null : isLent ? 0 : clock.sleepsAt;
    if (sleepsAt !== null && isGilKnown && this.#gil.waitsKnown) {
      flags |= status.gilWaitKnown;
      // Between being woken with the GIL and running it is still seen asleep.
      if (!holds && this.#gil.isWait(sleepsAt)) flags |= status.gilWait;
    }
    if (isGilKnown && this.#collector.known) {
      flags |= status.collectingKnown;
      if (holds && this.#collector.isRunning(frames.interpreter)) flags |= status.collecting;
    }
    return flags;
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
