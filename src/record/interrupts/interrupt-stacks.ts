/**
 * Stacks of a process's running threads, copied by the kernel in an interrupt of each (--sampler kernel). A thread that has none,
 * as it did not run just then, is read from memory as ever.
 */
import type { CopiedThread, Interrupts } from '../../platform/interrupts.js';
import { type Memory, RangeList } from '../../platform/memory.js';
import type { CodeFacts } from '../calls/code-facts.js';
import type { Layout } from '../layouts/layout.js';
import type { SamplerContext } from '../threads/sampler-context.js';
import type { ThreadTrack } from '../threads/thread-track.js';
import type { WalkResult } from '../unwind/stack-walk.js';
import type { Unwinder } from '../unwind/unwind.js';
import { type ChainResult, CopiedChain } from './copied-chain.js';

/** Copies in one tick of a thread whose interpreter was between two steps: the chain of frames can then lead anywhere. */
const maxCopies = 2;

/** Ticks for which a thread is left alone whose stack is too deep to be copied. */
const restTicks = 16;

/** A running thread whose Python frames were copied, and what was copied with them. */
export interface InterruptedThread {
  readonly thread: ThreadTrack;
  readonly copied: CopiedThread;
  /** Address of its newest frame, or of the link that names it. */
  readonly newest: number;
}

interface Place {
  readonly number: number;
  /** The tick in which it was last of use. */
  tick: number;
  /** The tick for which a copy was asked for and not looked at yet; 0 for none. One of an earlier tick is nobody's. */
  askedFor: number;
  /** The tick before which it is not asked again. */
  restsUntil: number;
}

export class InterruptStacks {
  readonly #interrupts: Interrupts;
  readonly #chain: CopiedChain;
  readonly #unwinder: Unwinder;
  /** For threads that have to be read from memory after all. */
  readonly #memory: Memory;
  readonly #ranges = new RangeList();
  readonly #places = new Map<ThreadTrack, Place>();
  /** Threads that may not be interrupted, as nobody knows why. */
  readonly #refused = new Set<ThreadTrack>();
  /** Threads whose frames were copied in this tick. */
  readonly #steady: ThreadTrack[] = [];
  #tick = 0;
  /** Samples of running threads, and how many of these have a stack that was copied in an interrupt, since they were taken. */
  running = 0;
  copied = 0;

  /** @returns null where stacks are read from memory */
  static create(
    { target, platform, openInterrupts }: SamplerContext,
    codes: CodeFacts,
    unwinder: Unwinder,
  ): InterruptStacks | null {
    const interrupts = openInterrupts?.(target.layout) ?? null;
    if (interrupts === null) return null;
    return new InterruptStacks(interrupts, target.layout, {
      memory: platform.openMemory(target.pid),
      codes,
      unwinder,
    });
  }

  /**
   * @param interrupts shared by processes of the same layout; closed by whoever opened it
   * @param memory of the process, with a buffer of its own; closed with this
   */
  constructor(
    interrupts: Interrupts,
    layout: Layout,
    { memory, codes, unwinder }: { memory: Memory; codes: CodeFacts; unwinder: Unwinder },
  ) {
    this.#interrupts = interrupts;
    this.#memory = memory;
    this.#unwinder = unwinder;
    this.#chain = new CopiedChain(interrupts, layout, memory, codes);
  }

  /**
   * Begins a tick, and has those interrupted that run. What else there is to do is done while they are on their way. Copies of the
   * tick before that nobody has looked at, as it was given up, count no more.
   */
  ask(awake: readonly ThreadTrack[]): void {
    this.#tick++;
    this.#steady.length = 0;
    for (const thread of awake) {
      if (thread.clock?.onCpu !== true || thread.osId === null) continue;
      const place = this.#placeOf(thread, thread.osId);
      if (place === null || this.#tick < place.restsUntil) continue;
      this.#interrupts.ask(place.number);
      place.askedFor = place.tick = this.#tick;
    }
  }

  /** Whether a thread's frames need not be read from memory, as they are to come. */
  isAsked(thread: ThreadTrack): boolean {
    return this.#places.get(thread)?.askedFor === this.#tick;
  }

  /**
   * Walks the stack of a thread that was asked for; from memory where no copy has come.
   * @returns null for one that was not asked for
   */
  walk(thread: ThreadTrack): WalkResult | null {
    const place = this.#places.get(thread);
    if (place?.askedFor !== this.#tick) return null;
    place.askedFor = 0;
    this.running++;
    const result = this.#copy(thread, place);
    if (result === 'steady') {
      this.copied++;
      this.#steady.push(thread);
    }
    if (result === 'steady' || result === 'stale') return result;
    if (result === 'long') place.restsUntil = this.#tick + restTicks;
    this.#ranges.clear();
    this.#unwinder.plan(thread.frames, this.#ranges);
    // Where nothing can be read any more, the threads are listed anew, which tells why.
    return this.#memory.read(this.#ranges) ? this.#unwinder.walk(thread.frames, this.#memory) : 'stale';
  }

  /** Threads of this tick whose own stack was copied, too; to be called once. */
  takeThreads(): InterruptedThread[] {
    const taken: InterruptedThread[] = [];
    for (const thread of this.#steady) {
      const { number } = this.#places.get(thread)!;
      const copied = this.#interrupts.thread(number);
      if (copied !== null) taken.push({ thread, copied, newest: this.#chain.newest(number) });
    }
    this.#steady.length = 0;
    return taken;
  }

  /** @returns null where none has come in time */
  #copy({ frames }: ThreadTrack, { number }: Place): ChainResult | null {
    for (let copies = 1; ; copies++) {
      if (!this.#interrupts.wait(number)) return null;
      const result = this.#chain.walk(frames, number);
      if (result === 'steady' || result === 'stale' || copies === maxCopies) return result;
      this.#interrupts.ask(number);
    }
  }

  /** Forgets threads that are gone. */
  keep(threads: readonly ThreadTrack[]): void {
    const kept = new Set(threads);
    for (const thread of this.#places.keys()) if (!kept.has(thread)) this.#release(thread);
    for (const thread of this.#refused) if (!kept.has(thread)) this.#refused.delete(thread);
  }

  close(): void {
    this.keep([]);
    this.#memory.close();
  }

  #placeOf(thread: ThreadTrack, osId: number): Place | null {
    const known = this.#places.get(thread);
    if (known !== undefined) return known;
    if (this.#refused.has(thread)) return null;
    const { threadState } = thread.frames;
    let number = this.#interrupts.open(osId, threadState);
    if (number === 'full' && this.#releaseOldest()) number = this.#interrupts.open(osId, threadState);
    if (number === null) this.#refused.add(thread);
    // It has its turn when others sleep.
    if (number === null || number === 'full') return null;
    const place: Place = { number, tick: this.#tick, askedFor: 0, restsUntil: 0 };
    this.#places.set(thread, place);
    return place;
  }

  /** @returns false if all are of use in this tick */
  #releaseOldest(): boolean {
    let oldest: ThreadTrack | null = null;
    for (const [thread, { tick }] of this.#places)
      if (tick < this.#tick && tick < (oldest === null ? this.#tick : this.#places.get(oldest)!.tick))
        oldest = thread;
    if (oldest !== null) this.#release(oldest);
    return oldest !== null;
  }

  #release(thread: ThreadTrack): void {
    this.#interrupts.release(this.#places.get(thread)!.number);
    this.#places.delete(thread);
  }
}
