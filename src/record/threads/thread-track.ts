/** One thread of the target, as the sampler keeps it from tick to tick. */

import type { ThreadClock } from '../../platform/clocks.js';
import type { CodeCache } from '../code/code-cache.js';
import type { CodeEntry } from '../code/code-entry.js';
import type { Interner } from '../code/interner.js';
import type { Stack } from '../unwind/stack.js';
import { ThreadFrames } from '../unwind/thread-frames.js';

/** What turns walked frames into ids of the trace; one for all stacks of a process. */
export interface StackNames {
  readonly codes: CodeCache;
  readonly interner: Interner;
}

export class ThreadTrack {
  /** Id of its row in the trace. */
  readonly id: number;
  readonly pythonId: bigint;
  readonly osId: number | null;
  readonly clock: ThreadClock | null;
  readonly frames: ThreadFrames;
  /** Time of its first sample, in ns since time zero. */
  readonly firstNs: number;
  /** The same; negative infinity for a thread that was there when the process was first looked at. */
  readonly bornNs: number;
  name: string | null;
  /** Whether it has run since it was last known to sleep, as far as is known: then it is to be read. */
  isAwake = true;
  /** Whether it is in the list of those of which something may be new (see ChangedThreads). */
  isChanged = false;
  /** CPU time since its last sample, in ns. */
  cpuNs = -0;
  /** Whether the thread runs in another interpreter just now, and whether it has nothing at all to do in this one. */
  isLent = false;
  isVacant = false;
  /** Whether its thread state was found to be another thread's in this tick: there is nothing to say of it. */
  isStale = false;
  /** Whether it is in the wait for a GIL although it does not sleep: it woke there, and queues for a processor. */
  queuesForGil = false;
  /** Of late, in ns: for how long it was ready to run, and for how much of that it waited for a CPU. */
  readyNs = -0;
  queuedNs = -0;
  /** Of a thread that is ready to run, in this tick: whether it had a CPU; `unsure` where that is not known. */
  hadCpu: boolean | 'unsure' = true;
  /** Stack and status bits that came from the last read, for ticks in which nothing can have changed. */
  stackId = 0;
  stackFlags = 0;
  /** Whether `stackId` is known to be the thread's stack as long as the thread does not run. */
  settled = false;
  /** Distinct code objects of the last stack: to be verified in the same read as the next one. */
  codes: CodeEntry[] = [];
  /** The last stack from its root on: code, instruction, entry and stack id of each level. */
  #code = new Float64Array(64);
  #instruction = new Float64Array(64);
  #entry: CodeEntry[] = [];
  #stack = new Float64Array(64);
  #depth = 0;
  #marker = 0;
  #task = 0;
  #markedLevel = -1;

  constructor(init: {
    id: number;
    threadState: number;
    interpreter: number;
    pythonId: bigint;
    nativeId: number | null;
    osId: number | null;
    clock: ThreadClock | null;
    firstNs: number;
    bornNs?: number;
    name?: string | null;
  }) {
    this.id = init.id;
    this.pythonId = init.pythonId;
    this.osId = init.osId;
    this.clock = init.clock;
    this.firstNs = init.firstNs;
    this.name = init.name ?? null;
    this.bornNs = init.bornNs ?? Number.NEGATIVE_INFINITY;
    this.frames = new ThreadFrames(init.threadState, init.interpreter);
    const identity = new DataView(this.frames.identity.buffer);
    identity.setBigUint64(0, init.pythonId, true);
    identity.setBigUint64(8, BigInt(init.nativeId ?? 0), true);
  }

  /** Frame that says which task its stack belongs to; 0 for none. */
  get task(): number {
    return this.#task;
  }

  /** Code of the innermost Python frame of the last stack, and of its caller. */
  get inner(): CodeEntry | undefined {
    return this.#entry[this.#depth - 1];
  }

  get caller(): CodeEntry | undefined {
    return this.#entry[this.#depth - 2];
  }

  /**
   * The trace's id for a walked stack. Levels that are as they were, from the root on, are not looked up again.
   * @param marker frame that stands for those left out of a truncated stack, or of a torn one
   * @param task frame that says which task the stack belongs to; 0 for none
   * @returns null if a frame's code object could not be read
   */
  intern(walked: Stack, marker: number, task: number, { codes, interner }: StackNames): number | null {
    const { depth, code, instruction } = walked;
    if (depth > this.#code.length) this.#grow(depth);
    // Levels are counted from the root on: the marker stands below this one.
    const markedLevel = walked.truncated || walked.torn ? depth - walked.cut : -1;
    let same = marker === this.#marker && markedLevel === this.#markedLevel && task === this.#task;
    this.#marker = marker;
    this.#markedLevel = markedLevel;
    this.#task = task;
    let parent = task === 0 ? 0 : interner.stack(0, task);
    let isMoved = depth !== this.#depth;
    for (let level = 0; level < depth; level++) {
      if (level === markedLevel) parent = interner.stack(parent, marker);
      const from = depth - 1 - level;
      const address = code[from]!;
      const at = instruction[from]!;
      if (same && level < this.#depth && this.#code[level] === address && this.#instruction[level] === at) {
        const entry = this.#entry[level]!;
        if (codes.isVerified(entry)) {
          parent = this.#stack[level]!;
          continue;
        }
      }
      same = false;
      const entry = codes.find(address);
      if (entry === null) {
        this.#depth = level;
        return null;
      }
      parent = interner.stack(parent, codes.frame(entry, at));
      this.#code[level] = address;
      this.#instruction[level] = at;
      if (this.#entry[level] !== entry) {
        this.#entry[level] = entry;
        isMoved = true;
      }
      this.#stack[level] = parent;
    }
    if (isMoved) {
      this.#depth = depth;
      this.#entry.length = depth;
      this.codes = [...new Set(this.#entry)];
    }
    return markedLevel === depth ? interner.stack(parent, marker) : parent;
  }

  close(): void {
    this.clock?.close();
  }

  #grow(depth: number): void {
    const size = Math.max(depth, this.#code.length * 2);
    const code = new Float64Array(size);
    const instruction = new Float64Array(size);
    const stack = new Float64Array(size);
    code.set(this.#code);
    instruction.set(this.#instruction);
    stack.set(this.#stack);
    this.#code = code;
    this.#instruction = instruction;
    this.#stack = stack;
  }
}
