/** Native frames of a process's threads, tick by tick: those of threads that wait become part of their stacks in the trace. */
import { functionKind, status } from '../../format/vocabulary.js';
import { noSource } from '../code/interner.js';
import type { InterruptStacks } from '../interrupts/interrupt-stacks.js';
import { nameFrame } from '../native/frame-name.js';
import type { EitherFrame } from '../native/merged-frames.js';
import { type MergedStack, NativeThreads, type WalkedThread } from '../native/native-threads.js';
import { registers } from '../native/registers.js';
import type { Target } from '../target/target.js';
import type { StackNames, ThreadTrack } from '../threads/thread-track.js';

/** Stacks that are known at once, and characters of their keys together; the rest is made anew. */
const maxKnown = 20_000;
const maxCharacters = 1 << 24;

/** Native frames that are followed in a tick, which takes some tens of milliseconds. */
const mostFrames = 50_000;

export class NativeStacks {
  readonly #natives: NativeThreads;
  readonly #names: StackNames;
  /** Stacks of the trace, by their Python stack and the functions between. */
  readonly #known = new Map<string, number | null>();
  #characters = 0;
  #looked: readonly ThreadTrack[] = [];
  #running: ReadonlySet<ThreadTrack> = new Set();

  /** @returns null where native frames are not read on this processor */
  static create({ pid, layout }: Target, names: StackNames): NativeStacks | null {
    return registers === null ? null : new NativeStacks(new NativeThreads(pid, layout, registers), names);
  }

  private constructor(natives: NativeThreads, names: StackNames) {
    this.#natives = natives;
    this.#names = names;
  }

  /**
   * Copies stacks, in front of a read. A thread that runs has none that holds still; what the kernel copies of it comes later.
   * @param awake threads that are about to be read
   * @param shared threads of the system that are in several interpreters: nothing says which has which frames
   */
  look(awake: readonly ThreadTrack[], shared: readonly (readonly ThreadTrack[])[]): void {
    const isAlone = (thread: ThreadTrack): boolean => !shared.some((states) => states.includes(thread));
    const known = awake.filter((thread) => thread.osId !== null && isAlone(thread));
    this.#looked = known.filter(({ clock }) => clock?.onCpu !== true);
    this.#running = new Set(known.filter(({ clock }) => clock?.onCpu === true));
    this.#natives.copy(this.#looked.map(({ osId }) => osId!));
  }

  /**
   * Puts native frames into the stacks of those that were found to hold still, or were copied in an interrupt; to be called
   * when all have been walked.
   */
  weave(interrupts: InterruptStacks | null): void {
    if (interrupts !== null) this.#weaveRunning(interrupts);
    this.#natives.follow(mostFrames);
    const walked = this.#looked.filter(isWhole);
    this.#natives.learn(walked.map(walkedOf));
    for (const thread of walked) this.#put(thread, this.#natives.merge(walkedOf(thread)));
  }

  /** Those whose frames were copied in an interrupt, with their own stacks. */
  #weaveRunning(interrupts: InterruptStacks): void {
    for (const { thread, copied, newest } of interrupts.takeThreads())
      if (this.#running.has(thread) && isWhole(thread))
        this.#put(thread, this.#natives.mergeInterrupted(thread.frames.stack, copied, newest));
  }

  #put(thread: ThreadTrack, { state, frames, again }: MergedStack): void {
    if (again || state === 'running') thread.settled = false;
    const id = frames && this.#stackOf(thread, frames);
    if (id === null) return;
    thread.stackId = id;
    thread.stackFlags |= status.native | (state === 'partial' ? status.nativeCut : 0);
  }

  /** Forgets threads that are gone. */
  keep(threads: readonly ThreadTrack[]): void {
    this.#natives.keep(new Set(threads.map(({ osId }) => osId)));
  }

  close(): void {
    this.#natives.close();
  }

  #stackOf(thread: ThreadTrack, frames: readonly EitherFrame[]): number | null {
    let key = String(thread.stackId);
    for (const either of frames)
      key += 'python' in either ? ' p' : ` ${either.frame.code?.start ?? 0}${either.isLoop ? 'l' : ''}`;
    let id = this.#known.get(key);
    if (id === undefined) {
      if (this.#known.size >= maxKnown || this.#characters >= maxCharacters) {
        this.#known.clear();
        this.#characters = 0;
      }
      id = this.#intern(thread, frames);
      this.#characters += key.length;
      this.#known.set(key, id);
    }
    return id;
  }

  /** @returns null if a code object could not be read */
  #intern(thread: ThreadTrack, frames: readonly EitherFrame[]): number | null {
    const { codes, interner } = this.#names;
    const { stack } = thread.frames;
    let parent = thread.task === 0 ? 0 : interner.stack(0, thread.task);
    for (const either of frames.toReversed()) {
      if ('python' in either) {
        const entry = codes.find(stack.code[either.python]!);
        if (entry === null) return null;
        parent = interner.stack(parent, codes.frame(entry, stack.instruction[either.python]!));
      } else parent = interner.stack(parent, this.#frameOf(either));
    }
    return parent;
  }

  #frameOf({ frame, isLoop }: Extract<EitherFrame, { isLoop: boolean }>): number {
    const { interner } = this.#names;
    const { name, binary: file, buildId, offset } = nameFrame(frame);
    const kind = isLoop ? functionKind.loop : functionKind.native;
    // A binary's author may write any address into it.
    const isKnown = frame.code !== null && Number.isSafeInteger(offset) && offset >= 0;
    const place = isKnown ? { place: { buildId, offset } } : {};
    return interner.frame(interner.function({ ...noSource, kind, name, file, ...place }), 0);
  }
}

function isWhole({ isStale, stackFlags }: ThreadTrack): boolean {
  return !isStale && (stackFlags & (status.failed | status.truncated)) === 0;
}

function walkedOf({ osId, frames }: ThreadTrack): WalkedThread {
  return { osId: osId!, threadState: frames.threadState, stack: frames.stack };
}
